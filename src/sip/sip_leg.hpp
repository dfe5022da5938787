// SipLeg: one SIP dialog as a side of a call. Keeps the call's RTP endpoint in step with what the dialog
// agrees upon. Thread: core.
#pragma once

#include <memory>
#include <optional>

#include "account.hpp"
#include "agent.hpp"
#include "messages.hpp"
#include "tipring/call/leg.hpp"
#include "tipring/media/engine.hpp"
#include "tipring/media/rtp_socket.hpp"

namespace tipring::sip {

class SipLeg;

/// What legs need of the service.
class LegHost {
  public:
    virtual ~LegHost() = default;
    virtual base::Reactor& reactor() = 0;
    virtual media::Engine& engine() = 0;
    virtual media::RtpPortPool& rtp_ports() = 0;
    /// Runs `task` on the SIP thread.
    virtual void tell(std::function<void(Agent&)> task) = 0;
    /// Reports of this dialog go to this leg from now on; null: to nobody.
    virtual void route(DialogId id, SipLeg* leg) = 0;
    virtual void server_silent(Account& account) = 0;
};

class SipLeg final : public call::Leg {
  public:
    /// Outgoing.
    SipLeg(base::LegId id, std::shared_ptr<LegHost> host, Account& account);
    /// Incoming; open_media() must succeed before the leg is announced.
    SipLeg(base::LegId id, std::shared_ptr<LegHost> host, Account& account, const IncomingCall& call);
    ~SipLeg() override;

    /// Binds the RTP ports and makes the engine's endpoint.
    base::Result<void> open_media(const MediaPreferences& preferences,
                                  const std::optional<Agreement>& agreement);
    void on_dialog(const DialogEvent& event);

    void start(const call::CallRequest& request) override;
    void proceeding() override {}  // 100 Trying went out when the call came in
    void alert(bool inband) override;
    void connected_party(const call::Party& party) override;
    void answer() override;
    void release(const call::Cause& cause) override;
    void send_digit(char digit) override;
    void hold(bool on) override;
    void flash() override;
    /// False where the account does not use REFER, the call is not answered, or the dialog to be replaced is not
    /// an answered one of the same account.
    bool refer(const call::ReferRequest& request) override;
    void carry_data() override;
    media::EndpointId media() const override { return endpoint_; }

  private:
    void heard();
    void give_up();
    void apply(const Agreement& agreement);
    void watch_peer();
    void peer_vanished();
    void end_here(const call::Cause& cause);
    void on_released(const Released& released);
    /// Ends the leg here and reports it, later.
    void finish(const call::Cause& cause);
    void stop_timers();
    void close_media();
    // sip_leg_services.cpp
    void try_hold();
    void on_hold_answered(const HoldAnswered& answer);
    void take_for_no_hold();
    void report_far_hold();
    std::chrono::milliseconds glare_wait();
    void on_refer_progress(const ReferProgress& progress);
    void refer_over(bool reached, const std::string& reason);
    Credentials credentials() const;
    std::string log_prefix() const;

    std::shared_ptr<LegHost> host_;
    Account& account_;
    DialogId dialog_ = 0;
    LocalMedia local_;
    media::EndpointId endpoint_;
    std::optional<Agreement> agreement_;
    std::string own_user_;  ///< who we are in this dialog: who was called, or who calls
    std::string far_user_;
    Asserted connected_;   ///< who answers on the other side of the call
    bool hidden_ = false;  ///< our side does not want to be known
    base::Timer silence_;
    base::Timer hold_timer_;   ///< until a hold that met another re-INVITE is tried again
    base::Timer refer_timer_;  ///< runs while a REFER has no outcome
    bool refer_accepted_ = false;
    bool hold_wanted_ = false;
    bool hold_asked_ = false;    ///< by the last re-INVITE
    bool hold_done_ = false;     ///< what the far end has accepted
    bool hold_pending_ = false;  ///< a re-INVITE is on its way
    unsigned hold_attempts_ = 0;
    bool far_holds_ = false;  ///< as they agreed last, or at the answer
    bool hold_told_ = false;  ///< to the observer
    bool outgoing_ = true;
    bool data_ = false;
    bool answered_ = false;
    bool early_media_ = false;  ///< incoming: the far end has our early media
    bool over_ = false;
    /// Expires with the leg, so that posted reports find out.
    std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace tipring::sip
