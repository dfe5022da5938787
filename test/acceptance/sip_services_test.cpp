// What a telephone's user does with SIP parties: two SIP clients that are registered at a SIP server, as the
// telephones are. What each leg carries is told by pitch. Runs on the simulator and on the real driver.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>

#include "support/phones.hpp"
#include "support/registrar.hpp"
#include "support/rtp_tap.hpp"
#include "support/sip_phone.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

constexpr std::uint16_t anna_port = 41000;
constexpr std::uint16_t ben_port = 41100;
const double anna_hz = whistle_hz[0];
const double ben_hz = whistle_hz[1];
const double telephone_hz = whistle_hz[2];

std::string office_map(const World& world, const std::string& more) {
    return "country: us\n" + world.board_yaml() +
           "digit_map: '20x|70x'\n"
           "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n"
           "    - {name: office, server: '127.0.0.1:5070', mode: per_port, password: s3cret" +
           more + "}\nports:\n  - {channels: " + std::to_string(world.fxs(1)) + "-" +
           std::to_string(world.fxs(2)) + ", kind: fxs, number: 201, group: hall}\n";
}

farend::Clip whistling(double hz) {
    return farend::tone(hz, 0, 60s, whistle_dbm0);
}

/// All these pitches at the level at which they were whistled, and none of the others.
bool only(const farend::Clip& heard, const std::vector<double>& pitches) {
    if (heard.size() < 4000) return pitches.empty();
    const auto last = std::span(heard).last(4000);
    return std::all_of(whistle_hz.begin(), whistle_hz.end(), [&](double hz) {
        const auto level = farend::level_at(last, hz);
        const bool wanted = std::find(pitches.begin(), pitches.end(), hz) != pitches.end();
        return wanted ? std::abs(level - whistle_dbm0) < 1 : level < -45;
    });
}

std::string levels(const farend::Clip& heard) {
    std::string text = std::to_string(heard.size() / 8) + " ms:";
    for (const auto hz : whistle_hz)
        text += " " + std::to_string(hz) + " Hz " + std::to_string(farend::level_at(heard, hz)) + " dBm0";
    return text;
}

/// Two telephones, 201 and 202, and two SIP clients, 700 (Anna) and 701 (Ben), at one SIP server.
struct Office {
    TemporaryFolder folder;
    std::unique_ptr<World> world = World::make(folder);
    Registrar server{folder, 5070, "s3cret"};
    Gateway gateway;
    SipPhone anna{folder, client("700", 5091, 4491, anna_port, anna_hz)};
    SipPhone ben{folder, client("701", 5095, 4492, ben_port, ben_hz)};
    std::unique_ptr<farend::Telephone> desk = world->telephone(1);
    std::unique_ptr<farend::Telephone> other = world->telephone(2);
    RtpTap tap;

    explicit Office(const std::string& account = {}) : gateway(folder, office_map(*world, account)) {
        REQUIRE(gateway.wait_registered(2, patience));
        for (auto* phone : {&anna, &ben}) {
            REQUIRE(phone->ready());
            REQUIRE(phone->wait_registered(patience));
        }
    }

    static SipPhone::Options client(const std::string& user, std::uint16_t sip, std::uint16_t control,
                                    std::uint16_t rtp, double hz) {
        return {.user = user,
                .sip_port = sip,
                .control_port = control,
                .first_rtp_port = rtp,
                .registrar = "127.0.0.1:5070",
                .password = "s3cret",
                .auto_answer = true,
                .says = whistling(hz)};
    }

    /// From now on this is what each of them is sent.
    void check_legs(const std::vector<double>& to_desk, const std::vector<double>& to_anna,
                    const std::vector<double>& to_ben) {
        const auto check = [&](const char* who, const std::vector<double>& pitches, auto&& heard) {
            const bool right = eventually(patience, [&] { return only(heard(), pitches); });
            INFO(who << " is sent " << levels(heard()));
            CHECK(right);
        };
        tap.forget();
        check("Anna", to_anna, [&] { return tap.sent_to(anna_port); });
        check("Ben", to_ben, [&] { return tap.sent_to(ben_port); });
        INFO("telephone");
        for (const auto hz : to_desk)
            CHECK(hears(*desk, hz));
    }
    void whistle_at_desk() { desk->play(farend::tone(telephone_hz, 0, 1s, whistle_dbm0), true); }
    bool desk_is(const char* state) { return gateway.wait_port_state(world->fxs(1), state, patience); }

    /// Anna calls the desk, which answers and whistles.
    void anna_calls() {
        anna.dial("sip:201@127.0.0.1:5070");
        REQUIRE(desk->wait_ringing(patience));
        desk->lift();
        REQUIRE(desk_is("talking"));
        whistle_at_desk();
        check_legs({anna_hz}, {telephone_hz}, {});
    }
    /// The desk asks Ben back.
    void ask_ben() {
        desk->flash(flash_time);
        REQUIRE(desk_is("dial_tone"));
        desk->dial_dtmf("701");
        REQUIRE(ben.wait_event("CALL_ESTABLISHED", patience));
        REQUIRE(desk_is("talking"));
        whistle_at_desk();
        check_legs({ben_hz}, {}, {telephone_hz});
    }
    void all_end() {
        desk->hang_up();
        other->hang_up();
        gateway.call("hangup", {{"call", "all"}});
        CHECK(gateway.wait_no_calls(patience));
        CHECK(desk_is("idle"));
        CHECK(gateway.wait_port_state(world->fxs(2), "idle", patience));
    }
};

}  // namespace

TEST_CASE("two SIP clients at a server: call waiting", "[sip][services]") {
    Office office;
    office.anna_calls();
    office.ben.dial("sip:201@127.0.0.1:5070");
    REQUIRE(eventually(patience, [&] { return std::abs(office.desk->hearing().frequency1_hz - 440) < 15; }));
    office.desk->flash(flash_time);
    REQUIRE(office.ben.wait_event("CALL_ESTABLISHED", patience));
    office.check_legs({ben_hz}, {}, {telephone_hz});
    office.desk->flash(flash_time);
    office.check_legs({anna_hz}, {telephone_hz}, {});
    office.ben.hang_up();
    REQUIRE(office.ben.wait_event("CALL_CLOSED", patience));
    office.check_legs({anna_hz}, {telephone_hz}, {});
    office.all_end();
    CHECK(office.anna.wait_event("CALL_CLOSED", patience));
}

TEST_CASE("two SIP clients at a server: hold and conference", "[sip][services]") {
    Office office;
    office.anna_calls();
    office.ask_ben();
    office.desk->flash(flash_time);
    REQUIRE(office.desk_is("conference"));
    office.check_legs({anna_hz, ben_hz}, {telephone_hz, ben_hz}, {telephone_hz, anna_hz});
    office.ben.hang_up();
    REQUIRE(office.desk_is("talking"));
    office.check_legs({anna_hz}, {telephone_hz}, {});
    office.all_end();
    CHECK(office.anna.wait_event("CALL_CLOSED", patience));
}

TEST_CASE("two SIP clients at a server: attended and blind transfer", "[sip][services]") {
    const bool by_the_client = GENERATE(false, true);
    const bool blind = by_the_client || GENERATE(false, true);
    Office office(by_the_client ? ", transfer: refer" : "");
    office.anna_calls();
    if (blind) {
        office.desk->flash(flash_time);
        REQUIRE(office.desk_is("dial_tone"));
        office.desk->dial_dtmf("*87701");
        REQUIRE(office.ben.wait_event("CALL_ESTABLISHED", patience));
    } else {
        office.ask_ben();
    }
    office.desk->hang_up();
    REQUIRE(office.desk_is("idle"));
    office.check_legs({}, {ben_hz}, {anna_hz});
    // Asked by REFER, Anna's client calls Ben's by itself, and the gateway is out of it.
    CHECK((office.gateway.calls() == 0) == by_the_client);
    office.all_end();
    if (by_the_client) office.ben.hang_up();
    CHECK(office.anna.wait_event("CALL_CLOSED", patience));
    CHECK(office.ben.wait_event("CALL_CLOSED", patience));
}

TEST_CASE("two SIP clients at a server: a call that rings elsewhere is picked up", "[sip][services]") {
    Office office;
    const std::string code = GENERATE("**202", "*98");
    INFO(code);
    office.anna.dial("sip:202@127.0.0.1:5070");
    REQUIRE(office.other->wait_ringing(patience));
    lift_and_dial(*office.desk, code);
    REQUIRE(office.desk_is("talking"));
    CHECK(office.other->wait_ring_stopped(patience));
    office.whistle_at_desk();
    office.check_legs({anna_hz}, {telephone_hz}, {});
    office.desk->flash(flash_time);
    REQUIRE(office.desk_is("dial_tone"));
    office.all_end();
}
