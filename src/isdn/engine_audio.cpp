// The B-channels as line endpoints of the media engine. Thread: core.
#include <map>

#include "bearer_audio.hpp"
#include "bearer_position.hpp"
#include "tipring/base/log.hpp"

namespace tipring::isdn {

namespace {

class EngineAudio final : public BearerAudio {
  public:
    EngineAudio(media::Engine& engine, std::vector<hardware::Channel> bearers, unsigned span)
        : engine_(engine), span_(span) {
        for (auto& bearer : bearers) {
            const unsigned position = bearer.info.position;
            if (lines_.contains(position)) {  // the engine would go on reading the second one
                base::log::error("isdn", "span={} two channels are on timeslot {}", span_,
                                 position_text(position));
                continue;
            }
            Line line{.channel = std::make_shared<hardware::Channel>(std::move(bearer))};
            line.endpoint =
                engine_.add_line(*line.channel->bearer, {.law = line.channel->info.law, .relay_dtmf = true},
                                 [this, position](const media::Event& event) { report(position, event); });
            lines_.emplace(position, std::move(line));
        }
    }

    ~EngineAudio() override {
        for (auto& [position, line] : lines_) {
            // The media thread reads the bearer until it says that it has let go.
            engine_.remove(line.endpoint, [channel = line.channel] {});
        }
    }

    media::EndpointId endpoint(unsigned position) const override {
        const auto found = lines_.find(position);
        return found != lines_.end() ? found->second.endpoint : media::EndpointId{};
    }

    bool start(unsigned position) override {
        return start(position, [](hardware::LineControl& control) { return control.start_audio(); });
    }

    bool start_clear(unsigned position) override {
        return start(position, [](hardware::LineControl& control) { return control.start_clear_channel(); });
    }

    void stop(unsigned position) override {
        const auto found = lines_.find(position);
        if (found == lines_.end()) return;
        const auto& line = found->second;
        engine_.disconnect(line.endpoint);
        engine_.stop_line(line.endpoint);
        if (const auto stopped = line.channel->control->stop_audio(); !stopped) {
            base::log::warning("isdn", "span={} channel={} audio does not stop: {}", span_,
                               position_text(position), stopped.error().message);
        }
    }

    void send_digit(unsigned position, char digit) override {
        const auto found = lines_.find(position);
        if (found != lines_.end()) engine_.send_digits(found->second.endpoint, std::string_view(&digit, 1));
    }

    void play_tone(unsigned position, const dsp::ToneSequence& tone) override {
        const auto found = lines_.find(position);
        if (found != lines_.end()) engine_.play_tone(found->second.endpoint, tone);
    }
    void stop_tone(unsigned position) override {
        const auto found = lines_.find(position);
        if (found != lines_.end()) engine_.stop_tone(found->second.endpoint);
    }

  private:
    struct Line {
        std::shared_ptr<hardware::Channel> channel{};
        media::EndpointId endpoint{};
    };

    template <class Start>
    bool start(unsigned position, Start start_samples) {
        const auto found = lines_.find(position);
        if (found == lines_.end()) return false;
        const auto& line = found->second;
        if (const auto started = start_samples(*line.channel->control); !started) {
            base::log::error("isdn", "span={} channel={} audio does not start: {}", span_,
                             position_text(position), started.error().message);
            return false;
        }
        engine_.start_line(line.endpoint);
        return true;
    }

    void report(unsigned position, const media::Event& event) {
        if (!on_line_event) return;
        if (event.kind == media::EventKind::line) {
            on_line_event(position, event.line.kind);
        } else if (event.kind == media::EventKind::bearer_failed) {
            on_line_event(position, hardware::LineEventKind::removed);
        }
    }

    media::Engine& engine_;
    unsigned span_;
    std::map<unsigned, Line> lines_;
};

}  // namespace

std::unique_ptr<BearerAudio> make_engine_audio(media::Engine& engine, std::vector<hardware::Channel> bearers,
                                               unsigned span) {
    return std::make_unique<EngineAudio>(engine, std::move(bearers), span);
}

}  // namespace tipring::isdn
