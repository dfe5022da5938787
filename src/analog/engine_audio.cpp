// LineAudio over the real media engine. Thread: core.
#include <utility>

#include "line_audio.hpp"

namespace tipring::analog {
namespace {

class EngineAudio final : public LineAudio {
  public:
    EngineAudio(media::Engine& engine, hardware::Channel& channel, bool relay_dtmf,
                media::Engine::Handler handler)
        : engine_(engine) {
        media::LineOptions options;
        options.law = channel.info.law;
        options.relay_dtmf = relay_dtmf;
        endpoint_ = engine.add_line(*channel.bearer, options, std::move(handler));
    }

    media::EndpointId endpoint() const override { return endpoint_; }
    void start() override { engine_.start_line(endpoint_); }
    void stop() override { engine_.stop_line(endpoint_); }
    void listen(const media::Detectors& detectors) override { engine_.set_detectors(endpoint_, detectors); }
    void play(const dsp::ToneSequence& tone) override { engine_.play_tone(endpoint_, tone); }
    void stop_tone() override { engine_.stop_tone(endpoint_); }
    void send_digits(std::string_view digits, std::chrono::milliseconds on,
                     std::chrono::milliseconds off) override {
        engine_.send_digits(endpoint_, digits, on, off);
    }
    void play_clip(dsp::Samples clip) override { engine_.play_clip(endpoint_, std::move(clip)); }
    void stop_clip() override { engine_.stop_clip(endpoint_); }
    void start_capture(std::size_t samples) override { engine_.start_capture(endpoint_, samples); }
    void stop_capture() override { engine_.stop_capture(endpoint_); }
    dsp::Samples take_capture() override { return engine_.take_capture(endpoint_); }
    void mute(bool muted) override { engine_.set_muted(endpoint_, muted); }
    media::LineStats stats() const override {
        return endpoint_ ? engine_.line_stats(endpoint_) : media::LineStats{};
    }
    void remove(std::shared_ptr<hardware::Channel> channel) override {
        const auto endpoint = std::exchange(endpoint_, {});
        if (endpoint) engine_.remove(endpoint, [channel = std::move(channel)] {});
    }

  private:
    media::Engine& engine_;
    media::EndpointId endpoint_;
};

}  // namespace

std::unique_ptr<LineAudio> make_engine_audio(media::Engine& engine, hardware::Channel& channel,
                                             bool relay_dtmf, media::Engine::Handler handler) {
    return std::make_unique<EngineAudio>(engine, channel, relay_dtmf, std::move(handler));
}

}  // namespace tipring::analog
