#include "sip_text.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "sip_peer.hpp"

namespace tipring::acceptance {
using namespace std::chrono_literals;

namespace {

sockaddr_in loopback(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::string with_body(const std::string& head, const std::string& type, const std::string& body) {
    return head + "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

}  // namespace

SipText::SipText() : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    auto local = loopback(0);
    socklen_t size = sizeof local;
    if (::bind(fd_.get(), reinterpret_cast<sockaddr*>(&local), size) != 0 ||
        ::getsockname(fd_.get(), reinterpret_cast<sockaddr*>(&local), &size) != 0)
        throw std::runtime_error("no UDP port on 127.0.0.1");
    port_ = ntohs(local.sin_port);
    static unsigned runs = 0;
    run_ = std::to_string(::getpid()) + "-" + std::to_string(++runs);
}

SipText::~SipText() {
    give_up(2s);
}

std::string SipText::head(const std::string& method, const Ringing& call, const std::string& to_tag) const {
    const auto to = "<sip:" + call.call.called + "@127.0.0.1>" + (to_tag.empty() ? "" : ";tag=" + to_tag);
    return method + " sip:" + call.call.called +
           "@127.0.0.1:5060 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:" + std::to_string(port_) +
           ";branch=z9hG4bK-" + call.id + "\r\nMax-Forwards: 70\r\nFrom: " + call.call.from +
           ";tag=" + call.id + "\r\nTo: " + to + "\r\nCall-ID: " + call.id + "@text\r\nCSeq: 1 " + method +
           "\r\n";
}

void SipText::send(const std::string& message) const {
    const auto gateway = loopback(5060);
    if (::sendto(fd_.get(), message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&gateway),
                 sizeof gateway) < 0)
        throw std::runtime_error("cannot send to the gateway");
}

std::string SipText::receive(std::chrono::milliseconds limit) const {
    pollfd ready{fd_.get(), POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(limit.count())) <= 0) return {};
    char buffer[4096];
    const auto got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    return got <= 0 ? std::string() : std::string(buffer, static_cast<std::size_t>(got));
}

void SipText::invite(const Call& call) {
    const auto number = ++count_;
    const Ringing ringing{call, run_ + "-" + std::to_string(number), number};
    const auto contact = "Contact: <sip:700@127.0.0.1:" + std::to_string(port_) + ">\r\n";
    send(with_body(head("INVITE", ringing) + contact + call.headers, "application/sdp",
                   "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n"
                   "m=audio 40000 RTP/AVP 8\r\n"));
    calls_.push_back(ringing);
}

bool SipText::give_up(std::chrono::milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    for (const auto& call : calls_)
        send(head("CANCEL", call) + "Content-Length: 0\r\n\r\n");
    while (!calls_.empty() && std::chrono::steady_clock::now() < until) {
        settle(receive(100ms));
    }
    return calls_.empty();
}

bool SipText::settle(const std::string& answer) {
    if (sip_status(answer) < 300 || sip_header(answer, "CSeq").find("INVITE") == std::string::npos)
        return false;
    const auto ended = std::find_if(calls_.begin(), calls_.end(), [&](const Ringing& call) {
        return sip_header(answer, "Call-ID") == call.id + "@text";
    });
    if (ended == calls_.end()) return false;
    const auto to = sip_header(answer, "To");
    const auto tag = to.find(";tag=");
    send(head("ACK", *ended, tag == std::string::npos ? "" : to.substr(tag + 5)) +
         "Content-Length: 0\r\n\r\n");
    calls_.erase(ended);
    return true;
}

std::string SipText::wait_refusal(std::chrono::milliseconds limit) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < until) {
        const auto answer = receive(100ms);
        if (settle(answer)) return answer;
    }
    return {};
}

std::string SipText::notify_messages(const std::string& user, unsigned waiting) {
    const auto number = ++count_;
    const Ringing about{{.called = user, .from = "<sip:mail@127.0.0.1>", .headers = {}},
                        run_ + "-" + std::to_string(number),
                        number};
    send(with_body(head("NOTIFY", about) + "Contact: <sip:mail@127.0.0.1:" + std::to_string(port_) +
                       ">\r\nEvent: message-summary\r\nSubscription-State: active\r\n",
                   "application/simple-message-summary",
                   "Messages-Waiting: " + std::string(waiting > 0 ? "yes" : "no") +
                       "\r\nVoice-Message: " + std::to_string(waiting) + "/1\r\n"));
    for (;;) {
        const auto answer = receive(60s);
        if (answer.empty() || sip_header(answer, "CSeq") == "1 NOTIFY")
            return answer.substr(0, answer.find('\r'));
    }
}

}  // namespace tipring::acceptance
