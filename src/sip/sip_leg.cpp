// SipLeg (sip_leg.hpp). Thread: core.
#include "sip_leg.hpp"

#include "tipring/base/log.hpp"

namespace tipring::sip {
namespace q850 = call::q850;
namespace {

/// The caller, or whoever sent the call on last: either may be the one who speaks here.
bool wants_to_hide(const call::CallRequest& request) {
    constexpr auto restricted = call::Presentation::restricted;
    return request.on_behalf || request.caller.presentation == restricted ||
           (!request.diversions.empty() && request.diversions.front().presentation == restricted);
}

}  // namespace

SipLeg::SipLeg(base::LegId id, std::shared_ptr<LegHost> host, Account& account)
    : Leg(id, "sip " + account.settings().name),
      host_(std::move(host)),
      account_(account),
      silence_(host_->reactor()),
      hold_timer_(host_->reactor()),
      refer_timer_(host_->reactor()) {}

SipLeg::SipLeg(base::LegId id, std::shared_ptr<LegHost> host, Account& account, const IncomingCall& call)
    : SipLeg(id, std::move(host), account) {
    dialog_ = call.id;
    outgoing_ = false;
    own_user_ = call.called;
    if (call.caller.presentation == call::Presentation::allowed) far_user_ = call.caller.number;
    hidden_ = call.hidden;
    host_->route(dialog_, this);
}

SipLeg::~SipLeg() {
    if (!over_ && dialog_ != 0) {
        host_->tell([id = dialog_](Agent& agent) { agent.release(id, call::Cause{}); });
    }
    close_media();
    if (dialog_ != 0) host_->route(dialog_, nullptr);
}

std::string SipLeg::log_prefix() const {
    return base::format("call={} leg={} {}", call(), id(), endpoint_name());
}

base::Result<void> SipLeg::open_media(const MediaPreferences& preferences,
                                      const std::optional<Agreement>& agreement) {
    auto socket = host_->rtp_ports().open(account_.local_host());
    if (!socket) return socket.error();
    local_ = {socket->local_host, socket->local_port};
    auto options = agreement ? agreement->options : preferences.base;
    if (data_) make_transparent(options);
    options.timeout = {};  // watch_peer() decides
    endpoint_ = host_->engine().add_rtp(std::move(*socket), options, [this](const media::Event& event) {
        if (event.kind == media::EventKind::rtp_timeout) peer_vanished();
    });
    if (!endpoint_) return base::fail("the media engine has no room for another RTP session");
    if (agreement) apply(*agreement);
    return {};
}

void SipLeg::close_media() {
    if (endpoint_) host_->engine().remove(std::exchange(endpoint_, {}));
}

void SipLeg::apply(const Agreement& agreement) {
    if (!endpoint_) return;
    agreement_ = agreement;
    if (data_) make_transparent(agreement_->options);
    watch_peer();
    if (agreement.remote.port != 0) host_->engine().set_remote(endpoint_, agreement.remote);
}

/// Nobody has to send before the answer, nor on hold.
void SipLeg::watch_peer() {
    if (!endpoint_ || !agreement_) return;
    auto options = agreement_->options;
    if (!answered_ || agreement_->held || !options.receive) options.timeout = {};
    host_->engine().update_rtp(endpoint_, options);
}

void SipLeg::start(const call::CallRequest& request) {
    if (request.hops_left < 0)
        return finish({q850::exchange_routing_error, call::Location::private_local,
                       "has passed too many systems (Max-Forwards)"});
    auto outgoing = account_.outgoing_call(request);
    if (data_) {
        make_transparent(outgoing.media.base);
        outgoing.media.telephone_event = false;
    }
    const auto opened = open_media(outgoing.media, std::nullopt);
    if (!opened) {
        base::log::error("sip", "{}: {}", log_prefix(), opened.error().message);
        return finish({q850::no_circuit_available, call::Location::private_local, opened.error().message});
    }
    outgoing.local = local_;
    dialog_ = outgoing.id;
    own_user_ = request.source.kind == routing::DestinationKind::port ? request.source.name : "";
    far_user_ = request.called;
    hidden_ = wants_to_hide(request);
    host_->route(dialog_, this);
    base::log::info("sip", "{}: calling {} at {}", log_prefix(), base::printable(request.called),
                    account_.server_host());
    silence_.start(account_.settings().dead_after, [this] { give_up(); });
    host_->tell([outgoing](Agent& agent) { agent.place(outgoing); });
}

/// Any answer at all: the server is there.
void SipLeg::heard() {
    if (!silence_.running()) return;
    silence_.stop();
    account_.mark_alive();
}

void SipLeg::give_up() {
    const call::Cause cause{
        q850::network_out_of_order, call::Location::private_local,
        base::format("no answer from {} in {}", account_.server_host(), account_.settings().dead_after)};
    host_->server_silent(account_);
    end_here(cause);
}

/// A peer that crashed or lost its network says no BYE, and its line would be busy for ever.
void SipLeg::peer_vanished() {
    if (over_) return;
    end_here({q850::recovery_on_timer_expiry, call::Location::public_remote,
              base::format("neither RTP nor RTCP for {}", agreement_->options.timeout), "no_rtp"});
}

void SipLeg::end_here(const call::Cause& cause) {
    base::log::warning("sip", "{}: {}", log_prefix(), cause.detail);
    host_->tell([id = dialog_, cause](Agent& agent) { agent.release(id, cause); });
    finish(cause);
}

void SipLeg::on_dialog(const DialogEvent& event) {
    if (over_) return;
    if (const auto* released = std::get_if<Released>(&event)) return on_released(*released);
    heard();
    if (const auto* agreed = std::get_if<MediaAgreed>(&event)) {
        const bool first = !agreement_;
        apply(agreed->agreement);
        if (first) take_for_no_hold();  // we have answered an INVITE without offer
        base::log::debug("sip", "{}: audio {} with {} port {}", log_prefix(),
                         dsp::name(agreed->agreement.options.codec), agreed->agreement.remote.host,
                         agreed->agreement.remote.port);
        return report_far_hold();
    }
    if (const auto* held = std::get_if<HoldAnswered>(&event)) return on_hold_answered(*held);
    if (const auto* progress = std::get_if<ReferProgress>(&event)) return on_refer_progress(*progress);
    if (observer() == nullptr) return;
    if (const auto* alerting = std::get_if<Alerting>(&event)) {
        if (alerting->inband && !alerting->rings) return observer()->on_progress(*this);
        return observer()->on_alerting(*this, alerting->inband);
    }
    if (const auto* known = std::get_if<PartyKnown>(&event))
        return observer()->on_connected_party(*this, known->party);
    if (std::holds_alternative<Proceeding>(event)) return observer()->on_proceeding(*this);
    if (std::holds_alternative<Answered>(event)) {
        answered_ = true;
        take_for_no_hold();
        watch_peer();
        try_hold();
        return observer()->on_answered(*this);
    }
    if (std::holds_alternative<FlashPressed>(event)) return observer()->on_flash(*this);
    if (const auto* pressed = std::get_if<DigitPressed>(&event))
        return observer()->on_digit(*this, pressed->digit);
}

void SipLeg::on_released(const Released& released) {
    if (released.no_answer_at_all) {
        host_->server_silent(account_);
    } else {
        heard();
    }
    base::log::info("sip", "{}: released, {}", log_prefix(), call::to_text(released.cause));
    const bool referring = refer_timer_.running();
    const std::weak_ptr alive(alive_);
    stop_timers();
    over_ = true;
    close_media();
    if (observer() == nullptr) return;
    const auto& to = released.redirection;
    if (to && outgoing_ && !answered_ && account_.is_own_host(to->host))
        return observer()->on_redirected(*this, to->user, call::DivertReason::unconditional);
    // Servers hang up as soon as they have sent the far end on, and often before they say so.
    if (!referring || !refer_accepted_) return observer()->on_released(*this, released.cause);
    observer()->on_referred(*this, call::ReferOutcome::reached);
    if (!alive.expired()) finish(released.cause);
}

void SipLeg::stop_timers() {
    silence_.stop();
    hold_timer_.stop();
    refer_timer_.stop();
}

void SipLeg::finish(const call::Cause& cause) {
    over_ = true;
    stop_timers();
    close_media();
    host_->reactor().post([this, cause, alive = std::weak_ptr(alive_)] {
        if (!alive.expired() && observer() != nullptr) observer()->on_released(*this, cause);
    });
}

/// Early media that is there already needs no second 183 when it begins to ring; a 180 would make the far end add
/// its own ringing tone.
void SipLeg::alert(bool inband) {
    if (over_ || (inband && early_media_)) return;
    early_media_ = inband;
    host_->tell([id = dialog_, inband, local = local_](Agent& agent) { agent.progress(id, inband, local); });
}

void SipLeg::connected_party(const call::Party& party) {
    connected_ = account_.asserted(party);
}

void SipLeg::answer() {
    if (over_) return;
    answered_ = true;
    take_for_no_hold();
    watch_peer();
    host_->tell(
        [id = dialog_, local = local_, who = connected_](Agent& agent) { agent.answer(id, local, who); });
    try_hold();
}

void SipLeg::release(const call::Cause& cause) {
    if (over_) return;
    if (dialog_ != 0) host_->tell([id = dialog_, cause](Agent& agent) { agent.release(id, cause); });
    finish(cause);
}

void SipLeg::send_digit(char digit) {
    if (endpoint_) host_->engine().send_digits(endpoint_, std::string_view(&digit, 1));
}

}  // namespace tipring::sip
