// SipLeg, continued: what a telephone's user asks of the far end of a call: hold, transfer, hook flash, a path
// for data. Thread: core.
#include <random>

#include "sip_leg.hpp"
#include "tipring/base/log.hpp"

namespace tipring::sip {
namespace {

/// RFC 3261 14.1, in units of 10 ms: who chose the Call-ID waits longer, so that they do not meet again.
constexpr unsigned glare_unit_ms = 10;
constexpr std::pair<unsigned, unsigned> owner_wait{210, 400}, other_wait{0, 200};
/// Two ends that still meet each other after so many attempts do so on purpose.
constexpr unsigned most_hold_attempts = 6;
/// A far end that has accepted a REFER and tells nothing more.
constexpr std::chrono::seconds refer_limit{32};

std::minstd_rand& dice() {
    static std::minstd_rand random{std::random_device{}()};
    return random;
}

}  // namespace

Credentials SipLeg::credentials() const {
    return account_.credentials_of(own_user_);
}

void SipLeg::hold(bool on) {
    if (hold_wanted_ == on) return;
    hold_wanted_ = on;
    hold_attempts_ = 0;
    try_hold();
}

/// One re-INVITE at a time; what is wanted meanwhile is done when its answer has come.
void SipLeg::try_hold() {
    if (over_ || !answered_ || hold_pending_ || hold_wanted_ == hold_done_) return;
    hold_timer_.stop();
    hold_pending_ = true;
    ++hold_attempts_;
    hold_asked_ = hold_wanted_;
    host_->tell(
        [id = dialog_, on = hold_asked_, who = credentials()](Agent& agent) { agent.hold(id, on, who); });
}

void SipLeg::on_hold_answered(const HoldAnswered& answer) {
    hold_pending_ = false;
    const auto what = hold_asked_ ? "hold" : "end of hold";
    if (answer.accepted) {
        hold_done_ = hold_asked_;
        hold_attempts_ = 0;
        base::log::debug("sip", "{}: {} accepted", log_prefix(), what);
        try_hold();
        return report_far_hold();
    }
    if (answer.try_again && hold_attempts_ < most_hold_attempts) {
        hold_timer_.start(glare_wait(), [this] { try_hold(); });
        return;
    }
    base::log::warning("sip", "{}: {} refused, the call stays as it was: {}", log_prefix(), what,
                       answer.reason);
    const bool changed_mind = hold_wanted_ != hold_asked_;
    if (!changed_mind) hold_wanted_ = hold_done_;
    hold_attempts_ = 0;
    try_hold();
}

/// What is agreed at the answer is no hold, nor are its refreshes: an announcement server sends only.
void SipLeg::take_for_no_hold() {
    far_holds_ = agreement_ && agreement_->held;
}

/// While our own hold is on its way or in force, "inactive" may be the answer to it, and is no hold of theirs.
void SipLeg::report_far_hold() {
    if (over_ || !answered_ || !agreement_ || observer() == nullptr) return;
    const bool ours = hold_wanted_ || hold_pending_ || hold_done_;
    if (agreement_->held == far_holds_ || (agreement_->held && ours)) return;
    far_holds_ = agreement_->held;
    if (far_holds_ == hold_told_) return;  // the end of what was no hold
    hold_told_ = far_holds_;
    observer()->on_hold(*this, hold_told_);
}

std::chrono::milliseconds SipLeg::glare_wait() {
    const auto [least, most] = outgoing_ ? owner_wait : other_wait;
    return std::chrono::milliseconds(glare_unit_ms *
                                     std::uniform_int_distribution<unsigned>(least, most)(dice()));
}

void SipLeg::flash() {
    if (over_ || !answered_ || !account_.settings().flash_info) return;
    host_->tell([id = dialog_, who = credentials()](Agent& agent) { agent.flash(id, who); });
}

bool SipLeg::refer(const call::ReferRequest& request) {
    if (over_ || !answered_ || !account_.settings().refer || refer_timer_.running()) return false;
    ReferOrder order;
    auto number = request.number;
    if (request.replaces != nullptr) {
        const auto* other = dynamic_cast<const SipLeg*>(request.replaces);
        if (other == nullptr || other == this || &other->account_ != &account_ || other->over_ ||
            !other->answered_)
            return false;
        order.replaces = other->dialog_;
        if (number.empty()) number = other->far_user_;
    }
    if (number.empty()) return false;
    order.target = account_.target_uri(number);
    order.referred_by = account_.referrer(own_user_, hidden_);
    order.credentials = credentials();
    base::log::info("sip", "{}: the far end is asked to call {}{}", log_prefix(), base::printable(number),
                    order.replaces != 0 ? " and to take over its call" : "");
    refer_accepted_ = false;
    refer_timer_.start(refer_limit,
                       [this] { refer_over(false, base::format("no outcome after {}", refer_limit)); });
    host_->tell([id = dialog_, order](Agent& agent) { agent.refer(id, order); });
    return true;
}

void SipLeg::on_refer_progress(const ReferProgress& progress) {
    if (!refer_timer_.running()) return;  // too late: the observer was told otherwise
    if (progress.step == ReferProgress::Step::accepted) {
        refer_accepted_ = true;
        return;
    }
    refer_over(progress.step == ReferProgress::Step::reached, progress.reason);
}

void SipLeg::refer_over(bool reached, const std::string& reason) {
    refer_timer_.stop();
    base::log::info("sip", "{}: {}: {}", log_prefix(),
                    reached ? "the far end has reached the new party" : "transfer failed, the call goes on",
                    reason);
    const std::weak_ptr alive(alive_);
    using call::ReferOutcome;
    const auto outcome = reached           ? ReferOutcome::reached
                         : refer_accepted_ ? ReferOutcome::failed
                                           : ReferOutcome::refused;
    if (observer() != nullptr) observer()->on_referred(*this, outcome);
    if (!alive.expired() && reached) release({});
}

void SipLeg::carry_data() {
    if (over_ || data_) return;
    data_ = true;
    if (dialog_ != 0) host_->tell([id = dialog_](Agent& agent) { agent.carry_data(id); });
    if (!agreement_) return;
    make_transparent(agreement_->options);
    watch_peer();
}

}  // namespace tipring::sip
