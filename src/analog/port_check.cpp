// AnalogPort's part in a check of its line (check_run.hpp): hands the wire over and takes it back. Thread: core.
#include <algorithm>
#include <utility>

#include "analog_port.hpp"
#include "tipring/base/log.hpp"

namespace tipring::analog {
namespace {

constexpr std::size_t longest_number = 40;

bool can_be_sent(const std::string& digits) {
    return digits.size() <= longest_number &&
           digits.find_first_not_of("0123456789*#ABCDw") == std::string::npos;
}

/// Whoever asked for the check keeps it; without him nobody reads the result, and the line is free again.
struct CheckOwner {
    explicit CheckOwner(std::weak_ptr<CheckRun> run) : run_(std::move(run)) {}
    CheckOwner(const CheckOwner&) = delete;
    CheckOwner& operator=(const CheckOwner&) = delete;
    ~CheckOwner() {
        if (const auto run = run_.lock()) run->stop("given up");
    }
    const std::weak_ptr<CheckRun> run_;
};

}  // namespace

base::Result<void> AnalogPort::may_check(const CheckRequest& request) {
    if (request.kind == CheckKind::learn && is_fxs())
        return base::fail("only an exchange line (fxo) has a tone to learn");
    if (!can_be_sent(request.number) || !can_be_sent(request.digit))
        return base::fail("a number to dial has 0-9, *, #, A-D and w (waits 500 ms), at most 40 of them");
    if (is_fxs() && !request.number.empty()) return base::fail("a telephone line dials no number");
    if (request.seconds < shortest_learning || request.seconds > longest_learning)
        return base::fail(base::format("a recording takes {} to {} seconds", shortest_learning.count(),
                                       longest_learning.count()));
    if (shut_ || machine_->removed()) return base::fail("the channel is missing");
    if (machine_->alarm()) return base::fail("alarm on the line");
    if (check_) return base::fail("line in use: it is being checked");
    if (!machine_->in_service()) return base::fail("the port is out of service");
    if (!idle()) return base::fail(base::format("line in use: {}", machine_->state_name()));
    unsigned slot = 0;
    call::Cause why;
    if (!may_open({}, slot, why)) return base::fail(why.detail);
    return {};
}

base::Result<std::shared_ptr<void>> AnalogPort::start_check(const CheckRequest& request,
                                                            CheckHandlers handlers) {
    if (const auto allowed = may_check(request); !allowed) return allowed.error();
    CheckRun::Parts parts{.reactor = reactor_,
                          .control = control(),
                          .wire = wire_,
                          .audio = *audio_,
                          .tones = plan_,
                          .learnt_tones = {},
                          .echo_taps = settings_.echo_taps,
                          .check = [this](const base::Result<void>& result,
                                          std::string_view what) { return check(result, what); },
                          .prove_good = [] {},
                          .refuse = [](const std::string&) {},
                          .over = {}};
    add_to_check(parts);
    parts.over = [this] {
        reactor_.post([this, run = std::weak_ptr(check_)] {
            if (check_ && run.lock() == check_) check_over();
        });
    };
    auto settings = check_settings();
    settings.fxs = is_fxs();
    check_ = std::make_shared<CheckRun>(request, settings, std::move(parts), std::move(handlers));
    const auto owner = std::make_shared<CheckOwner>(check_);
    resume_ = true;
    note_state(std::string(request.kind == CheckKind::learn ? "port learn" : "port test"));
    feed(input_of(LineInputKind::out_of_service));
    check_->start();
    return std::shared_ptr<void>(owner);
}

/// What the wire did meanwhile the machine learns now, as if it had happened now.
void AnalogPort::check_over() {
    const auto run = check_;
    if (resume_) feed(input_of(LineInputKind::in_service));
    if (const auto now = status()) {
        feed_status_before(*now);
        feed_status_after(*now);
    } else {
        check(now.error(), "status");
    }
    check_.reset();
    note_state(std::string("check over"));
    run->report();
    start_waiting_call();
}

}  // namespace tipring::analog
