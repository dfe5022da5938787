#include "sipp.hpp"

#include <cstdio>
#include <stdexcept>

namespace tipring::acceptance {
namespace {

const std::string document = R"(<?xml version="1.0" encoding="ISO-8859-1" ?>
<scenario name="tipring">
)";

const std::string session = R"(      Content-Type: application/sdp
      Content-Length: [len]

      v=0
      o=sipp 1 1 IN IP[local_ip_type] [local_ip]
      s=-
      c=IN IP[media_ip_type] [media_ip]
      t=0 0
      m=audio [media_port] RTP/AVP 8
      a=rtpmap:8 PCMA/8000
)";

/// A response of the called party; `headers` end with the body.
std::string answer(const std::string& status, const std::string& headers) {
    return "  <send" + std::string(status.starts_with("200") ? " retrans=\"500\"" : "") +
           "><![CDATA[\n      SIP/2.0 " + status + R"(
      [last_Via:]
      [last_From:]
      [last_To:];tag=[pid]t[call_number]
      [last_Call-ID:]
      [last_CSeq:]
      Contact: <sip:[local_ip]:[local_port]>
)" + headers +
           "  ]]></send>\n";
}

/// A request of the caller within its call.
std::string request(const std::string& method, const std::string& target, const std::string& to,
                    unsigned sequence, const std::string& headers) {
    return "  <send" + std::string(method == "ACK" ? "" : " retrans=\"500\"") + "><![CDATA[\n      " +
           method + " " + target + R"( SIP/2.0
      Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
      From: <sip:700@[local_ip]:[local_port]>;tag=[pid]f[call_number]
      To: )" +
           to + R"(
      Call-ID: [call_id]
      CSeq: )" +
           std::to_string(sequence) + " " + method + R"(
      Contact: <sip:700@[local_ip]:[local_port]>
      Max-Forwards: 70
)" + headers +
           "  ]]></send>\n";
}

const std::string empty_body = "      Content-Length: 0\n\n";

std::unique_ptr<Process> start(const TemporaryFolder& folder, const std::string& name,
                               const std::string& scenario, std::uint16_t port,
                               std::vector<std::string> more) {
    const auto file = folder.file(name + ".xml");
    write_file(file, scenario);
    std::vector<std::string> arguments{"sipp",
                                       "-sf",
                                       file,
                                       "-i",
                                       "127.0.0.1",
                                       "-mi",
                                       "127.0.0.1",
                                       "-p",
                                       std::to_string(port),
                                       "-mp",
                                       std::to_string(port + 2000),
                                       "-rtp_echo",
                                       "-nostdin"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    // Who echoes the audio stands for thirty machines.
    return std::make_unique<Process>(arguments, folder.file(name + ".log"), Priority::realtime);
}

/// A socket of this network namespace is bound to the UDP port (proc(5), /proc/net/udp).
bool is_bound(std::uint16_t port) {
    char text[16];
    std::snprintf(text, sizeof text, ":%04X ", port);
    return read_file("/proc/net/udp").find(text) != std::string::npos;
}

}  // namespace

Sipp Sipp::server(const TemporaryFolder& folder, std::uint16_t port) {
    const std::string scenario = document + "  <recv request=\"INVITE\" />\n" +
                                 answer("180 Ringing", empty_body) + answer("200 OK", session) +
                                 "  <recv request=\"ACK\" />\n  <recv request=\"BYE\" />\n" +
                                 answer("200 OK", empty_body) + "</scenario>\n";
    auto process = start(folder, "sipp-server", scenario, port, {});
    if (!eventually(std::chrono::seconds(60), [port] { return is_bound(port); }))
        throw std::runtime_error("SIPp does not listen: " + process->output());
    return Sipp(std::move(process));
}

Sipp Sipp::caller(const TemporaryFolder& folder, std::uint16_t port, const std::string& prefix,
                  const Calls& calls) {
    const auto number = "sip:" + prefix + "[call_number]@[remote_ip]:[remote_port]";
    const auto to = "<" + number + ">[peer_tag_param]";
    std::string scenario = document + request("INVITE", number, "<" + number + ">", 1, session) +
                           "  <recv response=\"100\" optional=\"true\" />\n"
                           "  <recv response=\"180\" optional=\"true\" />\n"
                           "  <recv response=\"183\" optional=\"true\" />\n"
                           "  <recv response=\"503\" optional=\"true\" next=\"refused\" />\n"
                           "  <recv response=\"200\" rrs=\"true\" />\n" +
                           request("ACK", "[next_url]", to, 1, empty_body);
    if (calls.longest.count() > 0) {
        scenario += "  <pause distribution=\"uniform\" min=\"" + std::to_string(calls.shortest.count()) +
                    "\" max=\"" + std::to_string(calls.longest.count()) + "\" />\n" +
                    request("BYE", "[next_url]", to, 2, empty_body) +
                    "  <recv response=\"200\" next=\"end\" />\n";
    } else {
        scenario +=
            "  <recv request=\"BYE\" />\n" + answer("200 OK", empty_body) + "  <nop next=\"end\" />\n";
    }
    scenario += "  <label id=\"refused\" />\n" + request("ACK", number, to, 1, empty_body) +
                "  <label id=\"end\" />\n</scenario>\n";
    std::vector<std::string> options{"-m", std::to_string(calls.count),
                                     "-r", std::to_string(calls.per_second),
                                     "-l", std::to_string(calls.at_once)};
    if (calls.ignores_unexpected) options.insert(options.end(), {"-default_behaviors", "all,-abortunexp"});
    options.emplace_back("127.0.0.1:5060");
    return Sipp(start(folder, "sipp-caller", scenario, port, std::move(options)));
}

}  // namespace tipring::acceptance
