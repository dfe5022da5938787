// A SIP caller made of plain text over UDP, for what a real client cannot be told to send: any From, Privacy
// and Alert-Info, several calls at once, a NOTIFY that nobody subscribed to. Its calls only ring. Thread: one.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "tipring/base/fd.hpp"

namespace tipring::acceptance {

class SipText {
  public:
    /// On a port of its own of 127.0.0.1, towards the gateway at 127.0.0.1:5060.
    SipText();
    ~SipText();  ///< gives up its calls

    struct Call {
        std::string called;
        std::string from = "<sip:700@127.0.0.1>";
        std::string headers = {};  ///< further header lines, each with its CRLF
    };
    void invite(const Call& call);
    /// The final answer to the oldest call, which is over then: the whole message; "" after the limit.
    std::string wait_refusal(std::chrono::milliseconds limit);
    /// Cancels all calls; false when one was not ended in time.
    bool give_up(std::chrono::milliseconds limit);
    /// Status line of the answer to a NOTIFY about `waiting` new messages, "" for silence.
    std::string notify_messages(const std::string& user, unsigned waiting);

  private:
    struct Ringing {
        Call call;
        std::string id;
        unsigned number;
    };

    base::Fd fd_;
    std::uint16_t port_ = 0;
    std::string run_;  ///< part of every Call-ID and branch
    unsigned count_ = 0;
    std::vector<Ringing> calls_;

    std::string head(const std::string& method, const Ringing& call, const std::string& to_tag = {}) const;
    void send(const std::string& message) const;
    /// Sends the ACK of a refusal and forgets its call; false when it is none of those.
    bool settle(const std::string& answer);
    /// "" when nothing came in time.
    std::string receive(std::chrono::milliseconds limit) const;
};

}  // namespace tipring::acceptance
