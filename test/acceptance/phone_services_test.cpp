// What a telephone's user does beside calling: hold, call waiting, conference, transfer, star codes, messages,
// distinctive ringing. Runs on the simulator and on the real driver.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>

#include "support/phones.hpp"
#include "support/sip_phone.hpp"
#include "support/sip_text.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

namespace {

const std::string two_peers =
    "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n    - {name: office, server: '127.0.0.1:5091', mode: "
    "peer}\n"
    "    - {name: second, server: '127.0.0.1:5095', mode: peer}\n";

/// Telephones 201, 202 ... with the settings given for each; numbers are complete after three digits.
std::string phones_map(const World& world, const std::vector<std::string>& settings,
                       const std::string& more = {}) {
    std::string text = "country: us\n" + world.board_yaml() + "digit_map: '20x|70x'\n" + more + "ports:\n";
    for (unsigned i = 1; i <= settings.size(); ++i) {
        const auto& own = settings[i - 1];
        text += "  - {channel: " + std::to_string(world.fxs(i)) +
                ", kind: fxs, number: " + std::to_string(200 + i) + (own.empty() ? "" : ", ") + own + "}\n";
    }
    return text;
}

/// Flash, and dial tone for a second call. It stutters at first in some countries.
void begin_second_call(const Gateway& gateway, unsigned channel, farend::Telephone& phone,
                       milliseconds length = flash_time) {
    phone.flash(length);
    REQUIRE(gateway.wait_port_state(channel, "dial_tone", patience));
    REQUIRE(eventually(patience, [&] {
        const auto now = phone.hearing();
        return std::abs(std::min(now.frequency1_hz, now.frequency2_hz) - 350) < 15;
    }));
}

bool hears_nothing(const farend::Telephone& phone) {
    return eventually(patience, [&] { return phone.hearing().level_dbm0 < -55; });
}

/// A code without a number to call: it is confirmed, and the telephone is down again.
void use_code(const Gateway& gateway, unsigned channel, farend::Telephone& phone, const std::string& code) {
    INFO("code " << code);
    lift_and_dial(phone, code);
    REQUIRE(gateway.wait_port_state(channel, "confirming", patience));
    phone.hang_up();
    REQUIRE(gateway.wait_port_state(channel, "idle", patience));
}

/// The telephone hangs up, and so has everybody else.
void end_call(const Gateway& gateway, const World& world, std::vector<farend::Telephone*> phones) {
    for (auto* phone : phones)
        phone->hang_up();
    REQUIRE(gateway.wait_no_calls(patience));
    for (unsigned i = 1; i <= 4; ++i) {
        const auto state = gateway.port_state(world.fxs(i));
        if (state != "no such port") REQUIRE(gateway.wait_port_state(world.fxs(i), "idle", patience));
    }
}

}  // namespace

TEST_CASE("flash: hold and retrieve, call waiting, swap, conference, transfer", "[fxs][services]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, phones_map(*world, {"", "", ""}));
    const auto anna = world->telephone(1);
    const auto ben = world->telephone(2);
    const auto carla = world->telephone(3);
    const auto state = [&](unsigned index, const char* wanted) {
        return gateway.wait_port_state(world->fxs(index), wanted, patience);
    };
    connect(gateway, world->fxs(1), *anna, "202", *ben);

    // Hold: dial tone here, silence there.
    ben->play(farend::tone(whistle_hz[1], 0, 1s, whistle_dbm0), true);
    REQUIRE(hears(*anna, whistle_hz[1]));
    begin_second_call(gateway, world->fxs(1), *anna);
    CHECK(hears_nothing(*ben));
    anna->flash(flash_time);
    REQUIRE(state(1, "talking"));
    CHECK(hears(*anna, whistle_hz[1]));
    ben->stop_playing();

    // Call waiting: the tone, the new caller by flash, the first one by another.
    // A display that has answered the alerting tone would be mute for its message, which the flash forestalls.
    anna->set_type_two(false);
    lift_and_dial(*carla, "201");
    CHECK(carla->wait_for_tone("ringback", patience));
    CHECK(eventually(patience, [&] { return std::abs(anna->hearing().frequency1_hz - 440) < 15; }));
    anna->flash(flash_time);
    REQUIRE(state(3, "talking"));
    whistle({anna.get(), carla.get()});
    CHECK(hears_nothing(*ben));
    anna->flash(flash_time);
    REQUIRE(hears_nothing(*carla));
    whistle({anna.get(), ben.get()});
    CHECK(carla->hearing().level_dbm0 < -55);
    carla->hang_up();
    REQUIRE(state(3, "idle"));

    // Conference with the one who is called during the call; a flash drops that one.
    begin_second_call(gateway, world->fxs(1), *anna);
    anna->dial_dtmf("203");
    REQUIRE(carla->wait_ringing(patience));
    carla->lift();
    REQUIRE(state(3, "talking"));
    anna->flash(flash_time);
    REQUIRE(state(1, "conference"));
    whistle({anna.get(), ben.get(), carla.get()});
    anna->flash(flash_time);
    CHECK(state(1, "talking"));
    CHECK(carla->wait_for_tone("congestion", patience));
    carla->hang_up();
    REQUIRE(state(3, "idle"));
    whistle({anna.get(), ben.get()});

    // Attended transfer: whoever asked hangs up.
    begin_second_call(gateway, world->fxs(1), *anna);
    anna->dial_dtmf("203");
    REQUIRE(carla->wait_ringing(patience));
    carla->lift();
    REQUIRE(state(3, "talking"));
    anna->hang_up();
    REQUIRE(state(1, "idle"));
    whistle({ben.get(), carla.get()});
    end_call(gateway, *world, {ben.get(), carla.get()});

    // Blind transfer by code.
    connect(gateway, world->fxs(1), *anna, "202", *ben);
    begin_second_call(gateway, world->fxs(1), *anna);
    anna->dial_dtmf("*87203");
    REQUIRE(carla->wait_ringing(patience));
    anna->hang_up();
    REQUIRE(state(1, "idle"));
    carla->lift();
    REQUIRE(state(3, "talking"));
    whistle({ben.get(), carla.get()});
    end_call(gateway, *world, {ben.get(), carla.get()});
}

TEST_CASE("a flash and a digit: the menu of countries with timed recall", "[fxs][services]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, phones_map(*world, {"flash: 50-130ms, flash_digits: yes", "", ""}));
    const auto anna = world->telephone(1);
    const auto ben = world->telephone(2);
    const auto carla = world->telephone(3);
    const auto state = [&](unsigned index, const char* wanted) {
        return gateway.wait_port_state(world->fxs(index), wanted, patience);
    };
    // The driver reports such a flash as the dial pulse "1".
    const auto recall = [&](const char* digit) {
        anna->flash(90ms);
        REQUIRE(state(1, "menu"));
        anna->dial_dtmf(digit);
    };
    connect(gateway, world->fxs(1), *anna, "202", *ben);
    anna->flash(90ms);
    REQUIRE(state(1, "dial_tone"));
    anna->flash(90ms);  // nobody else is called after all
    REQUIRE(state(1, "talking"));
    begin_second_call(gateway, world->fxs(1), *anna, 90ms);
    anna->dial_dtmf("203");
    REQUIRE(carla->wait_ringing(patience));
    anna->flash(90ms);  // carla does not answer: back to ben
    REQUIRE(carla->wait_ring_stopped(patience));
    REQUIRE(state(1, "talking"));
    REQUIRE(state(3, "idle"));
    begin_second_call(gateway, world->fxs(1), *anna, 90ms);
    anna->dial_dtmf("203");
    REQUIRE(carla->wait_ringing(patience));
    carla->lift();
    REQUIRE(state(3, "talking"));
    recall("2");
    REQUIRE(state(1, "talking"));
    REQUIRE(hears_nothing(*carla));
    whistle({anna.get(), ben.get()});
    recall("3");
    REQUIRE(state(1, "conference"));
    whistle({anna.get(), ben.get(), carla.get()});
    end_call(gateway, *world, {anna.get(), ben.get(), carla.get()});
}

TEST_CASE("star codes do what they say, and survive a restart", "[fxs][services][codes]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    const auto map =
        phones_map(*world, {"group: hall", "group: hall", "group: hall"},
                   // Longer than a burst and its pause: a line that was just hung up may miss the first.
                   "state_file: " + folder.file("services.json") + "\nforward_no_answer: 8s\n");
    auto gateway = std::make_unique<Gateway>(folder, map);
    const auto anna = world->telephone(1);
    const auto ben = world->telephone(2);
    const auto carla = world->telephone(3);
    const auto code = [&](farend::Telephone& phone, unsigned index, const std::string& digits) {
        use_code(*gateway, world->fxs(index), phone, digits);
    };

    // Forwarding: always, when busy, when nobody answers.
    code(*ben, 2, "*72203");
    lift_and_dial(*anna, "202");
    REQUIRE(carla->wait_ringing(patience));
    CHECK_FALSE(ben->ringing());
    REQUIRE(carla->wait_caller_ids(1, patience));
    CHECK(carla->caller_ids().back().number == "201");
    end_call(*gateway, *world, {anna.get()});
    code(*ben, 2, "*73");
    code(*ben, 2, "*90203");
    ben->lift();
    REQUIRE(ben->wait_for_tone("dial", patience));
    lift_and_dial(*anna, "202");
    REQUIRE(carla->wait_ringing(patience));
    end_call(*gateway, *world, {anna.get(), ben.get()});
    code(*ben, 2, "*91");
    code(*ben, 2, "*92203");
    lift_and_dial(*anna, "202");
    REQUIRE(ben->wait_ringing(patience));
    REQUIRE(carla->wait_ringing(patience));
    CHECK(ben->wait_ring_stopped(patience));
    carla->lift();
    REQUIRE(gateway->wait_port_state(world->fxs(1), "talking", patience));
    end_call(*gateway, *world, {anna.get(), carla.get()});
    code(*ben, 2, "*93");

    code(*ben, 2, "*78");
    lift_and_dial(*anna, "202");
    CHECK(anna->wait_for_tone("busy", patience));
    end_call(*gateway, *world, {anna.get()});
    REQUIRE(gateway->stop(patience) == 0);
    gateway = std::make_unique<Gateway>(folder, map);
    lift_and_dial(*anna, "*66");  // redial: 202, which is still not to be disturbed
    CHECK(anna->wait_for_tone("busy", patience));
    end_call(*gateway, *world, {anna.get()});
    code(*ben, 2, "*79");

    // Pick-up of the number, then of the group.
    for (const std::string pick_up : {"**202", "*98"}) {
        INFO(pick_up);
        lift_and_dial(*anna, "*66");
        REQUIRE(ben->wait_ringing(patience));
        lift_and_dial(*carla, pick_up);
        REQUIRE(gateway->wait_port_state(world->fxs(3), "talking", patience));
        CHECK(ben->wait_ring_stopped(patience));
        whistle({anna.get(), carla.get()});
        end_call(*gateway, *world, {anna.get(), carla.get()});
    }
    lift_and_dial(*ben, "*69");  // who called last: 201
    REQUIRE(anna->wait_ringing(patience));
    anna->lift();
    CHECK(gateway->wait_port_state(world->fxs(2), "talking", patience));
    end_call(*gateway, *world, {anna.get(), ben.get()});
    lift_and_dial(*carla, "*73");
    CHECK(gateway->wait_port_state(world->fxs(3), "confirming", patience));
    carla->hang_up();
}

TEST_CASE("a hotline calls at once, a warm line after a while unless a digit comes", "[fxs][services]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, phones_map(*world, {"", "hotline: 201", "hotline: 201, hotline_delay: 2s", ""}));
    const auto desk = world->telephone(1);
    const auto hot = world->telephone(2);
    const auto warm = world->telephone(3);
    const auto other = world->telephone(4);
    hot->lift();
    REQUIRE(desk->wait_ringing(patience));
    end_call(gateway, *world, {hot.get()});
    REQUIRE(desk->wait_ring_stopped(patience));
    lift_and_dial(*warm, "204");
    REQUIRE(other->wait_ringing(patience));
    CHECK_FALSE(desk->ringing());
    end_call(gateway, *world, {warm.get()});
    warm->lift();
    REQUIRE(warm->wait_for_tone("dial", patience));
    REQUIRE(desk->wait_ringing(patience));
    end_call(gateway, *world, {warm.get()});
}

namespace {

void check_bursts(farend::Telephone& phone, const std::vector<int>& wanted) {
    REQUIRE(phone.wait_ringing(patience));
    REQUIRE(eventually(patience, [&] { return phone.ring_bursts().size() >= wanted.size(); }));
    const auto bursts = phone.ring_bursts();
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        INFO("part " << i << " of the ringing");
        CHECK(bursts[i].count() == Approx(wanted[i]).margin(120));
    }
}

}  // namespace

TEST_CASE("who calls and Alert-Info choose the ringing; waiting messages are told", "[fxs][ring][messages]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    const std::string ways = world->has_virtual_lines() ? "stutter, fsk, lamp, polarity" : "stutter, fsk";
    Gateway gateway(folder,
                    phones_map(*world,
                               {"ring_patterns: [{caller: '202', pattern: 3}, {caller: '05.', pattern: 5}], "
                                "message_waiting: [" +
                                    ways + "]",
                                ""},
                               two_peers + "routes:\n  - {called: '201', from: [fxs], to: [port 201]}\n"));
    const auto phone = world->telephone(1);
    SipText server;

    const auto caller = world->telephone(2);
    if (!world->has_virtual_lines()) {  // the driver reports no ring in the first two seconds of a channel
        lift_and_dial(*caller, "201");
        REQUIRE(phone->wait_ringing(patience));
        end_call(gateway, *world, {caller.get()});
        REQUIRE(phone->wait_ring_stopped(patience));
    }
    lift_and_dial(*caller, "201");
    check_bursts(*phone, {400, 200, 400, 200, 800});
    end_call(gateway, *world, {caller.get()});
    REQUIRE(phone->wait_ring_stopped(patience));

    server.invite({"201", "<sip:0551234567@127.0.0.1>"});
    check_bursts(*phone, {500});
    REQUIRE(server.give_up(patience));
    REQUIRE(phone->wait_ring_stopped(patience));
    REQUIRE(gateway.wait_port_state(world->fxs(1), "idle", patience));

    server.invite({"201", "<sip:0551234567@127.0.0.1>", "Alert-Info: <http://127.0.0.1/Bellcore-dr2>\r\n"});
    check_bursts(*phone, {800, 400, 800});
    REQUIRE(server.give_up(patience));
    REQUIRE(phone->wait_ring_stopped(patience));
    REQUIRE(gateway.wait_port_state(world->fxs(1), "idle", patience));

    const auto reversals = phone->polarity_reversals();
    CHECK(server.notify_messages("201", 3).find(" 200 ") != std::string::npos);
    CHECK(phone->wait_message_waiting(true, patience));
    if (world->has_virtual_lines()) {
        CHECK(phone->wait_lamp(true, patience));
        CHECK(phone->wait_polarity_reversals(reversals + 1, patience));
    }
    REQUIRE(gateway.wait_port_state(world->fxs(1), "idle", patience));
    phone->lift();
    CHECK(phone->wait_for_tone("stutter", patience));
    end_call(gateway, *world, {phone.get()});

    CHECK(server.notify_messages("201", 0).find(" 200 ") != std::string::npos);
    CHECK(phone->wait_message_waiting(false, patience));
    if (world->has_virtual_lines()) CHECK(phone->wait_lamp(false, patience));
    REQUIRE(gateway.wait_port_state(world->fxs(1), "idle", patience));
    phone->start_recording();
    phone->lift();
    CHECK(phone->wait_for_tone("dial", patience));
    const auto heard = phone->stop_recording();
    unsigned begins = 0;
    bool before = false;
    for (std::size_t at = 0; at + 160 <= heard.size(); at += 160) {
        const bool now = farend::level_dbm0(std::span(heard).subspan(at, 160)) > -30;
        begins += now && !before ? 1 : 0;
        before = now;
    }
    CHECK(begins == 1);
}

namespace {

/// Packets sent so far to that one of the two SIP parties that got fewer.
std::int64_t packets_sent(const Gateway& gateway) {
    std::vector<std::int64_t> packets;
    const auto calls = gateway.call("calls");
    for (const auto& call : calls.as_array()) {
        for (const auto& rtp : call.as_object().at("rtp").as_array())
            packets.push_back(rtp.as_object().at("packets_sent").to_number<std::int64_t>());
    }
    return packets.size() < 2 ? 0 : *std::min_element(packets.begin(), packets.end());
}

/// Two more seconds of audio have gone to both.
bool audio_flows(const Gateway& gateway) {
    std::int64_t before = 0;
    if (!eventually(patience, [&] { return (before = packets_sent(gateway)) > 0; })) return false;
    return eventually(patience, [&] { return packets_sent(gateway) >= before + 100; });
}

/// The last half second but one of what a SIP client heard: its recording ends a moment before the call.
farend::Clip end_of(farend::Clip heard) {
    if (heard.size() < 8000) return {};
    return {heard.end() - 8000, heard.end() - 4000};
}

}  // namespace

TEST_CASE("a held SIP party is told so, and two SIP parties are joined by hanging up",
          "[fxs][services][sip]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder,
                    phones_map(*world, {""},
                               two_peers + "routes:\n  - {called: '701', from: [fxs], to: [sip second]}\n"));
    SipPhone first(folder, {.user = "700",
                            .auto_answer = true,
                            .trace = true,
                            .says = farend::tone(whistle_hz[0], 0, 60s, whistle_dbm0)});
    SipPhone second(folder, {.user = "701",
                             .sip_port = 5095,
                             .control_port = 4492,
                             .first_rtp_port = 41100,
                             .auto_answer = true,
                             .says = farend::tone(whistle_hz[1], 0, 60s, whistle_dbm0)});
    REQUIRE(first.ready());
    REQUIRE(second.ready());
    const auto phone = world->telephone(1);
    call_up(*phone, first, "700");
    REQUIRE(hears(*phone, whistle_hz[0]));
    REQUIRE(first.log().find("a=sendonly") == std::string::npos);
    begin_second_call(gateway, world->fxs(1), *phone);
    CHECK(eventually(patience, [&] { return first.log().find("a=sendonly") != std::string::npos; }));
    phone->flash(flash_time);
    REQUIRE(gateway.wait_port_state(world->fxs(1), "talking", patience));
    REQUIRE(hears(*phone, whistle_hz[0]));
    CHECK(eventually(patience, [&] {
        const auto log = first.log();
        return log.find("a=sendrecv", log.rfind("a=sendonly")) != std::string::npos;
    }));

    begin_second_call(gateway, world->fxs(1), *phone);
    phone->dial_dtmf("701");
    REQUIRE(hears(*phone, whistle_hz[1]));

    SECTION("attended transfer") {
        phone->hang_up();
    }
    SECTION("conference, then the telephone leaves") {
        phone->flash(flash_time);
        REQUIRE(gateway.wait_port_state(world->fxs(1), "conference", patience));
        phone->start_recording();
        REQUIRE(audio_flows(gateway));
        auto heard = phone->stop_recording();
        REQUIRE(heard.size() > 6000);
        heard.erase(heard.begin(), heard.end() - 4000);
        CHECK(farend::level_at(heard, whistle_hz[0]) == Approx(whistle_dbm0).margin(1));
        CHECK(farend::level_at(heard, whistle_hz[1]) == Approx(whistle_dbm0).margin(1));
    }
    REQUIRE(audio_flows(gateway));
    gateway.call("hangup", {{"call", "all"}});
    REQUIRE(first.wait_event("CALL_CLOSED", patience));
    REQUIRE(second.wait_event("CALL_CLOSED", patience));
    // The first client records nothing any more once it was held; that it was sent audio was counted above.
    const auto second_heard = end_of(second.heard());
    CHECK(farend::level_at(second_heard, whistle_hz[0]) == Approx(whistle_dbm0).margin(1));
    CHECK(farend::level_at(second_heard, whistle_hz[1]) < -45);
    phone->hang_up();
    CHECK(gateway.wait_port_state(world->fxs(1), "idle", patience));
    CHECK(gateway.wait_no_calls(patience));
}
