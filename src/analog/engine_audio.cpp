// LineAudio over the real media engine. Thread: core.
#include <utility>

#include "line_audio.hpp"

namespace tipring::analog {
namespace {

class EngineAudio final : public LineAudio {
  public:
    EngineAudio(media::Engine& engine, hardware::Channel& channel, media::Engine::Handler handler)
        : engine_(engine) {
        media::LineOptions options;
        options.law = channel.info.law;
        endpoint_ = engine.add_line(*channel.bearer, options, std::move(handler));
    }

    media::EndpointId endpoint() const override { return endpoint_; }
    void start() override { engine_.start_line(endpoint_); }
    void stop() override { engine_.stop_line(endpoint_); }
    void listen(const media::Detectors& detectors) override { engine_.set_detectors(endpoint_, detectors); }
    void play(const dsp::ToneSequence& tone) override { engine_.play_tone(endpoint_, tone); }
    void stop_tone() override { engine_.stop_tone(endpoint_); }
    void send_digits(std::string_view digits) override { engine_.send_digits(endpoint_, digits); }
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
                                             media::Engine::Handler handler) {
    return std::make_unique<EngineAudio>(engine, channel, std::move(handler));
}

}  // namespace tipring::analog
