// Number plans, overlap and causes: read, and refused with line and key.
#include "loading.hpp"

using namespace tipring::config;

namespace {

std::string with_span(const std::string& keys, const std::string& country = "de") {
    return "country: " + country + "\nsip: {server: pbx}\nspans:\n  - {span: 1, channels: 1-31" + keys +
           "}\n";
}

LoadOptions picky() {
    LoadOptions options;
    options.check_pattern = [](std::string_view pattern) -> tipring::base::Result<void> {
        if (pattern == "[") return tipring::base::fail("pattern \"[\", position 1");
        return {};
    };
    options.check_digit_map = [](std::string_view map) -> tipring::base::Result<void> {
        if (map == "(") return tipring::base::fail("digit map \"(\", position 1");
        return {};
    };
    return options;
}

}  // namespace

TEST_CASE("a span knows the prefixes of its country, and changes nothing by itself") {
    const auto german = load_good(with_span("")).spans.at(0).numbers;
    CHECK(german.country_code == "49");
    CHECK(german.international_prefix == "00");
    CHECK(german.national_prefix == "0");
    CHECK(german.area_code.empty());
    CHECK(german.received == ReceivedForm::as_is);
    CHECK(german.sent == SentForm::as_is);
    CHECK(german.rules.empty());
    const auto american = load_good(with_span("", "us")).spans.at(0).numbers;
    CHECK(american.country_code == "1");
    CHECK(american.international_prefix == "011");
    CHECK(american.national_prefix == "1");
    CHECK(american.emergency == std::vector<std::string>{"911"});
    CHECK(german.emergency == std::vector<std::string>{"110", "112"});
    CHECK(load_good("emergency: [117]\n" + with_span("")).spans.at(0).numbers.emergency ==
          std::vector<std::string>{"117"});
    CHECK(country_number_plan("GB").country_code == "44");
    CHECK(country_number_plan("xx").country_code.empty());
}

TEST_CASE("the countries of the line data are those that have prefixes") {
    for (const auto& code : country_codes()) {
        CAPTURE(code);
        CHECK_FALSE(country_number_plan(code).country_code.empty());
    }
}

TEST_CASE("a number plan is read with its rules") {
    const auto plan = load_good(R"(
country: de
sip: {server: pbx}
spans:
  - span: 1
    channels: 1-31
    numbers:
      area_code: 30
      received: e164
      sent: typed
      rules:
        - {match: +49., for: called, ton: national, strip: 3}
        - {match: 2xx, for: calling, ton: subscriber, npi: private, prefix: 1234}
        - {ton: unknown, npi: isdn}
        - {direction: received, match: "[2-9]xxxxxxxxx", for: calling, ton: unknown, prefix: +49}
        - {direction: sent, prefix: 0}
)",
                                picky())
                          .spans.at(0)
                          .numbers;
    CHECK(plan.area_code == "30");
    CHECK(plan.received == ReceivedForm::e164);
    CHECK(plan.sent == SentForm::typed);
    REQUIRE(plan.rules.size() == 5);
    CHECK(plan.rules[0].called);
    CHECK_FALSE(plan.rules[0].calling);
    CHECK(plan.rules[0].type == NumberType::national);
    CHECK_FALSE(plan.rules[0].plan);
    CHECK(plan.rules[0].strip == 3);
    CHECK_FALSE(plan.rules[1].called);
    CHECK(plan.rules[1].plan == NumberingPlanId::private_plan);
    CHECK(plan.rules[1].prefix == "1234");
    CHECK((plan.rules[2].called && plan.rules[2].calling));
    CHECK(plan.rules[2].direction == NumberDirection::sent);
    CHECK(plan.rules[3].direction == NumberDirection::received);
    CHECK(plan.rules[3].match == "[2-9]xxxxxxxxx");
    CHECK(plan.rules[3].type == NumberType::unknown);
    CHECK(plan.rules[3].prefix == "+49");
    CHECK(plan.rules[4].direction == NumberDirection::sent);
}

TEST_CASE("nonsense in a number plan is refused with line and key") {
    struct Row {
        std::string keys, key, message;
    };
    const auto row = GENERATE(
        Row{", numbers: {country_code: +49}", "spans[0].numbers.country_code", "is not up to 4 digits"},
        Row{", numbers: {area_code: 1234567}", "spans[0].numbers.area_code", "is not up to 6 digits"},
        Row{", numbers: {national_prefix: \"00\"}", "spans[0].numbers.national_prefix",
            "also the international prefix"},
        Row{", numbers: {received: plus}", "spans[0].numbers.received", "plus"},
        Row{", numbers: {sent: e164}", "spans[0].numbers.sent", "e164"},
        Row{", numbers: {sent: typed, country_code: \"\"}", "spans[0].numbers", "country code"},
        Row{", numbers: {rules: {ton: national}}", "spans[0].numbers.rules", "no list"},
        Row{", numbers: {rules: [{match: \"[\"}]}", "spans[0].numbers.rules[0].match", "position 1"},
        Row{", numbers: {rules: [{ton: local}]}", "spans[0].numbers.rules[0].ton", "local"},
        Row{", numbers: {rules: [{npi: e164}]}", "spans[0].numbers.rules[0].npi", "e164"},
        Row{", numbers: {rules: [{strip: 33}]}", "spans[0].numbers.rules[0].strip", "33"},
        Row{", numbers: {rules: [{prefix: +49}]}", "spans[0].numbers.rules[0].prefix", "cannot be sent"},
        Row{", numbers: {rules: [{direction: in}]}", "spans[0].numbers.rules[0].direction", "in"},
        Row{", numbers: {rules: [{direction: received, match: +1.}]}", "spans[0].numbers.rules[0].match",
            "ton: international fits"},
        Row{", numbers: {rules: [{direction: received, prefix: 1+}]}", "spans[0].numbers.rules[0].prefix",
            "does not begin a number"},
        Row{", numbers: {rules: [{direction: received, prefix: abc}]}", "spans[0].numbers.rules[0].prefix",
            "after a +"},
        Row{", numbers: {rules: [{direction: sent, prefix: +49}]}", "spans[0].numbers.rules[0].prefix",
            "cannot be sent"},
        Row{", numbers: {rules: [{for: all}]}", "spans[0].numbers.rules[0].for", "all"},
        Row{", numbers: {rules: [{stirp: 3}]}", "spans[0].numbers.rules[0].stirp", "no such key"},
        Row{", numbers: typed", "spans[0].numbers", "keys and values belong"},
        Row{", overlap: yes", "spans[0].overlap", "yes"},
        Row{", dial_tone: yes", "spans[0].dial_tone", "do not come digit by digit"},
        Row{", overlap: sending, digit_timeout: 10s", "spans[0].digit_timeout", "do not come digit by digit"},
        Row{", overlap: both, digit_timeout: 10ms", "spans[0].digit_timeout", "10ms"},
        Row{", overlap: both, digit_map: (", "spans[0].digit_map", "position 1"},
        Row{", call_waiting: 31", "spans[0].call_waiting", "31"},
        Row{", switch: qsig, transfer: on", "spans[0].transfer", "has none"},
        Row{", side: network, switch: national, transfer: on", "spans[0].transfer", "only EuroISDN"},
        Row{", switch: national, malicious_call: yes", "spans[0].malicious_call", "only EuroISDN"},
        Row{", hold: maybe", "spans[0].hold", "neither yes nor no"},
        Row{", announcement: 1h", "spans[0].announcement", "1h"});
    CAPTURE(row.keys);
    const auto lines = load_bad(with_span(row.keys), picky());
    REQUIRE(lines.size() == 1);
    CAPTURE(lines[0]);
    CHECK(contains(lines[0], "test.yaml:4:"));
    CHECK(contains(lines[0], ": " + row.key + ": "));
    CHECK(contains(lines[0], row.message));
}

TEST_CASE("a span may receive digits one by one, by its own digit map or the gateway's") {
    const auto usual = load_good("digit_map: 2xx\n" + with_span(", overlap: both")).spans.at(0);
    CHECK((usual.receives_overlap() && usual.sends_overlap()));
    CHECK(usual.digit_map == "2xx");
    CHECK(usual.digit_timeout == std::chrono::seconds(15));
    const auto own =
        load_good(
            with_span(
                ", overlap: receiving, digit_map: 3xx, digit_timeout: 10s, dial_tone: yes, announcement: 0s"))
            .spans.at(0);
    CHECK((own.receives_overlap() && !own.sends_overlap()));
    CHECK(own.digit_map == "3xx");
    CHECK(own.digit_timeout == std::chrono::seconds(10));
    CHECK(own.dial_tone);
    CHECK(own.announcement.count() == 0);
    const auto none = load_good(with_span("")).spans.at(0);
    CHECK((!none.receives_overlap() && !none.sends_overlap()));
    CHECK(none.announcement == std::chrono::seconds(30));
}

TEST_CASE("a span grants supplementary services as its keys say") {
    const auto usual = load_good(with_span("")).spans.at(0);
    CHECK((usual.hold && usual.advice_of_charge));
    CHECK((!usual.transfer && !usual.malicious_call && usual.call_waiting == 0));
    const auto other =
        load_good(with_span(", hold: off, transfer: on, aoc: off, malicious_call: yes, call_waiting: 2"))
            .spans.at(0);
    CHECK((!other.hold && !other.advice_of_charge));
    CHECK((other.transfer && other.malicious_call && other.call_waiting == 2));
}

TEST_CASE("causes are the gateway's, with what an account changes") {
    const auto config = load_good(R"(
sip:
  causes: {to_sip: {17: 600, 34: 480}, to_isdn: {486: 34}}
  accounts:
    - {name: a, server: pbx}
    - {name: b, server: pbx, causes: {to_sip: {17: 486}, to_isdn: {302: 23}}}
spans: [{span: 1, channels: 1-31}]
)");
    const auto& a = config.sip.accounts.at(0).causes;
    CHECK(a.to_sip == std::map<std::uint8_t, unsigned>{{17, 600}, {34, 480}});
    CHECK(a.to_isdn == std::map<unsigned, std::uint8_t>{{486, 34}});
    const auto& b = config.sip.accounts.at(1).causes;
    CHECK(b.to_sip == std::map<std::uint8_t, unsigned>{{17, 486}, {34, 480}});
    CHECK(b.to_isdn == std::map<unsigned, std::uint8_t>{{302, 23}, {486, 34}});
}

TEST_CASE("nonsense among the causes is refused with line and key") {
    struct Row {
        std::string causes, key, message;
    };
    const auto row = GENERATE(Row{"to_sip: {0: 486}", "sip.causes.to_sip.0", "no Q.850 cause"},
                              Row{"to_sip: {128: 486}", "sip.causes.to_sip.128", "no Q.850 cause"},
                              Row{"to_sip: {busy: 486}", "sip.causes.to_sip.busy", "no Q.850 cause"},
                              Row{"to_sip: {17: 200}", "sip.causes.to_sip.17", "no final answer"},
                              Row{"to_sip: {17: 700}", "sip.causes.to_sip.17", "no final answer"},
                              Row{"to_sip: {17: [486]}", "sip.causes.to_sip.17", "no final answer"},
                              Row{"to_sip: {17: }", "sip.causes.to_sip.17", "no final answer"},
                              Row{"to_isdn: {180: 17}", "sip.causes.to_isdn.180", "no final answer"},
                              Row{"to_isdn: {486: 0}", "sip.causes.to_isdn.486", "no Q.850 cause"},
                              Row{"to_isdn: {486: 256}", "sip.causes.to_isdn.486", "no Q.850 cause"},
                              Row{"to_isdn: 17", "sip.causes.to_isdn", "no mapping"},
                              Row{"to_isnd: {486: 17}", "sip.causes.to_isnd", "no such key"});
    CAPTURE(row.causes);
    const auto lines =
        load_bad("sip:\n  server: pbx\n  causes: {" + row.causes + "}\nspans: [{span: 1, channels: 1-31}]\n");
    REQUIRE(lines.size() == 1);
    CAPTURE(lines[0]);
    CHECK(contains(lines[0], "test.yaml:3:"));
    CHECK(contains(lines[0], ": " + row.key + ": "));
    CHECK(contains(lines[0], row.message));
}
