// Dialog: one call as SIP sees it, with its offer/answer state, outgoing or incoming. Takes no decision about
// the call: it turns orders of the core thread into SIP and SIP into reports. Thread: sip.
#pragma once

#include <optional>

#include "handle_owner.hpp"
#include "messages.hpp"

namespace tipring::sip {

class Dialog final : public HandleOwner {
  public:
    /// Sends the INVITE.
    Dialog(Agent& agent, const OutgoingCall& call);
    /// Takes over the handle of an INVITE that was checked; `state` holds its offer, if it had one.
    Dialog(Agent& agent, DialogId id, nua_handle_t* handle, std::string contact, OfferAnswer state,
           const sip_t* invite, config::CauseOverrides causes);

    void on_event(const NuaEvent& event) override;

    /// Incoming: 180, or with `inband` 183 with a session description.
    void progress(bool inband, const LocalMedia& local);
    /// Incoming: 200.
    void answer(const LocalMedia& local, const Asserted& who);
    /// re-INVITE that holds the far end or takes it back; HoldAnswered follows.
    void hold(bool on, const Credentials& credentials);
    /// REFER; `replaces` is what replaces() of the order's other dialog says. ReferProgress follows.
    void refer(const ReferOrder& order, const std::string& replaces);
    /// This dialog as the value of a Replaces header of somebody who takes it over (RFC 3891 6.1); "" when it
    /// is not confirmed.
    std::string replaces() const;
    /// INFO with a hook flash.
    void flash(const Credentials& credentials);
    void carry_data();
    /// CANCEL, BYE or a failure, whatever fits. Reports nothing any more.
    void release(const call::Cause& cause);

  private:
    enum class State { calling, early, answered, ending };

    // dialog.cpp
    void on_invite_answer(const NuaEvent& event);
    void on_provisional(const NuaEvent& event);
    void on_success(const NuaEvent& event);
    void on_failure(const NuaEvent& event);
    void acknowledge_reliable(const sip_t* sip);
    void on_state(const NuaEvent& event);
    void end_with(const call::Cause& cause);
    void hang_up(const call::Cause& cause);
    void report(DialogEvent event);
    bool take_answer(std::string_view description);
    void report_party(const sip_t* sip);

    // dialog_requests.cpp: requests inside the dialog
    void on_offer_request(const NuaEvent& event);
    void on_prack(const NuaEvent& event);
    void on_ack(const NuaEvent& event);
    void on_info(const NuaEvent& event);
    void respond(unsigned status, const std::string& description);

    // dialog_services.cpp: requests of ours inside the dialog
    void on_hold_success(std::string_view description);
    void on_hold_failure(const NuaEvent& event);
    void withdraw_hold();
    void asked();
    void use_credentials(const Credentials& credentials);
    bool answers_service_challenge(const NuaEvent& event);
    void on_refer_answer(const NuaEvent& event);
    void refer_over(bool reached, std::string reason);
    void on_notify(const NuaEvent& event);
    void on_info_answer(const NuaEvent& event);

    Agent& agent_;
    DialogId id_;
    bool outgoing_;
    Handle handle_;
    std::string contact_;
    Credentials credentials_;
    config::CauseOverrides causes_;
    OfferAnswer media_;
    State state_ = State::calling;
    call::Cause cause_;  ///< why the call ended, as far as a message has told
    bool cause_known_ = false;
    bool released_ = false;  ///< Released was reported, or the core asked for the release
    bool heard_anything_ = false;
    bool inband_reported_ = false;
    bool ringing_reported_ = false;
    bool reliable_allowed_ = false;   ///< incoming: the far end supports 100rel
    bool description_sent_ = false;   ///< incoming: our answer or offer is out
    bool offered_early_ = false;      ///< incoming: it was an offer, answered in the PRACK
    bool offered_in_invite_ = false;  ///< what Sofia sends to refresh is an INVITE with our offer
    bool reinviting_ = false;         ///< our re-INVITE for hold has no answer yet
    bool hold_before_ = false;        ///< in force when it was sent
    struct HoldOrder {
        bool on;
        Credentials credentials;
    };
    std::optional<HoldOrder> hold_waiting_;  ///< until our other requests are answered
    unsigned asking_ = 0;                    ///< INFO and REFER without a final answer
    bool referring_ = false;                 ///< the outcome of our REFER is not known
    unsigned challenges_ = 0;
    unsigned service_challenges_ = 0;
    unsigned long last_rseq_ = 0;
};

}  // namespace tipring::sip
