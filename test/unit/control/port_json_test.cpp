// What `port.show` tells of telephones and exchange lines.
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "view_json.hpp"

using namespace tipring;
using namespace tipring::control;
namespace json = boost::json;

namespace {

constexpr std::chrono::system_clock::time_point now{std::chrono::seconds(10'000)};

config::Port settings_of(config::PortKind kind, std::string country) {
    config::Port port;
    port.kind = kind;
    port.country_profile = config::country_profile(country).value();
    port.country = std::move(country);
    return port;
}

}  // namespace

TEST_CASE("a telephone: messages, held calls, services, and its country's values") {
    analog::PortView view;
    view.messages = 3;
    view.calls_held = 1;
    view.services.forward_busy = "500";
    view.services.do_not_disturb = true;
    auto settings = settings_of(config::PortKind::fxs, "uk");
    settings.profile = config::PortProfile::hotel;
    settings.fxs.may_forward = false;
    settings.country_profile.disconnect_polarity = true;
    const auto sheet = port_sheet(view, settings, now);
    CHECK(sheet.at("messages") == 3);
    CHECK(sheet.at("calls_held") == 1);
    CHECK(
        json::serialize(sheet.at("services")) ==
        R"({"forward_all":"","forward_busy":"500","forward_no_answer":"","do_not_disturb":true,"call_waiting":true})");
    const auto& shown = sheet.at("settings");
    CHECK(shown.at("profile") == "hotel");
    CHECK(shown.at("services") == "limited");
    CHECK(shown.at("caller_id") == "bt");
    CHECK(shown.at("caller_id_timing") == "reversal_dual_tone");
    CHECK(shown.at("flash_min_ms") == settings.country_profile.flash_min.count());
    CHECK(shown.at("flash_max_ms") == settings.country_profile.flash_max.count());
    CHECK(json::serialize(shown.at("disconnect")) == R"(["battery","polarity","tone"])");
    CHECK_FALSE(sheet.contains("wire"));
    CHECK_FALSE(sheet.contains("last_proved_good"));

    settings.fxs.services = false;
    settings.fxs.caller_id = false;
    const auto plain = port_sheet(view, settings, now);
    CHECK(plain.at("settings").at("services") == "no");
    CHECK(plain.at("settings").at("caller_id") == "no");
}

TEST_CASE("an exchange line: its wire, when it last proved good, why it could not be used") {
    analog::PortView view;
    view.wire = hardware::LineStatus{.battery = true, .in_use = true, .voltage = 48.26};
    view.last_proved_good = now - std::chrono::seconds(61);
    view.counters.refused["no_dial_tone"] = 2;
    auto settings = settings_of(config::PortKind::fxo, "de");
    settings.fxo.answer_by = config::AnswerBy::voice;
    settings.fxo.disconnect_dial_tone = false;
    settings.fxo.silence = std::chrono::seconds(60);
    const auto sheet = port_sheet(view, settings, now);
    CHECK(json::serialize(sheet.at("wire")) == R"({"battery":true,"in_use":true,"voltage":4.83E1})");
    CHECK(sheet.at("last_proved_good") == "1970-01-01T02:45:39.000Z");
    CHECK(sheet.at("proved_good_s_ago") == 61);
    CHECK(json::serialize(sheet.at("counters").at("refused")) == R"({"no_dial_tone":2})");
    const auto& shown = sheet.at("settings");
    CHECK(shown.at("answer_by") == "voice");
    CHECK(shown.at("caller_id") == "yes");
    CHECK(shown.at("caller_id_timing") == "after_first_ring");
    CHECK(shown.at("flash_ms") == settings.country_profile.flash_out.count());
    CHECK(json::serialize(shown.at("disconnect")) == R"(["battery","polarity","tone","silence"])");
    CHECK_FALSE(sheet.contains("services"));
    CHECK_FALSE(shown.as_object().contains("profile"));
}
