// Types of number and numbering plans, both ways, by tables.
#include "tipring/routing/number_plan.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tipring/config/country.hpp"

using namespace tipring;
using config::NumberingPlanId;
using config::NumberType;
using config::ReceivedForm;
using config::SentForm;
using routing::NumberRole;
using routing::TypedNumber;

namespace {

config::NumberPlan berlin(ReceivedForm received, SentForm sent) {
    config::NumberPlan plan;
    plan.country_code = "49";
    plan.area_code = "30";
    plan.received = received;
    plan.sent = sent;
    return plan;
}

constexpr auto none = NumberType::unknown;
constexpr auto isdn = NumberingPlanId::isdn;
constexpr auto no_plan = NumberingPlanId::unknown;

}  // namespace

TEST_CASE("received numbers become E.164, or what a telephone would dial") {
    struct Row {
        TypedNumber wire;
        std::string as_is, e164, dialled;
    };
    const std::vector<Row> table{
        {{"441632960001", NumberType::international, isdn},
         "+441632960001",
         "+441632960001",
         "00441632960001"},
        {{"493012345", NumberType::international, isdn}, "+493012345", "+493012345", "03012345"},
        {{"8912345", NumberType::national, isdn}, "8912345", "+498912345", "08912345"},
        {{"8912345", NumberType::national, no_plan}, "8912345", "+498912345", "08912345"},
        {{"12345", NumberType::subscriber, isdn}, "12345", "+493012345", "03012345"},
        {{"00441632960001", none, isdn}, "00441632960001", "+441632960001", "00441632960001"},
        {{"08912345", none, no_plan}, "08912345", "+498912345", "08912345"},
        {{"12345", none, isdn}, "12345", "12345", "12345"},
        {{"0", none, isdn}, "0", "0", "0"},
        {{"00", none, isdn}, "00", "00", "00"},
        {{"0115", none, isdn}, "0115", "0115", "0115"},  // too short to have a prefix
        {{"001151", none, isdn}, "001151", "001151", "001151"},
        {{"115", NumberType::national, isdn}, "115", "115", "115"},
        {{"012345", none, isdn}, "012345", "+4912345", "012345"},
        {{"110", none, no_plan}, "110", "110", "110"},
        {{"*21#", none, no_plan}, "*21#", "*21#", "*21#"},
        {{"21*", NumberType::national, isdn}, "21*", "21*", "21*"},
        {{"4711", NumberType::national, NumberingPlanId::private_plan}, "4711", "4711", "4711"},
        {{"4711", NumberType::international, NumberingPlanId::private_plan}, "+4711", "+4711", "+4711"},
        {{"17", NumberType::abbreviated, isdn}, "17", "17", "17"},
        {{"17", NumberType::network_specific, isdn}, "17", "17", "17"},
        {{"", NumberType::international, isdn}, "", "", ""},
    };
    for (const auto& row : table) {
        CAPTURE(to_text(row.wire));
        for (const auto role : {NumberRole::called, NumberRole::calling}) {
            const auto received = [&](const config::NumberPlan& plan) {
                return routing::received_number(plan, role, row.wire);
            };
            CHECK(received({}) == row.as_is);
            CHECK(received(berlin(ReceivedForm::as_is, {})) == row.as_is);
            CHECK(received(berlin(ReceivedForm::e164, {})) == row.e164);
            CHECK(received(berlin(ReceivedForm::dialled, {})) == row.dialled);
        }
    }
}

TEST_CASE("sent numbers get a type, or prefixes") {
    struct Row {
        std::string number;
        TypedNumber as_is, typed, dialled;
    };
    const auto unknown = [](const std::string& digits) { return TypedNumber{digits, none, no_plan}; };
    const std::vector<Row> table{
        {"+441632960001",
         {"441632960001", NumberType::international, isdn},
         {"441632960001", NumberType::international, isdn},
         unknown("00441632960001")},
        {"+498912345",
         {"498912345", NumberType::international, isdn},
         {"8912345", NumberType::national, isdn},
         unknown("08912345")},
        {"+493012345",
         {"493012345", NumberType::international, isdn},
         {"12345", NumberType::subscriber, isdn},
         unknown("03012345")},
        {"00441632960001",
         unknown("00441632960001"),
         {"441632960001", NumberType::international, isdn},
         unknown("00441632960001")},
        {"08912345", unknown("08912345"), {"8912345", NumberType::national, isdn}, unknown("08912345")},
        {"03012345", unknown("03012345"), {"12345", NumberType::subscriber, isdn}, unknown("03012345")},
        {"12345", unknown("12345"), unknown("12345"), unknown("12345")},
        {"110", unknown("110"), unknown("110"), unknown("110")},
        {"0115", unknown("0115"), unknown("0115"), unknown("0115")},
        {"001151", unknown("001151"), unknown("001151"), unknown("001151")},
        {"+49115",
         {"49115", NumberType::international, isdn},
         {"49115", NumberType::international, isdn},
         unknown("0049115")},
        {"+4930110",  // not 110 as a subscriber number
         {"4930110", NumberType::international, isdn},
         {"30110", NumberType::national, isdn},
         unknown("030110")},
        {"*21#", unknown("*21#"), unknown("*21#"), unknown("*21#")},
        {"+49",
         {"49", NumberType::international, isdn},
         {"49", NumberType::international, isdn},
         unknown("0049")},
        {"", unknown(""), unknown(""), unknown("")},
    };
    for (const auto& row : table) {
        CAPTURE(row.number);
        for (const auto role : {NumberRole::called, NumberRole::calling}) {
            CHECK(routing::sent_number({}, role, row.number) == row.as_is);
            CHECK(routing::sent_number(berlin({}, SentForm::typed), role, row.number) == row.typed);
            CHECK(routing::sent_number(berlin({}, SentForm::dialled), role, row.number) == row.dialled);
        }
    }
}

TEST_CASE("rules come before the form, the first that fits, each for its kind of number") {
    auto plan = berlin({}, SentForm::typed);
    plan.rules.push_back({.match = "+49.",
                          .called = true,
                          .calling = false,
                          .type = NumberType::national,
                          .plan = {},
                          .strip = 3,
                          .prefix = {}});
    plan.rules.push_back({.match = "+.",
                          .called = true,
                          .calling = false,
                          .type = {},
                          .plan = {},
                          .strip = 1,
                          .prefix = "00"});
    plan.rules.push_back({.match = "2xx",
                          .called = false,
                          .calling = true,
                          .type = NumberType::subscriber,
                          .plan = NumberingPlanId::private_plan,
                          .strip = 0,
                          .prefix = "1234"});
    plan.rules.push_back({.match = "",
                          .called = false,
                          .calling = true,
                          .type = NumberType::abbreviated,
                          .plan = {},
                          .strip = 32,
                          .prefix = {}});
    const auto called = [&](const std::string& n) {
        return routing::sent_number(plan, NumberRole::called, n);
    };
    const auto calling = [&](const std::string& n) {
        return routing::sent_number(plan, NumberRole::calling, n);
    };
    CHECK(called("+493012345") == TypedNumber{"3012345", NumberType::national, isdn});
    CHECK(called("+441") == TypedNumber{"00441", none, no_plan});
    CHECK(called("08912345") == TypedNumber{"8912345", NumberType::national, isdn});
    CHECK(calling("201") == TypedNumber{"1234201", NumberType::subscriber, NumberingPlanId::private_plan});
    CHECK(calling("+493012345") == TypedNumber{"", NumberType::abbreviated, isdn});
    CHECK(to_text(called("+441")) == "00441 (unknown, unknown)");
}

TEST_CASE("rules for received numbers come before the form, by digits, type, plan and kind of number") {
    constexpr auto received = config::NumberDirection::received;
    auto plan = config::country_number_plan("us");
    plan.received = ReceivedForm::e164;
    const auto add = [&](const std::string& match) -> config::NumberRule& {
        plan.rules.emplace_back().match = match;
        plan.rules.back().direction = received;
        return plan.rules.back();
    };
    plan.rules.emplace_back().prefix = "8";  // for sent numbers, any
    auto& local = add("[2-9]xxxxxxxxx");
    local.called = false;
    local.type = none;
    local.prefix = "+1";
    auto& dialled_in = add("5550xxx");
    dialled_in.calling = false;
    dialled_in.strip = 4;
    auto& pbx = add("");
    pbx.plan = NumberingPlanId::private_plan;
    pbx.prefix = "8";
    auto& any_abroad = add(".");
    any_abroad.type = NumberType::international;
    any_abroad.strip = 32;
    any_abroad.prefix = "0";
    struct Row {
        TypedNumber wire;
        std::string called, calling;
    };
    const Row table[] = {
        {{"3125550123", none, no_plan}, "3125550123", "+13125550123"},
        {{"3125550123", none, isdn}, "3125550123", "+13125550123"},
        {{"3125550123", NumberType::national, isdn}, "+13125550123", "+13125550123"},  // by the form
        {{"1125550123", none, isdn}, "+1125550123", "+1125550123"},
        {{"312555012", none, isdn}, "312555012", "312555012"},
        {{"5550700", none, no_plan}, "700", "5550700"},
        {{"5550700", NumberType::subscriber, isdn}, "700", "+15550700"},
        {{"700", none, NumberingPlanId::private_plan}, "8700", "8700"},
        {{"441632960001", NumberType::international, isdn}, "0", "0"},
        {{"", NumberType::international, NumberingPlanId::private_plan}, "", ""},
        {{"911", none, no_plan}, "911", "911"},
        {{"911", NumberType::international, NumberingPlanId::private_plan}, "911", "911"},
    };
    for (const auto& row : table) {
        CAPTURE(to_text(row.wire));
        CHECK(routing::received_number(plan, NumberRole::called, row.wire) == row.called);
        CHECK(routing::received_number(plan, NumberRole::calling, row.wire) == row.calling);
    }
    add("911").prefix = "9";
    std::rotate(plan.rules.begin(), plan.rules.end() - 1, plan.rules.end());
    CHECK(routing::received_number(plan, NumberRole::called, {"911", none, no_plan}) == "911");
    // None of them is for a number that is sent.
    CHECK(routing::sent_number(plan, NumberRole::calling, "3125550123").digits == "83125550123");
    plan.rules.erase(plan.rules.begin() + 1);
    CHECK(routing::sent_number(plan, NumberRole::called, "5550700") == TypedNumber{"5550700", none, no_plan});
}

TEST_CASE("an emergency number stays as it is in every country, both ways and in every mode") {
    std::size_t numbers = 0;
    auto codes = config::country_codes();
    codes.insert(codes.end(), {"ca", "gb", "ie", "xx"});
    for (const auto& code : codes) {
        const auto profile = config::country_profile(code);
        const auto listed = (profile ? *profile : config::CountryProfile{}).emergency;
        auto plan = config::country_number_plan(code);
        CHECK(plan.emergency == listed);
        plan.area_code = "1";
        auto all = listed;
        all.insert(all.end(), {"000", "112", "911", "999"});
        for (const auto& number : all) {
            const bool of_country = std::ranges::find(listed, number) != listed.end();
            for (const auto form : {ReceivedForm::as_is, ReceivedForm::e164, ReceivedForm::dialled}) {
                plan.received = form;
                CAPTURE(code, number, static_cast<int>(form));
                CHECK(routing::received_number(plan, NumberRole::called, {number, none, isdn}) == number);
                CHECK(routing::received_number(plan, NumberRole::called, {number, none, no_plan}) == number);
                CHECK(routing::received_number(plan, NumberRole::called,
                                               {number, NumberType::national, isdn}) == number);
                if (!of_country) continue;
                CHECK(routing::received_number(plan, NumberRole::called,
                                               {number, NumberType::subscriber, isdn}) == number);
                CHECK(routing::received_number(plan, NumberRole::called,
                                               {number, NumberType::international, isdn}) == number);
            }
            for (const auto form : {SentForm::as_is, SentForm::typed, SentForm::dialled}) {
                plan.sent = form;
                CAPTURE(code, number, static_cast<int>(form));
                for (const auto role : {NumberRole::called, NumberRole::calling})
                    CHECK(routing::sent_number(plan, role, number) == TypedNumber{number, none, no_plan});
            }
            ++numbers;
        }
    }
    CHECK(numbers > 200);
}

TEST_CASE("an emergency number of the gateway's own may be long, and only a rule that names it changes it") {
    auto plan = berlin(ReceivedForm::e164, SentForm::typed);
    plan.emergency = {"012345", "110"};
    CHECK(routing::sent_number(plan, NumberRole::called, "012345") == TypedNumber{"012345", none, no_plan});
    CHECK(routing::received_number(plan, NumberRole::called, {"012345", none, isdn}) == "012345");
    plan.rules.push_back({.match = "xxx",
                          .called = true,
                          .calling = true,
                          .type = NumberType::subscriber,
                          .plan = {},
                          .strip = 0,
                          .prefix = "12345"});
    const TypedNumber with_main{"12345110", NumberType::subscriber, isdn};
    CHECK(routing::sent_number(plan, NumberRole::called, "110") == TypedNumber{"110", none, no_plan});
    CHECK(routing::sent_number(plan, NumberRole::calling, "110") == with_main);  // an extension's
    plan.rules.front().match = "110";
    CHECK(routing::sent_number(plan, NumberRole::called, "110") == with_main);
}

TEST_CASE("no rule makes a number out of nothing") {
    auto plan = berlin({}, SentForm::typed);
    plan.rules.push_back({.match = "",
                          .called = true,
                          .calling = true,
                          .type = NumberType::subscriber,
                          .plan = {},
                          .strip = 0,
                          .prefix = "12345"});
    for (const auto role : {NumberRole::called, NumberRole::calling})
        CHECK(routing::sent_number(plan, role, "") == TypedNumber{"", none, no_plan});
}

TEST_CASE("what is sent typed comes back as it was, with E.164 on the other side") {
    const auto plan = berlin(ReceivedForm::e164, SentForm::typed);
    for (const std::string number : {"+441632960001", "+498912345", "+493012345"}) {
        const auto wire = routing::sent_number(plan, NumberRole::calling, number);
        CHECK(routing::received_number(plan, NumberRole::calling, wire) == number);
    }
}
