// A reload of the configuration: it ends no call, a faulty file changes nothing, and a line in use changes when it is
// free. On the simulator and on the real driver.
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>
#include <csignal>

#include "support/gateway.hpp"
#include "support/registrar.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

using Calls = std::vector<std::shared_ptr<farend::IsdnCall>>;
constexpr unsigned whole_trunk = 30;

std::string port_line(unsigned channel, const std::string& rest) {
    return "  - {channel: " + std::to_string(channel) + ", kind: fxs, " + rest + "}\n";
}

std::string span_line(const World& world, const std::string& more = {}) {
    return "spans:\n  - {span: " + std::to_string(world.span()) +
           ", name: main, channels: " + world.span_channels() + more + "}\n";
}

std::string map_of(
    const World& world, const std::string& ports, const std::string& span,
    const std::string& routes = "  - {name: outside, called: 0x., strip: 1, to: [span main]}\n") {
    return "country: us\n" + world.board_yaml() + "ports:\n" + ports + span + "routes:\n" + routes;
}

Outcome reload(const TemporaryFolder& folder, const Gateway& gateway) {
    auto outcome = ctl(folder, gateway, {"reload"});
    UNSCOPED_INFO(outcome.output);
    return outcome;
}

bool says(const Outcome& outcome, const std::string& what) {
    return outcome.output.find(what) != std::string::npos;
}

std::string label_of(const Gateway& gateway, const std::string& number) {
    return std::string(gateway.call("port.show", {{"port", number}}).as_object().at("label").as_string());
}

std::vector<std::string> numbers(const Gateway& gateway) {
    std::vector<std::string> found;
    const auto ports = gateway.call("ports");
    for (const auto& port : ports.as_array())
        found.emplace_back(port.as_object().at("number").as_string());
    return found;
}

boost::json::array waiting(const Gateway& gateway) {
    return gateway.call("status").as_object().at("reload_waiting").as_array();
}

}  // namespace

TEST_CASE("a reload adds, changes and removes free lines, and a call goes on as it was", "[reload][pri]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    const auto first = world->fxs(1), second = world->fxs(2), third = world->fxs(3), fourth = world->fxs(4);
    const auto span = span_line(*world, ", timers: {T316: 2s}");
    Gateway gateway(folder,
                    map_of(*world,
                           port_line(first, "number: 201, label: Lift") + port_line(second, "number: 202") +
                               port_line(fourth, "number: 204, label: Old"),
                           span));
    const auto network = world->isdn_network();
    REQUIRE(gateway.wait_span_idle(whole_trunk, patience));
    const auto phone = world->telephone(1), fresh = world->telephone(3);
    const auto call = network->place_call("5550100", "", "201");
    REQUIRE(phone->wait_ringing(patience));
    phone->lift();
    REQUIRE(call->wait_state("connected", patience));

    // In the middle of a sentence.
    const auto says_phone = speech_like(1, 3 * talk_time);
    call->start_recording();
    test::machine_watch().restart();
    phone->play(says_phone, false);
    REQUIRE(eventually(patience, [&] { return call->recorded() > 8000; }));
    gateway.write_port_map(map_of(*world,
                                  "# moved by a line\n" + port_line(first, "number: 201, label: Cabin") +
                                      port_line(third, "number: 203") +
                                      port_line(fourth, "number: 204, label: New"),
                                  span, "  - {name: outside, called: 9x., strip: 1, to: [span main]}\n"));
    const auto outcome = reload(folder, gateway);
    CHECK(outcome.status == 0);
    CHECK(says(outcome, "routes: changed"));
    CHECK(says(outcome, "port 202 (channel " + std::to_string(second) + "): removed"));
    CHECK(says(outcome, "port 203 (channel " + std::to_string(third) + "): added"));
    CHECK(says(outcome, "port 204 (channel " + std::to_string(fourth) + "): changed"));
    CHECK(says(outcome, "port 201 (channel " + std::to_string(first) + "): waits"));
    CHECK_FALSE(says(outcome, "MISSING"));
    CHECK(waiting(gateway).size() == 1);
    CHECK(label_of(gateway, "201") == "Lift");
    CHECK(label_of(gateway, "204") == "New");
    CHECK(gateway.port_state(fourth) == "idle");
    CHECK(numbers(gateway) == std::vector<std::string>{"201", "203", "204"});
    CHECK(phone->wait_playing_done(patience));
    listen_to_the_end(*call);
    judge(says_phone, call->stop_recording(), "network");
    CHECK(call->state() == "connected");

    // The new telephone and the new route are there already.
    fresh->lift();
    REQUIRE(fresh->wait_for_tone("dial", patience));
    fresh->dial_dtmf("95550199");
    const auto arrived = network->wait_call(patience);
    REQUIRE(arrived);
    CHECK(arrived->info().called == "5550199");
    fresh->hang_up();
    CHECK(arrived->wait_state("released", patience));

    // Its number goes to another telephone and comes back while it talks.
    const auto cabin = port_line(first, "number: 201, label: Cabin") + port_line(third, "number: 203") +
                       port_line(fourth, "number: 204, label: New");
    gateway.write_port_map(
        map_of(*world, port_line(first, "number: 205") + port_line(third, "number: 201"), span));
    CHECK(says(reload(folder, gateway), "port 203 (channel " + std::to_string(third) + "): waits"));
    CHECK(waiting(gateway).size() == 2);
    gateway.write_port_map(map_of(*world, cabin, span));
    CHECK(reload(folder, gateway).status == 0);
    CHECK(waiting(gateway).size() == 1);
    CHECK(call->state() == "connected");

    phone->hang_up();
    CHECK(call->wait_state("released", patience));
    REQUIRE(eventually(patience, [&] { return label_of(gateway, "201") == "Cabin"; }));
    CHECK(waiting(gateway).empty());
    REQUIRE(gateway.wait_port_state(first, "idle", patience));
    const auto again = network->place_call("5550100", "", "201");
    REQUIRE(phone->wait_ringing(patience));
    phone->lift();
    REQUIRE(again->wait_state("connected", patience));
    talk(*phone, *again);
    phone->hang_up();
    CHECK(again->wait_state("released", patience));

    CHECK(says(reload(folder, gateway), "nothing differs"));
}

TEST_CASE("ports that hand their numbers on wait for the one in use, and can be reached all the time",
          "[reload]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    const auto ports = [&](const std::vector<std::string>& numbers_there) {
        std::string lines;
        for (unsigned i = 0; i < numbers_there.size(); ++i)
            lines += port_line(world->fxs(i + 1), "number: " + numbers_there[i]);
        return map_of(*world, lines, {}, "  - {called: 9x., strip: 1, to: [port 301]}\n");
    };
    const auto before = ports({"301", "201", "202", "203"}), shifted = ports({"301", "202", "203", "204"});
    Gateway gateway(folder, before);
    const auto caller = world->telephone(1), first = world->telephone(2), second = world->telephone(3),
               third = world->telephone(4);
    const auto reaches = [&](const std::string& number, farend::Telephone& phone) {
        CAPTURE(number);
        caller->lift();
        REQUIRE(caller->wait_for_tone("dial", patience));
        caller->dial_dtmf(number);
        CHECK(phone.wait_ringing(patience));
        caller->hang_up();
        REQUIRE(gateway.wait_no_calls(patience));
        for (unsigned i = 1; i <= 3; ++i)
            REQUIRE(gateway.wait_port_state(world->fxs(i), "idle", patience));
    };
    third->lift();
    REQUIRE(third->wait_for_tone("dial", patience));
    gateway.write_port_map(shifted);
    CHECK(reload(folder, gateway).status == 0);
    CHECK(waiting(gateway).size() == 3);
    CHECK(numbers(gateway) == std::vector<std::string>{"301", "201", "202", "203"});
    reaches("202", *second);

    gateway.write_port_map(before);
    CHECK(reload(folder, gateway).status == 0);
    CHECK(waiting(gateway).empty());
    reaches("201", *first);
    reaches("202", *second);

    gateway.write_port_map(shifted);
    CHECK(reload(folder, gateway).status == 0);
    third->hang_up();
    REQUIRE(eventually(patience, [&] { return waiting(gateway).empty(); }));
    CHECK(numbers(gateway) == std::vector<std::string>{"301", "202", "203", "204"});
    for (unsigned i = 1; i <= 4; ++i)
        REQUIRE(gateway.wait_port_state(world->fxs(i), "idle", patience));
    reaches("202", *first);
    reaches("203", *second);
    reaches("204", *third);
}

TEST_CASE("a line that waits for its new number is called and calls by its old one, the rescuers too",
          "[reload][pri]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    const auto span = span_line(*world, ", timers: {T316: 2s}");
    const std::string for_help = "  - {name: help, called: \"911\", from: [fxs], to: [span main]}\n";
    const auto numbered = [&](const std::string& one, const std::string& other) {
        const auto direct = "  - {called: \"5550911\", from: [span main], to: [port " + one + "]}\n";
        return map_of(
            *world, port_line(world->fxs(1), "number: " + one) + port_line(world->fxs(2), "number: " + other),
            span, for_help + direct);
    };
    Gateway gateway(folder, numbered("201", "202"));
    const auto network = world->isdn_network({.answer_after = 0ms});
    REQUIRE(gateway.wait_span_idle(whole_trunk, patience));
    const auto in_need = world->telephone(1), other = world->telephone(2);
    in_need->lift();
    REQUIRE(in_need->wait_for_tone("dial", patience));
    in_need->dial_dtmf("911");
    const auto help = network->wait_call(patience);
    REQUIRE(help);
    REQUIRE(help->wait_state("connected", patience));
    in_need->hang_up();
    REQUIRE(help->wait_state("released", patience));
    REQUIRE(gateway.wait_port_state(world->fxs(1), "idle", patience));

    other->lift();
    REQUIRE(other->wait_for_tone("dial", patience));
    gateway.write_port_map(numbered("211", "212"));
    CHECK(reload(folder, gateway).status == 0);
    CHECK(numbers(gateway) == std::vector<std::string>{"201", "202"});

    // The direct number, whose route has the new one already, reaches the same telephone.
    for (const std::string called : {"201", "5550911"}) {
        CAPTURE(called);
        const auto back = network->place_call("911", "", called);
        REQUIRE(in_need->wait_ringing(patience));
        in_need->lift();
        REQUIRE(back->wait_state("connected", patience));
        in_need->hang_up();
        REQUIRE(back->wait_state("released", patience));
        REQUIRE(gateway.wait_port_state(world->fxs(1), "idle", patience));
    }

    other->dial_dtmf("201");
    CHECK(in_need->wait_ringing(patience));
    other->hang_up();
    // From the old number to the new one: only the line from which nobody called for help.
    REQUIRE(eventually(patience, [&] { return numbers(gateway) == std::vector<std::string>{"201", "212"}; }));
    REQUIRE(gateway.wait_port_state(world->fxs(2), "idle", patience));
    const auto changed = network->place_call("5550100", "", "212");
    CHECK(other->wait_ringing(patience));
}

TEST_CASE("a file that cannot be taken over changes nothing, and says why", "[reload]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    const auto first = world->fxs(1), second = world->fxs(2);
    const auto good = "country: us\n" + world->board_yaml() + "ports:\n" + port_line(first, "number: 201");
    Gateway gateway(folder, good);
    const auto refused = [&](const std::string& port_map, const std::string& why,
                             const std::string& media = {}) {
        CAPTURE(why);
        gateway.write_port_map(port_map, media);
        const auto outcome = reload(folder, gateway);
        CHECK(outcome.status == 1);
        CHECK(says(outcome, "nothing was changed"));
        CHECK(says(outcome, why));
        CHECK(numbers(gateway) == std::vector<std::string>{"201"});
        CHECK(gateway.port_state(first) == "idle");
    };
    // Each with something that could be taken over, were it alone.
    const auto more = good + port_line(second, "number: 202");
    refused(more + port_line(second, "number: 203"), "ports[2].channel");
    refused(more + "routes:\n  - {called: 0x., to: [span nowhere]}\n", "nowhere");
    refused(more + "  - {chanel: 9}\n", "chanel");
    refused(more + port_line(9999, "number: 204"), "9999");
    refused(more, "media: a change of this", ", jitter_max: 100ms");
    refused(more + "sip: {server: 127.0.0.1, mode: peer}\n", "sip: a change of this");

    // systemd's way: what is wrong is in the log only.
    gateway.write_port_map(more + "odd_section: {}\n");
    gateway.process().signal(SIGHUP);
    CHECK(eventually(patience, [&] { return gateway.log().find("odd_section") != std::string::npos; }));
    CHECK(numbers(gateway).size() == 1);
    gateway.write_port_map(more);
    gateway.process().signal(SIGHUP);
    CHECK(eventually(patience, [&] { return numbers(gateway).size() == 2; }));
    REQUIRE(gateway.wait_port_state(second, "idle", patience));
}

TEST_CASE("fifteen calls on thirty channels outlive a reload; what a span needs anew waits for their end",
          "[reload][pri][many_lines]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    const auto ports = port_line(world->fxs(1), "number: 201");
    Gateway gateway(folder, map_of(*world, ports, span_line(*world, ", timers: {T316: 2s}")));
    const auto network = world->isdn_network({.answer_after = 0ms});
    REQUIRE(gateway.wait_span_idle(whole_trunk, patience));
    // Each comes in on one channel and leaves by another.
    Calls calls;
    for (unsigned i = 0; i < whole_trunk / 2; ++i)
        calls.push_back(network->place_call("5550100", "", "0" + std::to_string(5550200 + i)));
    for (const auto& call : calls)
        REQUIRE(call->wait_state("connected", patience));
    const auto all_stand = [&] {
        return gateway.calls() == calls.size() && network->active_calls() == 2 * calls.size();
    };

    // For calls to come only: at once.
    gateway.write_port_map(
        map_of(*world, ports, span_line(*world, ", timers: {T316: 2s}, label: Main number")));
    CHECK(says(reload(folder, gateway), "span main: changed"));
    CHECK(waiting(gateway).empty());
    CHECK(all_stand());

    // libpri takes its timers over at its start only.
    gateway.write_port_map(
        map_of(*world, ports, span_line(*world, ", timers: {T316: 2s, T305: 20s}, label: Main number")));
    CHECK(says(reload(folder, gateway), "span main: waits"));
    CHECK(all_stand());
    for (const auto& call : calls)
        CHECK(call->state() == "connected");
    std::shared_ptr<farend::IsdnCall> called;
    while (!called || called->info().called != "5550200")
        REQUIRE((called = network->wait_call(patience)));
    talk(*calls.front(), *called);
    for (const auto& call : calls)
        call->hang_up(16);
    REQUIRE(gateway.wait_no_calls(patience));
    REQUIRE(eventually(patience, [&] { return waiting(gateway).empty(); }));
    REQUIRE(gateway.wait_span_idle(whole_trunk, patience));
    const auto next = network->place_call("5550100", "", "05550300");
    REQUIRE(next->wait_state("connected", patience));
    next->hang_up(16);
    CHECK(gateway.wait_no_calls(patience));
}

TEST_CASE("telephones that a reload brings or takes register and un-register",
          "[reload][sip][registration]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Registrar registrar(folder, 5070, "s3cret");
    write_file(folder.file("password"), "s3cret\n");
    const auto map = [&](const std::string& ports) {
        return "country: us\n" + world->board_yaml() + "ports:\n" + ports +
               "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n    - {name: office, server: 127.0.0.1:5070, "
               "mode: per_port, "
               "password_file: " +
               folder.file("password") + "}\n";
    };
    const auto users = [](const Gateway& gateway) {
        std::vector<std::string> found;
        const auto rows = gateway.call("registrations");
        for (const auto& row : rows.as_array()) {
            if (row.as_object().at("state").as_string() == "registered")
                found.emplace_back(row.as_object().at("user").as_string());
        }
        std::ranges::sort(found);
        return found;
    };
    using Users = std::vector<std::string>;
    Gateway gateway(folder,
                    map(port_line(world->fxs(1), "number: 201") + port_line(world->fxs(2), "number: 202")));
    REQUIRE(eventually(patience, [&] { return users(gateway) == Users{"201", "202"}; }));
    gateway.write_port_map(
        map(port_line(world->fxs(2), "number: 202") + port_line(world->fxs(3), "number: 203")));
    CHECK(reload(folder, gateway).status == 0);
    CHECK(eventually(patience, [&] { return users(gateway) == Users{"202", "203"}; }));
    CHECK(eventually(patience, [&] {
        return gateway.log().find("<sip:201@127.0.0.1> has taken its registration back: 200") !=
               std::string::npos;
    }));
    const auto phone = world->telephone(2), fresh = world->telephone(3);
    phone->lift();
    REQUIRE(phone->wait_for_tone("dial", patience));
    phone->dial_dtmf("203");
    REQUIRE(fresh->wait_ringing(patience));
    phone->hang_up();
    CHECK(gateway.wait_no_calls(patience));
    CHECK(gateway.stop(patience) == 0);
    CHECK(gateway.log().find("s3cret") == std::string::npos);
}
