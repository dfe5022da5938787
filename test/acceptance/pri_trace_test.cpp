// The trace of a D-channel: as lines, as JSON and as a file for Wireshark. Runs on the simulator and on the real
// driver.
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <sstream>

#include "support/gateway.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> output_lines(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        lines.push_back(line);
    return lines;
}

std::vector<std::string> trace_command(const Gateway& gateway, const World& world,
                                       const std::vector<std::string>& options) {
    std::vector<std::string> words{program("tipringctl"),        "--socket", gateway.socket(), "span",
                                   std::to_string(world.span()), "trace"};
    words.insert(words.end(), options.begin(), options.end());
    return words;
}

/// What tshark calls the messages of Q.931, in their order.
std::vector<std::string> tshark_messages(const std::string& details) {
    const std::string mark = "Message type: ";
    std::vector<std::string> names;
    for (const auto& line : output_lines(details)) {
        const auto begin = line.find(mark);
        const auto end = line.rfind(" (0x");
        if (begin == std::string::npos || end == std::string::npos) continue;
        names.push_back(line.substr(begin + mark.size(), end - begin - mark.size()));
    }
    return names;
}

/// Numbers of the frames of which tshark says this.
std::vector<std::string> tshark_frames(const TemporaryFolder& folder, const std::string& file,
                                       const std::string& filter) {
    const auto found = run_to_end(folder, {"tshark", "-o", "q932.facility_encoding:Dissect facility as ETSI",
                                           "-r", file, "-Y", filter, "-T", "fields", "-e", "frame.number"});
    INFO(found.output);
    CHECK(found.status == 0);
    std::vector<std::string> numbers;
    for (const auto& line : output_lines(found.output)) {
        if (!line.empty() && line.find_first_not_of("0123456789") == std::string::npos)
            numbers.push_back(line);
    }
    return numbers;
}

std::string traced_map(const World& world) {
    return "country: us\n" + world.board_yaml() + "ports:\n  - {channel: " + std::to_string(world.fxs(1)) +
           ", kind: fxs, number: 204}\nspans:\n  - {span: " + std::to_string(world.span()) +
           ", name: main, channels: " + world.span_channels() +
           ", side: user, switch: euroisdn, timers: {T316: 2s}}\n"
           "routes:\n  - {name: outside, called: 0x., strip: 1, to: [span main]}\n";
}

struct TracedOffice {
    TracedOffice()
        : world(World::make(folder)),
          gateway(folder, traced_map(*world)),
          network(world->isdn_network()),
          phone(world->telephone(1)) {
        REQUIRE(network->wait_up(patience));
        REQUIRE(gateway.wait_span_idle(30, patience));
    }
    void call_in() {
        const auto call = network->place_call({.called = "204",
                                               .calling = "5550100",
                                               .calling_name = "Jane Caller",
                                               .redirecting = "030778",
                                               .redirect_reason = 2});
        REQUIRE(call);
        REQUIRE(phone->wait_ringing(patience));
        phone->lift();
        REQUIRE(call->wait_state("connected", patience));
        phone->hang_up();
        REQUIRE(call->wait_state("released", patience));
        REQUIRE(gateway.wait_no_calls(patience));
        REQUIRE(gateway.wait_port_state(world->fxs(1), "idle", patience));
    }
    void call_out() {
        phone->lift();
        REQUIRE(phone->wait_for_tone("dial", patience));
        phone->dial_dtmf("0301#");
        const auto call = network->wait_call(patience);
        REQUIRE(call);
        REQUIRE(call->wait_state("connected", patience));
        call->hang_up(31);
        REQUIRE(call->wait_state("released", patience));
        phone->hang_up();
        REQUIRE(gateway.wait_no_calls(patience));
        // The channel is free when the last message has come.
        REQUIRE(eventually(patience, [this] { return gateway.call("spans").at(0).at("in_use") == 0; }));
    }

    TemporaryFolder folder;
    std::unique_ptr<World> world;
    Gateway gateway;
    std::unique_ptr<farend::IsdnNetwork> network;
    std::unique_ptr<farend::Telephone> phone;
};

}  // namespace

TEST_CASE("the trace of calls both ways says what Wireshark says", "[pri][trace]") {
    TracedOffice office;
    office.call_in();
    office.call_out();
    const auto file = office.folder.file("calls.pcap");
    const auto json =
        run_to_end(office.folder, trace_command(office.gateway, *office.world, {"--json", "--pcap", file}));
    INFO(json.output);
    REQUIRE(json.status == 0);

    std::vector<std::string> messages, lines, sent, layer3;
    for (const auto& line : output_lines(json.output)) {
        const auto frame = boost::json::parse(line).as_object();
        CHECK(frame.at("malformed") == false);
        const auto number = std::to_string(lines.size() + 1);
        lines.emplace_back(frame.at("text").as_string());
        if (frame.at("direction") == "sent") sent.push_back(number);
        if (frame.at("layer3") == false) continue;
        layer3.push_back(number);
        messages.emplace_back(frame.at("message").as_string());
    }
    const auto has = [&](const std::string& part) {
        return std::any_of(lines.begin(), lines.end(),
                           [&](const auto& line) { return line.find(part) != std::string::npos; });
    };
    CHECK(has("SABME command P=1"));
    CHECK(has("called 204 ("));
    CHECK(has("calling 5550100 ("));
    CHECK(has("display \"Jane Caller\""));
    CHECK(has("facility"));
    CHECK(has("called 301 ("));
    CHECK(has("cause 31 (normal, unspecified)"));
    for (const auto* message : {"SETUP", "ALERTING", "CONNECT", "CONNECT ACKNOWLEDGE", "DISCONNECT",
                                "RELEASE", "RELEASE COMPLETE"}) {
        CHECK(std::count(messages.begin(), messages.end(), message) == 2);
    }

    if (World::is_dahdi() && run_to_end(office.folder, {"tshark", "--version"}).status != 0) {
        WARN("no tshark in this machine: the file is not read");
        return;
    }
    const auto details = run_to_end(office.folder, {"tshark", "-r", file, "-V", "-O", "q931", "-Y", "q931"});
    INFO(details.output);
    REQUIRE(details.status == 0);
    CHECK(tshark_messages(details.output) == messages);
    CHECK(tshark_frames(office.folder, file, "lapd").size() == lines.size());
    CHECK(tshark_frames(office.folder, file, "q931") == layer3);
    CHECK(tshark_frames(office.folder, file, "_ws.malformed").empty());
    // tshark has 0 for what the user side sends to the network.
    CHECK(tshark_frames(office.folder, file, "lapd.direction == 0") == sent);
}

TEST_CASE("a trace that is followed goes on, and its file is whole at any time", "[pri][trace]") {
    TracedOffice office;
    const auto file = office.folder.file("live.pcap");
    Process follower(trace_command(office.gateway, *office.world, {"--follow", "--q931", "--pcap", file}),
                     office.folder.file("follower"));
    // It is there before the call, so what it shows of the call is what it followed.
    REQUIRE(eventually(patience, [&] { return std::filesystem::exists(file); }));
    CHECK_FALSE(follower.output_contains("called 204"));
    office.call_in();
    REQUIRE(eventually(patience, [&] { return follower.output_contains("RELEASE COMPLETE cr"); }));
    CHECK(follower.output_contains("<- SETUP cr"));
    CHECK(follower.output_contains("called 204 ("));
    CHECK_FALSE(follower.output_contains("RR N(R)"));
    CHECK(follower.running());
    follower.signal(SIGKILL);
    CHECK(follower.wait(patience).has_value());
    // A header of 24 octets, then packets; each is as long as it says.
    const auto bytes = read_file(file);
    std::size_t at = 24, packets = 0;
    while (at + 16 <= bytes.size()) {
        std::size_t length = 0;
        for (std::size_t i = 4; i-- > 0;)
            length = length << 8 | static_cast<unsigned char>(bytes[at + 8 + i]);
        at += 16 + length;
        ++packets;
    }
    CHECK(at == bytes.size());
    CHECK(packets >= 7);
    // Nothing is written over.
    const auto again =
        run_to_end(office.folder, trace_command(office.gateway, *office.world, {"--pcap", file}));
    CHECK(again.status == 1);
    CHECK(again.output.find("exists") != std::string::npos);
    CHECK(read_file(file) == bytes);
}

TEST_CASE("a trace in the long form, into a pipe, and of a span that is not there", "[pri][trace]") {
    TracedOffice office;
    office.call_in();
    const auto details =
        run_to_end(office.folder, trace_command(office.gateway, *office.world, {"--long", "--q931"}));
    CHECK(details.status == 0);
    CHECK(details.output.find("    called party number (0x70, 4 octets): 204 (") != std::string::npos);
    const auto piped =
        run_to_end(office.folder, trace_command(office.gateway, *office.world, {"--pcap", "-"}));
    CHECK(piped.status == 0);
    CHECK(piped.output.starts_with("\xd4\xc3\xb2\xa1"));
    CHECK(piped.output.find("SETUP cr") == std::string::npos);
    const auto none = office.folder.file("none.pcap");
    const auto absent = run_to_end(office.folder, {program("tipringctl"), "--socket", office.gateway.socket(),
                                                   "span", "77", "trace", "--pcap", none});
    CHECK(absent.status == 1);
    CHECK(absent.output.find("there is no span 77") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(none));
}
