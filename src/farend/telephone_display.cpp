// LineTelephone: what it hears on the hook and shows. Threads: see the header.
#include "telephone.hpp"

namespace tipring::farend {
namespace {

/// The answer to the alerting tone of type II (GR-30: 55 to 65 ms).
constexpr std::chrono::milliseconds answer_time{60};

}  // namespace

unsigned LineTelephone::polarity_reversals() const {
    const std::lock_guard lock(mutex_);
    return seen_.polarity_reversals;
}

bool LineTelephone::wait_polarity_reversals(unsigned count, Milliseconds limit) {
    return wait(limit, [&](const Seen& seen) { return seen.polarity_reversals >= count; });
}

std::vector<DisplayedCallerId> LineTelephone::caller_ids() const {
    const std::lock_guard lock(mutex_);
    return seen_.caller_ids;
}

bool LineTelephone::wait_caller_ids(std::size_t count, Milliseconds limit) {
    return wait(limit, [&](const Seen& seen) { return seen.caller_ids.size() >= count; });
}

MessagesWaiting LineTelephone::message_waiting() const {
    const std::lock_guard lock(mutex_);
    return seen_.messages;
}

bool LineTelephone::wait_message_waiting(bool told, Milliseconds limit) {
    return wait(limit, [&](const Seen& seen) { return seen.messages.told == told; });
}

bool LineTelephone::wait_lamp(bool lit, Milliseconds limit) {
    return wait(limit, [&](const Seen& seen) { return seen.messages.lamp == lit; });
}

void LineTelephone::set_type_two(bool on) {
    thread_.post(*this, [this, on] { type_two_ = on; });
}

unsigned LineTelephone::alerts_answered() const {
    const std::lock_guard lock(mutex_);
    return seen_.alerts_answered;
}

void LineTelephone::listen_now() {
    if (gone_ || stream_.running()) return;
    display_.reset();
    stream_.listen();
}

void LineTelephone::hear_now(std::span<const std::int16_t> samples) {
    using Step = CallerIdDisplay::Step;
    if (!stream_.running()) {
        if (display_.on_hook(samples) == Step::heard) show_now(display_.heard(), false);
        return;
    }
    if (!type_two_) return;
    switch (display_.in_call(samples)) {
        case Step::alerted:
            audio_.set_muted(true);
            audio_.send_dtmf("D", answer_time, Milliseconds(0));
            change([](Seen& seen) { ++seen.alerts_answered; });
            return;
        case Step::heard:
            audio_.set_muted(false);
            show_now(display_.heard(), true);
            return;
        case Step::over:
            audio_.set_muted(false);
            return;
        case Step::nothing:
            return;
    }
}

void LineTelephone::show_now(const dsp::HeardCallerId& heard, bool in_call) {
    using Moment = DisplayedCallerId::Moment;
    const auto moment = in_call ? Moment::in_call : burst_began_ ? Moment::ringing : Moment::on_hook;
    change([&](Seen& seen) {
        if (heard.message_waiting) {
            seen.messages.told = heard.messages > 0;
            seen.messages.messages = heard.messages;
        } else {
            seen.caller_ids.push_back(displayed(heard, moment));
        }
    });
}

}  // namespace tipring::farend
