// CallPresentation: see the header. Thread: far end.
#include "call_presentation.hpp"

namespace tipring::farend {
namespace {

using std::chrono::milliseconds;

// ETSI EN 300 659-1, clause 6, each within its range: reversal to DT-AS or data at least 100 ms; DT-AS 90 to
// 110 ms; then 45 to 500 ms; RP-AS 200 to 300 ms; then 500 to 800 ms; data to ringing 200 to 500 ms. In the
// silence of ringing: 500 to 1500 ms after the burst (GR-30: 300 at least).
constexpr milliseconds after_reversal{200}, alert_length{100}, after_alert{100}, ring_pulse{250},
    after_ring_pulse{600}, after_data{250}, after_burst{500};

// NTT: six bursts (the seventh must not begin); the message some 100 ms after the answer; the loop opens within
// 2.5 s after it, which the line tells 1.25 s late, because until then it may be a flash.
constexpr milliseconds modem_bursts{5750}, after_answer{150}, loop_opens{2500 + 1250};

}  // namespace

std::string_view name(CallerIdTiming timing) {
    switch (timing) {
        case CallerIdTiming::after_first_ring:
            return "after_first_ring";
        case CallerIdTiming::before_ring:
            return "before_ring";
        case CallerIdTiming::polarity:
            return "polarity";
        case CallerIdTiming::alert:
            return "alert";
        case CallerIdTiming::polarity_alert:
            return "polarity_alert";
        case CallerIdTiming::ring_pulse:
            return "ring_pulse";
        case CallerIdTiming::primary_answer:
            return "primary_answer";
    }
    return "unknown";
}

CallerIdTiming usual_timing(dsp::CallerIdStandard standard) {
    switch (standard) {
        case dsp::CallerIdStandard::mdmf:
        case dsp::CallerIdStandard::sdmf:
        case dsp::CallerIdStandard::etsi:
            return CallerIdTiming::after_first_ring;
        case dsp::CallerIdStandard::bt:
            return CallerIdTiming::polarity_alert;
        case dsp::CallerIdStandard::ntt:
            return CallerIdTiming::primary_answer;
        case dsp::CallerIdStandard::dtmf:
            return CallerIdTiming::polarity;
    }
    return CallerIdTiming::after_first_ring;
}

std::deque<PresentationStep> presentation_of(const IncomingCall& call) {
    if (!call.caller) return {{PresentationStep::Action::ring}};
    auto data = dsp::caller_id_audio(call.signal, *call.caller);
    if (call.timing == CallerIdTiming::after_first_ring)
        return {{PresentationStep::Action::ring},
                {PresentationStep::Action::silence},
                {PresentationStep::Action::pause, after_burst},
                {PresentationStep::Action::sound, {}, std::move(data)}};
    std::deque<PresentationStep> steps;
    const bool answered = call.timing == CallerIdTiming::primary_answer;
    const bool reversal =
        answered || call.timing == CallerIdTiming::polarity || call.timing == CallerIdTiming::polarity_alert;
    if (reversal) {
        steps.push_back({PresentationStep::Action::reverse});
        steps.push_back({PresentationStep::Action::pause, after_reversal});
    }
    if (call.timing == CallerIdTiming::alert || call.timing == CallerIdTiming::polarity_alert) {
        steps.push_back(
            {PresentationStep::Action::sound, {}, dsp::alerting_tone(alert_length, call.signal.level_dbm0)});
        steps.push_back({PresentationStep::Action::pause, after_alert});
    }
    if (call.timing == CallerIdTiming::ring_pulse) {
        steps.push_back({PresentationStep::Action::pulse, ring_pulse});
        steps.push_back({PresentationStep::Action::pause, after_ring_pulse});
    }
    if (answered) {
        steps.push_back({PresentationStep::Action::modem_bursts, modem_bursts});
        steps.push_back({PresentationStep::Action::pause, after_answer});
    }
    steps.push_back({PresentationStep::Action::sound, {}, std::move(data)});
    if (answered) steps.push_back({PresentationStep::Action::loop_opens, loop_opens});
    steps.push_back({PresentationStep::Action::pause, after_data});
    steps.push_back({PresentationStep::Action::ring});
    return steps;
}

std::size_t longest_silence(const hardware::RingCadence& cadence) {
    std::size_t longest = 0;
    for (std::size_t i = 0; i < cadence.size() / 2 && cadence[2 * i] != 0; ++i) {
        if (cadence[2 * i + 1] > cadence[2 * longest + 1]) longest = i;
    }
    return longest;
}

}  // namespace tipring::farend
