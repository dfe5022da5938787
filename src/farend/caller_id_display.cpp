// CallerIdDisplay: see the header. Thread: far end.
#include "caller_id_display.hpp"

namespace tipring::farend {
namespace {

/// In samples. The own answer (DTMF D) comes back from the line and must not be taken for a message.
constexpr std::size_t own_answer = 120 * 8;
/// The exchange has 500 ms after the answer to begin (GR-30); the longest message lasts less than 2 s.
constexpr std::size_t longest_message_wait = 2500 * 8;

std::string utf8(std::string_view latin1) {
    std::string text;
    for (const char each : latin1) {
        const auto octet = static_cast<unsigned char>(each);
        if (octet < 0x80) {
            text += each;
        } else {
            text += static_cast<char>(0xC0 | octet >> 6);
            text += static_cast<char>(0x80 | (octet & 0x3F));
        }
    }
    return text;
}

}  // namespace

void CallerIdDisplay::reset() {
    receiver_.reset();
    alert_.reset();
    waited_ = 0;
}

CallerIdDisplay::Step CallerIdDisplay::on_hook(std::span<const std::int16_t> samples) {
    return receiver_.process(samples) ? Step::heard : Step::nothing;
}

CallerIdDisplay::Step CallerIdDisplay::in_call(std::span<const std::int16_t> samples) {
    if (waited_ == 0) {
        if (!alert_.process(samples)) return Step::nothing;
        receiver_.reset();
        waited_ = samples.size();
        return Step::alerted;
    }
    waited_ += samples.size();
    if (waited_ > own_answer && receiver_.process(samples)) {
        waited_ = 0;
        alert_.reset();
        return Step::heard;
    }
    if (waited_ < longest_message_wait) return Step::nothing;
    waited_ = 0;
    alert_.reset();
    return Step::over;
}

DisplayedCallerId displayed(const dsp::HeardCallerId& heard, DisplayedCallerId::Moment moment) {
    return {heard.standard,
            heard.disclosure,
            std::string(heard.number_text()),
            utf8(heard.name_text()),
            heard.month,
            heard.day,
            heard.hour,
            heard.minute,
            moment};
}

}  // namespace tipring::farend
