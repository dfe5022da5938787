#include "simulator/layout.hpp"

#include <utility>

#include "simulator/messages.hpp"
#include "tipring/base/text.hpp"

namespace tipring::hardware::simulator {
namespace {

constexpr unsigned e1_channels = 31, e1_d_channel = 16;
constexpr unsigned t1_channels = 24, t1_d_channel = 24;

class ChannelList {
  public:
    void begin_span() {
        ++span_;
        position_ = 0;
    }
    void add(ChannelKind kind, dsp::Law law) {
        ChannelInfo info;
        info.number = {static_cast<std::uint32_t>(channels_.size() + 1)};
        info.kind = kind;
        info.span = {span_};
        info.position = ++position_;
        info.law = law;
        info.name = base::format("SIM/{}/{}", span_ - 1, position_ - 1);
        channels_.push_back(std::move(info));
    }
    void add_digital_span(unsigned channels, unsigned d_channel, dsp::Law law) {
        begin_span();
        for (unsigned i = 1; i <= channels; ++i) {
            add(i == d_channel ? ChannelKind::d_channel : ChannelKind::bearer, law);
        }
    }
    std::vector<ChannelInfo> take() { return std::move(channels_); }

  private:
    std::vector<ChannelInfo> channels_;
    std::uint32_t span_ = 0;
    unsigned position_ = 0;
};

void add_span(std::vector<SpanInfo>& spans, const std::vector<bool>& alarm, SpanInfo span) {
    const auto index = spans.size();
    span.number = {static_cast<std::uint32_t>(index + 1)};
    span.name = base::format("SIM/{}", index);
    if (index < alarm.size() && alarm[index]) span.alarms.emplace_back("LOS");
    spans.push_back(std::move(span));
}

}  // namespace

std::vector<ChannelInfo> channels_of(const VirtualLayout& layout, bool far_side) {
    ChannelList list;
    const auto phones = far_side ? ChannelKind::fxo : ChannelKind::fxs;
    const auto lines = far_side ? ChannelKind::fxs : ChannelKind::fxo;
    if (layout.fxs + layout.fxo > 0) list.begin_span();
    for (unsigned i = 0; i < layout.fxs; ++i)
        list.add(phones, dsp::Law::alaw);
    for (unsigned i = 0; i < layout.fxo; ++i)
        list.add(lines, dsp::Law::alaw);
    for (unsigned i = 0; i < layout.e1; ++i)
        list.add_digital_span(e1_channels, e1_d_channel, dsp::Law::alaw);
    for (unsigned i = 0; i < layout.t1; ++i)
        list.add_digital_span(t1_channels, t1_d_channel, dsp::Law::mulaw);
    return list.take();
}

std::vector<SpanInfo> spans_of(const VirtualLayout& layout, const std::vector<bool>& span_alarm) {
    std::vector<SpanInfo> spans;
    if (layout.fxs + layout.fxo > 0) {
        SpanInfo span;
        span.description = "virtual analogue card";
        span.channels = layout.fxs + layout.fxo;
        add_span(spans, span_alarm, std::move(span));
    }
    for (unsigned i = 0; i < layout.e1 + layout.t1; ++i) {
        SpanInfo span;
        span.is_digital = true;
        span.is_e1 = i < layout.e1;
        span.description = span.is_e1 ? "virtual E1" : "virtual T1";
        span.channels = span.is_e1 ? e1_channels : t1_channels;
        span.settings = span.is_e1 ? "CCS, HDB3, CRC-4" : "ESF, B8ZS, 0-133 feet";
        add_span(spans, span_alarm, std::move(span));
    }
    return spans;
}

bool is_sensible(const VirtualLayout& layout) {
    if (layout.fxs > most_channels || layout.fxo > most_channels || layout.e1 >= most_spans ||
        layout.t1 >= most_spans) {
        return false;
    }
    const auto channels = layout.fxs + layout.fxo + layout.e1 * e1_channels + layout.t1 * t1_channels;
    return channels <= most_channels && 1 + layout.e1 + layout.t1 <= most_spans;
}

}  // namespace tipring::hardware::simulator
