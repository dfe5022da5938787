#include "sip_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

namespace tipring::acceptance {

namespace {

constexpr std::uint16_t gateway_port = 5060;
const std::string no_body = "Content-Length: 0\r\n\r\n";

sockaddr_in local_address(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

std::string peer_body(const std::string& type, const std::string& text) {
    return "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(text.size()) + "\r\n\r\n" + text;
}

std::string peer_session(std::uint16_t port, const std::string& direction = "sendrecv") {
    return peer_body("application/sdp",
                     "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio " +
                         std::to_string(port) + " RTP/AVP 8\r\na=" + direction + "\r\n");
}

std::string method_of(const std::string& message) {
    return message.substr(0, message.find(' '));
}

bool answers_invite(const std::string& message) {
    return sip_status(message) != 0 && sip_header(message, "CSeq").ends_with(" INVITE");
}

/// What stands between < and >.
std::string uri_of(const std::string& header) {
    const auto begin = header.find('<');
    const auto end = header.find('>', begin);
    return begin == std::string::npos || end == std::string::npos ? header
                                                                  : header.substr(begin + 1, end - begin - 1);
}

}  // namespace

std::string sip_header(const std::string& message, const std::string& name) {
    const auto at = message.find("\r\n" + name + ": ");
    if (at == std::string::npos) return {};
    const auto begin = at + name.size() + 4;
    return message.substr(begin, message.find('\r', begin) - begin);
}

int sip_status(const std::string& message) {
    return message.starts_with("SIP/2.0 ") ? std::stoi(message.substr(8, 3)) : 0;
}

std::uint16_t sip_audio_port(const std::string& message) {
    static const std::string line = "\r\nm=audio ";
    const auto at = message.find(line);
    return at == std::string::npos ? std::uint16_t{0}
                                   : static_cast<std::uint16_t>(std::stoul(message.substr(at + line.size())));
}

SipPeer::SipPeer(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)), port_(port) {
    const auto local = local_address(port);
    if (::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0)
        throw std::runtime_error("no UDP port " + std::to_string(port) + " on 127.0.0.1");
    static unsigned runs = 0;
    run_ = std::to_string(::getpid()) + "-" + std::to_string(++runs) + "-";
}

SipPeer::Dialog* SipPeer::find(const std::string& call) {
    const auto found =
        std::find_if(dialogs_.begin(), dialogs_.end(), [&](const Dialog& one) { return one.id == call; });
    return found == dialogs_.end() ? nullptr : &*found;
}

void SipPeer::send(const std::string& message) const {
    const auto gateway = local_address(gateway_port);
    if (::sendto(fd_.get(), message.data(), message.size(), 0, reinterpret_cast<const sockaddr*>(&gateway),
                 sizeof gateway) < 0)
        throw std::runtime_error("cannot send to the gateway");
}

std::string SipPeer::request(const std::string& method, const Dialog& dialog,
                             const std::string& branch) const {
    return method + " " + (branch == dialog.invite_branch ? dialog.invite_target : dialog.target) +
           " SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:" + std::to_string(port_) + ";branch=z9hG4bK-" + branch +
           "\r\nMax-Forwards: 70\r\nFrom: " + dialog.local + "\r\nTo: " + dialog.far +
           "\r\nCall-ID: " + dialog.id +
           "\r\nCSeq: " + std::to_string(method == "ACK" || method == "INVITE" ? 1 : dialog.sequence) + " " +
           method + "\r\nContact: <sip:peer@127.0.0.1:" + std::to_string(port_) + ">\r\n";
}

void SipPeer::respond(const std::string& request, const std::string& status, const std::string& rest) const {
    std::string vias;
    for (std::size_t at = 0; (at = request.find("\r\nVia: ", at)) != std::string::npos; ++at)
        vias += request.substr(at + 2, request.find('\r', at + 2) - at - 2) + "\r\n";
    auto to = sip_header(request, "To");
    if (to.find(";tag=") == std::string::npos) to += ";tag=" + run_;
    send("SIP/2.0 " + status + "\r\n" + vias + "From: " + sip_header(request, "From") + "\r\nTo: " + to +
         "\r\nCall-ID: " + sip_header(request, "Call-ID") + "\r\nCSeq: " + sip_header(request, "CSeq") +
         "\r\nContact: <sip:peer@127.0.0.1:" + std::to_string(port_) + ">\r\n" + rest);
}

std::string SipPeer::call(const Offer& offer) {
    const auto id = run_ + std::to_string(++count_);
    const auto target = "sip:" + offer.called + "@127.0.0.1:5060";
    dialogs_.push_back({.id = id,
                        .target = target,
                        .local = offer.from + ";tag=" + id,
                        .far = "<" + target + ">",
                        .invite_branch = id,
                        .invite_target = target,
                        .audio_port = offer.audio_port});
    send(request("INVITE", dialogs_.back(), id) + offer.headers + peer_session(offer.audio_port));
    return id;
}

/// The first message that is wanted is taken out; the others stay.
template <class Wanted>
std::string SipPeer::wait(std::chrono::milliseconds limit, const Wanted& wanted) {
    const auto until = std::chrono::steady_clock::now() + limit;
    for (;;) {
        const auto found = std::find_if(inbox_.begin(), inbox_.end(), wanted);
        if (found != inbox_.end()) {
            auto message = std::move(*found);
            inbox_.erase(found);
            return message;
        }
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
        if (left.count() <= 0) return {};
        receive(left);
    }
}

std::string SipPeer::wait_provisional(const std::string& call, int status, std::chrono::milliseconds limit) {
    const auto answer = wait(limit, [&](const std::string& message) {
        return answers_invite(message) && sip_header(message, "Call-ID") == call &&
               (sip_status(message) == status || sip_status(message) >= 200);
    });
    if (sip_status(answer) == status) return answer;
    if (!answer.empty()) inbox_.push_back(answer);  // for wait_final()
    return {};
}

std::string SipPeer::wait_final(const std::string& call, std::chrono::milliseconds limit) {
    return wait(limit, [&](const std::string& message) {
        return answers_invite(message) && sip_header(message, "Call-ID") == call &&
               sip_status(message) >= 200;
    });
}

std::string SipPeer::wait_invite(std::chrono::milliseconds limit) {
    return wait(limit, [](const std::string& message) { return method_of(message) == "INVITE"; });
}

std::string SipPeer::wait_bye(const std::string& call, std::chrono::milliseconds limit) {
    return wait(limit, [&](const std::string& message) {
        return method_of(message) == "BYE" && sip_header(message, "Call-ID") == call;
    });
}

void SipPeer::answer(const std::string& invite, const std::string& status, const std::string& headers,
                     std::uint16_t audio_port) {
    if (auto* const dialog = find(sip_header(invite, "Call-ID"))) dialog->audio_port = audio_port;
    respond(invite, status, headers + (status.starts_with("200") ? peer_session(audio_port) : no_body));
}

void SipPeer::send_in_dialog(const std::string& call, const std::string& method, const std::string& rest) {
    auto* const dialog = find(call);
    if (dialog == nullptr) throw std::logic_error("no call " + call);
    ++dialog->sequence;
    send(request(method, *dialog, run_ + std::to_string(++count_)) + rest);
}

void SipPeer::info(const std::string& call, char digit) {
    send_in_dialog(
        call, "INFO",
        peer_body("application/dtmf-relay", "Signal=" + std::string(1, digit) + "\r\nDuration=100\r\n"));
}

bool SipPeer::accept_offer(const std::string& call, std::chrono::milliseconds limit) {
    const auto offer = wait(limit, [&](const std::string& message) {
        return method_of(message) == "INVITE" && sip_header(message, "Call-ID") == call;
    });
    if (offer.empty()) return false;
    const bool held = offer.find("a=sendonly") != std::string::npos;
    const auto* const dialog = find(call);
    respond(offer, "200 OK",
            peer_session(dialog != nullptr ? dialog->audio_port : nobody_listens,
                         held ? "recvonly" : "sendrecv"));
    return true;
}

void SipPeer::bye(const std::string& call) {
    send_in_dialog(call, "BYE", no_body);
}

bool SipPeer::receive(std::chrono::milliseconds limit) {
    pollfd ready{fd_.get(), POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(limit.count())) <= 0) return false;
    char buffer[8192];
    const auto got = ::recv(fd_.get(), buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    const std::string message(buffer, static_cast<std::size_t>(got));
    if (sip_status(message) != 0) {
        on_answer(message);
    } else {
        on_request(message);
    }
    return true;
}

void SipPeer::on_answer(const std::string& message) {
    auto* const dialog = find(sip_header(message, "Call-ID"));
    if (dialog == nullptr) return;
    if (answers_invite(message)) {
        if (const auto contact = sip_header(message, "Contact"); !contact.empty())
            dialog->target = uri_of(contact);
        if (sip_status(message) > 100) dialog->far = sip_header(message, "To");
        if (sip_status(message) >= 200) acknowledge(*dialog, message);
    }
    inbox_.push_back(message);
}

void SipPeer::acknowledge(Dialog& dialog, const std::string& answer) {
    const bool accepted = sip_status(answer) < 300;
    send(request("ACK", dialog, accepted ? run_ + "ack" + std::to_string(++count_) : dialog.invite_branch) +
         no_body);
}

void SipPeer::on_request(const std::string& message) {
    const auto method = method_of(message);
    if (method == "ACK") return;
    if (method != "INVITE") {
        respond(message, "200 OK", no_body);
        inbox_.push_back(message);
        return;
    }
    const auto id = sip_header(message, "Call-ID");
    if (auto* const known = find(id)) {
        const bool in_dialog = sip_header(message, "To").find(";tag=") != std::string::npos;
        if (in_dialog &&
            std::exchange(known->offered, sip_header(message, "CSeq")) != sip_header(message, "CSeq"))
            inbox_.push_back(message);
        return;  // otherwise repeated while the test was busy
    }
    respond(message, "100 Trying", no_body);
    dialogs_.push_back({.id = id,
                        .target = uri_of(sip_header(message, "Contact")),
                        .local = sip_header(message, "To") + ";tag=" + run_,
                        .far = sip_header(message, "From")});
    inbox_.push_back(message);
}

}  // namespace tipring::acceptance
