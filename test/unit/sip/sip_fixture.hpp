// What the SIP tests share: a reactor that is pumped while waiting, a raw UDP peer that speaks SIP by hand,
// and fakes of the call side.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tipring/base/asio_reactor.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/base/text.hpp"
#include "tipring/call/leg.hpp"

namespace tipring::test {

/// The core thread of a test: the test's own.
struct Loop {
    boost::asio::io_context context;
    base::AsioReactor reactor{context};

    bool wait_for(const std::function<bool()>& condition,
                  std::chrono::milliseconds limit = std::chrono::seconds(60)) {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (!condition()) {
            if (std::chrono::steady_clock::now() > end) return false;
            context.restart();
            context.run_for(std::chrono::milliseconds(5));
        }
        return true;
    }
};

inline sockaddr_in address_of(const std::string& host, std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    inet_pton(AF_INET, host.c_str(), &address.sin_addr);
    return address;
}

/// One SIP endpoint made of a datagram socket.
class RawPeer {
  public:
    explicit RawPeer(const std::string& host = "127.0.0.1")
        : host_(host), socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
        auto address = address_of(host, 0);
        REQUIRE(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
        socklen_t size = sizeof address;
        getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
    }
    std::uint16_t port() const { return port_; }
    std::string at() const { return host_ + ":" + std::to_string(port_); }

    void send(const std::string& text, std::uint16_t to, const std::string& host = "127.0.0.1") const {
        const auto address = address_of(host, to);
        sendto(socket_.get(), text.data(), text.size(), 0, reinterpret_cast<const sockaddr*>(&address),
               sizeof address);
    }
    /// "" when nothing waits.
    std::string receive() const {
        char buffer[65536];
        const auto size = recv(socket_.get(), buffer, sizeof buffer, 0);
        return size > 0 ? std::string(buffer, static_cast<std::size_t>(size)) : std::string();
    }
    /// The next message that begins with `start`; others are passed over. "" after the limit.
    std::string expect(Loop& loop, const std::string& start,
                       std::chrono::milliseconds limit = std::chrono::seconds(60)) const {
        std::string found;
        loop.wait_for(
            [&] {
                found = receive();
                return found.compare(0, start.size(), start) == 0 && !found.empty();
            },
            limit);
        return found.compare(0, start.size(), start) == 0 ? found : std::string();
    }

  private:
    std::string host_;
    base::Fd socket_;
    std::uint16_t port_ = 0;
};

/// A port that was free a moment ago.
inline std::uint16_t free_port() {
    return RawPeer().port();
}

/// First value of a header, "" when there is none.
inline std::string header(const std::string& message, const std::string& name) {
    for (const auto line : base::split(message, '\n')) {
        const auto colon = line.find(':');
        if (colon != std::string_view::npos && base::equal_ignoring_case(line.substr(0, colon), name))
            return std::string(base::trim(line.substr(colon + 1)));
    }
    return {};
}

inline std::string body(const std::string& message) {
    const auto gap = message.find("\r\n\r\n");
    return gap == std::string::npos ? std::string() : message.substr(gap + 4);
}

/// Puts a message together; headers without the ones about the body.
inline std::string message(const std::string& first_line, const std::vector<std::string>& headers,
                           const std::string& sdp = {}) {
    auto text = first_line + "\r\n";
    for (const auto& line : headers)
        text += line + "\r\n";
    if (!sdp.empty()) text += "Content-Type: application/sdp\r\n";
    return text + "Content-Length: " + std::to_string(sdp.size()) + "\r\n\r\n" + sdp;
}

inline std::string sdp_with(const std::string& media) {
    return "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n" + media;
}
inline const std::string plain_audio =
    "m=audio 40000 RTP/AVP 8 0 101\r\na=rtpmap:101 telephone-event/8000\r\n";

/// A response to a request, with the headers that must be copied.
inline std::string response(const std::string& request, const std::string& status,
                            std::vector<std::string> more = {}, const std::string& sdp = {}) {
    auto to = header(request, "To");
    if (to.find("tag=") == std::string::npos) to += ";tag=peer";
    std::vector<std::string> headers = {"Via: " + header(request, "Via"), "From: " + header(request, "From"),
                                        "To: " + to, "Call-ID: " + header(request, "Call-ID"),
                                        "CSeq: " + header(request, "CSeq")};
    headers.insert(headers.end(), more.begin(), more.end());
    return message("SIP/2.0 " + status, headers, sdp);
}

/// The headers of requests of one hand-made call.
struct RawCall {
    RawPeer& peer;
    std::string id;
    std::string to_tag = {};
    std::string contact = {};

    std::string request(const std::string& method, unsigned sequence, const std::string& sdp = {},
                        std::vector<std::string> more = {}) const {
        std::vector<std::string> headers = {
            "Via: SIP/2.0/UDP " + peer.at() + ";branch=z9hG4bK" + id + method + std::to_string(sequence) +
                ";rport",
            "Max-Forwards: 70",
            "From: \"Caller\" <sip:300@127.0.0.1>;tag=raw" + id,
            "To: <sip:201@127.0.0.1>" + (to_tag.empty() ? std::string() : ";tag=" + to_tag),
            "Call-ID: " + id,
            "CSeq: " + std::to_string(sequence) + " " + method};
        if (method == "INVITE" || method == "UPDATE" || method == "OPTIONS")
            headers.push_back(contact.empty() ? "Contact: <sip:300@" + peer.at() + ">" : contact);
        headers.insert(headers.end(), more.begin(), more.end());
        return message(method + " sip:201@127.0.0.1 SIP/2.0", headers, sdp);
    }
    /// Remembers the tag of the far end.
    void learn(const std::string& answer) {
        const auto to = header(answer, "To");
        const auto tag = to.find("tag=");
        if (tag != std::string::npos) to_tag = to.substr(tag + 4);
    }
};

/// Writes down what a leg reports, as words.
struct FakeObserver final : call::LegObserver {
    std::vector<std::string> seen;
    call::Cause cause;

    void on_proceeding(call::Leg&) override { seen.push_back("proceeding"); }
    void on_alerting(call::Leg&, bool inband) override {
        seen.push_back(inband ? "early media" : "alerting");
    }
    void on_progress(call::Leg&) override { seen.push_back("progress"); }
    void on_connected_party(call::Leg&, const call::Party& party) override {
        seen.push_back("connected " +
                       (party.presentation == call::Presentation::restricted ? "-" : party.name) + " " +
                       party.number);
    }
    void on_answered(call::Leg&) override { seen.push_back("answered"); }
    void on_released(call::Leg&, const call::Cause& why) override {
        cause = why;
        seen.push_back("released");
    }
    void on_media_changed(call::Leg&) override { seen.push_back("media changed"); }
    void on_digit(call::Leg&, char digit) override { seen.push_back(std::string("digit ") + digit); }
    void on_flash(call::Leg&) override { seen.push_back("flash"); }
    void on_hold(call::Leg&, bool held) override { seen.push_back(held ? "holds" : "takes back"); }
    void on_referred(call::Leg&, call::ReferOutcome outcome) override {
        seen.push_back(outcome == call::ReferOutcome::reached   ? "referred"
                       : outcome == call::ReferOutcome::refused ? "refused"
                                                                : "not referred");
    }
    void on_redirected(call::Leg&, const std::string& number, call::DivertReason) override {
        seen.push_back("redirected to " + number);
    }
    bool saw(const std::string& what) const {
        return std::find(seen.begin(), seen.end(), what) != seen.end();
    }
};

struct FakeSink final : call::CallSink {
    struct Call {
        std::unique_ptr<call::Leg> leg;
        call::CallRequest request;
        FakeObserver observer;
    };
    std::vector<std::unique_ptr<Call>> calls;
    std::uint32_t last_id = 100;

    base::LegId next_leg_id() override { return {++last_id}; }
    void incoming(std::unique_ptr<call::Leg> leg, const call::CallRequest& request) override {
        auto call = std::make_unique<Call>();
        call->request = request;
        call->leg = std::move(leg);
        call->leg->observe(&call->observer);
        calls.push_back(std::move(call));
    }
};

}  // namespace tipring::test
