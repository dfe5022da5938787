// Engine: what endpoints sound and hear: tones, clips, digits, detectors, recordings. Thread: core.
#include <algorithm>

#include "engine_impl.hpp"
#include "tipring/dsp/dtmf.hpp"

namespace tipring::media {

namespace {

std::uint32_t blocks_of(std::chrono::milliseconds time) {
    const auto blocks = (time.count() + block_ms - 1) / block_ms;
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(blocks, 1, 1000));
}

std::string playable(std::string_view digits) {
    std::string result;
    for (const char digit : digits) {
        if (digit == 'w' || digit == 'W') {
            result += 'w';
        } else if (const int index = dsp::dtmf_index(digit); index >= 0) {
            result += dsp::dtmf_digit(index);
        }
    }
    return result;
}

}  // namespace

void Engine::play_tone(EndpointId endpoint, const dsp::ToneSequence& tone) {
    impl_->send(Command::Kind::play_tone, impl_->find(endpoint), std::make_unique<ToneBox>(tone));
}

void Engine::stop_tone(EndpointId endpoint) {
    impl_->send(Command::Kind::stop_tone, impl_->find(endpoint));
}

void Engine::send_digits(EndpointId endpoint, std::string_view digits, std::chrono::milliseconds on,
                         std::chrono::milliseconds off) {
    auto text = std::make_unique<DigitString>();
    text->digits = playable(digits);
    text->on_blocks = blocks_of(on);
    text->off_blocks = blocks_of(off);
    impl_->send(Command::Kind::send_digits, impl_->find(endpoint), std::move(text));
}

void Engine::set_detectors(EndpointId endpoint, const Detectors& detectors) {
    auto box = std::make_unique<DetectorBox>();
    box->dtmf = detectors.dtmf;
    if (detectors.progress_tones || detectors.learnt_tones) {
        static const dsp::TonePlan no_plan;
        static const std::vector<dsp::ToneSequence> none_learnt;
        box->progress.emplace(detectors.progress_tones ? *detectors.progress_tones : no_plan,
                              std::clamp(detectors.tone_cycles, 2U, 8U),
                              detectors.learnt_tones ? *detectors.learnt_tones : none_learnt);
    }
    if (detectors.caller_id) box->caller_id.emplace(detectors.caller_id_codes);
    if (detectors.voice) box->voice.emplace();
    if (detectors.silence.count() > 0) {
        box->silence_in.emplace(detectors.silence);
        box->silence_out.emplace(detectors.silence);
    }
    impl_->send(Command::Kind::set_detectors, impl_->find(endpoint), std::move(box));
}

void Engine::play_clip(EndpointId endpoint, dsp::Samples clip) {
    impl_->send(Command::Kind::play_clip, impl_->find(endpoint), std::make_unique<ClipBox>(std::move(clip)));
}

void Engine::stop_clip(EndpointId endpoint) {
    impl_->send(Command::Kind::stop_clip, impl_->find(endpoint));
}

void Engine::set_muted(EndpointId endpoint, bool muted) {
    impl_->send(Command::Kind::set_muted, impl_->find(endpoint), nullptr, muted);
}

void Engine::start_capture(EndpointId line, std::size_t samples) {
    auto* endpoint = impl_->find(line, Endpoint::Type::line, "start_capture");
    if (endpoint == nullptr) return;
    auto box = std::make_unique<CaptureBox>(line, std::min(samples, longest_capture_samples));
    auto& entry = impl_->entries.at(line);
    entry.capturing = box.get();
    entry.captured = {};
    impl_->send(Command::Kind::start_capture, endpoint, std::move(box));
}

void Engine::stop_capture(EndpointId line) {
    impl_->send(Command::Kind::stop_capture, impl_->find(line, Endpoint::Type::line, "stop_capture"));
}

void Engine::start_bit_test(EndpointId line, dsp::PrbsPattern pattern) {
    auto* endpoint = impl_->find(line, Endpoint::Type::line, "start_bit_test");
    if (endpoint == nullptr) return;
    auto box = std::make_unique<BitTestBox>(line, pattern);
    auto& entry = impl_->entries.at(line);
    entry.bit_test = box.get();
    entry.bit_report = {};
    impl_->send(Command::Kind::start_bit_test, endpoint, std::move(box));
}

void Engine::stop_bit_test(EndpointId line) {
    impl_->send(Command::Kind::stop_bit_test, impl_->find(line, Endpoint::Type::line, "stop_bit_test"));
}

BitTestReport Engine::bit_test(EndpointId line) const {
    const auto at = impl_->entries.find(line);
    if (at == impl_->entries.end()) return {};
    return at->second.bit_test != nullptr ? at->second.bit_test->report() : at->second.bit_report;
}

dsp::Samples Engine::take_capture(EndpointId line) {
    const auto at = impl_->entries.find(line);
    return at == impl_->entries.end() ? dsp::Samples{} : std::exchange(at->second.captured, {});
}

}  // namespace tipring::media
