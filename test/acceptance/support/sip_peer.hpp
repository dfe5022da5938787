// SipPeer: the server of a trusted account (`mode: peer`), made of plain text over UDP: calls the gateway and is called
// by it, many calls at once, with any header, and says what came in full. Audio is RtpEnds' business. Thread: one.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "tipring/base/fd.hpp"

namespace tipring::acceptance {

/// The first line with this header of a SIP message; "" when it has none.
std::string sip_header(const std::string& message, const std::string& name);
/// Of a response; 0 of a request.
int sip_status(const std::string& message);
/// Where the session description of a message wants the audio; 0 when it has none.
std::uint16_t sip_audio_port(const std::string& message);

class SipPeer {
  public:
    /// At 127.0.0.1:`port`, which is the account's `server`; the gateway is at 127.0.0.1:5060.
    explicit SipPeer(std::uint16_t port);

    static constexpr std::uint16_t nobody_listens = 40000;

    struct Offer {
        std::string called;
        std::string from = "<sip:700@127.0.0.1>";
        std::string headers = {};  ///< further header lines, each with its CRLF
        std::uint16_t audio_port = nobody_listens;
    };
    /// Sends an INVITE; the Call-ID, by which the call is named from now on.
    std::string call(const Offer& offer);
    /// The provisional answer with this status; "" when another final one came, or none in time.
    std::string wait_provisional(const std::string& call, int status, std::chrono::milliseconds limit);
    /// The final answer to the INVITE, which is acknowledged; "" when none came in time.
    std::string wait_final(const std::string& call, std::chrono::milliseconds limit);
    /// The next call of the gateway; "" when none came in time.
    std::string wait_invite(std::chrono::milliseconds limit);
    /// Answers an INVITE of wait_invite(), with a session description (A-law at this port) where the status is 200.
    void answer(const std::string& invite, const std::string& status, const std::string& headers = {},
                std::uint16_t audio_port = nobody_listens);
    /// INFO with one digit (application/dtmf-relay).
    void info(const std::string& call, char digit);
    /// Waits for a new offer in an answered call, and takes it: hold is answered by recvonly. False after the limit.
    bool accept_offer(const std::string& call, std::chrono::milliseconds limit);
    void bye(const std::string& call);
    /// The BYE of the gateway, which is answered; "" when none came in time.
    std::string wait_bye(const std::string& call, std::chrono::milliseconds limit);

  private:
    struct Dialog {
        std::string id;
        std::string target;      ///< request URI: of the INVITE, later the gateway's Contact
        std::string local, far;  ///< From and To of our requests
        std::string invite_branch{}, invite_target{};
        unsigned sequence = 1;
        std::string offered{};  ///< CSeq of the last offer in the dialog
        std::uint16_t audio_port = nobody_listens;
    };

    base::Fd fd_;
    std::uint16_t port_ = 0;
    std::string run_;  ///< part of every Call-ID and branch
    unsigned count_ = 0;
    std::vector<Dialog> dialogs_;
    std::deque<std::string> inbox_;

    Dialog* find(const std::string& call);
    std::string request(const std::string& method, const Dialog& dialog, const std::string& branch) const;
    void respond(const std::string& request, const std::string& status, const std::string& rest) const;
    void send(const std::string& message) const;
    void send_in_dialog(const std::string& call, const std::string& method, const std::string& rest);
    void acknowledge(Dialog& dialog, const std::string& answer);
    /// Handles one datagram; false when none came in time.
    bool receive(std::chrono::milliseconds limit);
    void on_answer(const std::string& message);
    void on_request(const std::string& message);
    template <class Wanted>
    std::string wait(std::chrono::milliseconds limit, const Wanted& wanted);
};

}  // namespace tipring::acceptance
