// Headers about the way of a call, small bodies and message summaries, with what an attacker would try.
#include "call_headers.hpp"

#include <catch2/catch.hpp>

#include "message_summary.hpp"

using namespace tipring;
using call::DivertReason;

TEST_CASE("header lists are cut at the commas that separate values") {
    CHECK(sip::list_values("a, b,,c") == std::vector<std::string_view>{"a", "b", "c"});
    CHECK(sip::list_values("\"x, \\\", y\" <sip:1,2@h>;p, <sip:3@h>").size() == 2);
    CHECK(sip::list_values("<sip:1@h>, \"open").size() == 1);
    CHECK(sip::list_values(std::string(5000, ','), 4).empty());
    CHECK(sip::list_values(std::string(200, 'a') + ",b,c,d,e,f", 3).size() == 3);
    CHECK(sip::list_values("").empty());
}

TEST_CASE("Diversion names who sent the call on and why, the latest first") {
    const auto all = sip::read_diversions(
        {"\"Bob, A.\" <sip:201@pbx;user=phone>;reason=user-busy;counter=1, <tel:+49302>;reason=\"no-answer\"",
         "sip:203@pbx;reason=deflection", "<sip:204@pbx>;privacy=full;reason=user-busy",
         "<sip:205@pbx>;privacy=off"});
    REQUIRE(all.size() == 5);
    CHECK(all[0].number == "201");
    CHECK(all[0].presentation == call::Presentation::allowed);
    CHECK(all[0].reason == DivertReason::busy);
    CHECK(all[1].number == "+49302");
    CHECK(all[1].reason == DivertReason::no_answer);
    CHECK(all[2].number == "203");
    CHECK(all[2].reason == DivertReason::deflection);
    CHECK(all[3].number == "204");  // hidden, and still the one who must not get the call again
    CHECK(all[3].presentation == call::Presentation::restricted);
    CHECK(all[3].reason == DivertReason::busy);
    CHECK(all[4].number == "205");
    CHECK(all[4].presentation == call::Presentation::allowed);
    CHECK(sip::read_diversions({"<sip:201@pbx", "\"x <sip:1@h>", "garbage"}).empty());
}

TEST_CASE("every reason of a Diversion is written as it is read, and foreign ones are unconditional") {
    for (const auto reason : {DivertReason::unconditional, DivertReason::busy, DivertReason::no_answer,
                              DivertReason::deflection, DivertReason::out_of_order, DivertReason::unknown}) {
        const auto again = sip::read_diversions({sip::diversion_value({{"201", reason}}, "pbx")});
        REQUIRE(again.size() == 1);
        CHECK(again[0].reason == reason);
    }
    for (const auto* other : {"time-of-day", "do-not-disturb", "follow-me", "away", ""}) {
        const auto read = sip::read_diversions({"<sip:1@h>;reason=" + std::string(other)});
        REQUIRE(read.size() == 1);
        CHECK(read[0].reason == DivertReason::unconditional);
    }
}

TEST_CASE("History-Info is written as it is read") {
    CHECK(sip::history_value({}, "201", "pbx").empty());
    const auto text = sip::history_value({{"203", DivertReason::busy, call::Presentation::restricted},
                                          {"202", DivertReason::no_answer},
                                          {"", DivertReason::unconditional}},
                                         "201", "pbx");
    CHECK(
        text ==
        "<sip:anonymous@anonymous.invalid?Privacy=history>;index=1, <sip:202@pbx;cause=302>;index=1.1;mp=1, "
        "<sip:203@pbx;cause=408?Privacy=history>;index=1.1.1;mp=1.1, "
        "<sip:201@pbx;cause=486>;index=1.1.1.1;mp=1.1.1");
    const auto again = sip::read_history({text});
    REQUIRE(again.size() == 3);
    CHECK(again[0].number == "203");
    CHECK(again[0].reason == DivertReason::busy);
    CHECK(again[0].presentation == call::Presentation::restricted);
    CHECK(again[1].number == "202");
    CHECK(again[1].reason == DivertReason::no_answer);
    CHECK(again[2].number.empty());
    CHECK(again[2].reason == DivertReason::unconditional);
    const auto many =
        sip::history_value(std::vector<call::Diversion>(20, {"1", DivertReason::busy}), "2", "h");
    CHECK(sip::read_history({many}).size() == sip::most_kept_diversions);
}

TEST_CASE("User-to-User carries octets of any protocol, within bounds") {
    const call::UserToUser user{0x00, std::string("\x01\xff\0a", 4)};
    CHECK(sip::user_to_user_value(user) == "0001ff0061;encoding=hex;purpose=isdn-uui");
    CHECK(sip::read_user_to_user({sip::user_to_user_value(user)}) == user);
    CHECK(sip::read_user_to_user({"04C8d5"}) == call::UserToUser{0x04, "\xc8\xd5"});
    CHECK(sip::read_user_to_user({"\"0441\" ; encoding=HEX"}) == call::UserToUser{0x04, "A"});
    CHECK(sip::read_user_to_user({"0441;purpose=app", "0442;purpose=isdn-uui"}) ==
          call::UserToUser{0x04, "B"});
    CHECK(sip::user_to_user_value({}).empty());
    const auto longest = "04" + std::string(256, '4');
    CHECK(sip::read_user_to_user({longest}).data.size() == 128);
    for (const auto& bad :
         {std::string(), std::string("044"), std::string("04zz"), std::string("04 1"), std::string("+444"),
          std::string("0441;encoding=text"), longest + "44", std::string(";encoding=hex")}) {
        CAPTURE(bad);
        CHECK(sip::read_user_to_user({bad}).empty());
    }
}

TEST_CASE("who is hidden in a Diversion is nobody with a number that counts") {
    const auto all = sip::read_diversions(
        {"<sip:anonymous@anonymous.invalid>;reason=user-busy;counter=3, <sip:205@Anonymous.invalid:5060>",
         "<sip:pbx>, <sip:206@h>;privacy=name, <sip:207@h>;privacy=\"uri\""});
    REQUIRE(all.size() == 5);
    for (const auto i : {0U, 1U, 2U}) {
        CHECK(all[i].number.empty());
        CHECK(all[i].presentation == call::Presentation::restricted);
    }
    CHECK(all[0].counter == 3);
    CHECK(all[3].number == "206");
    CHECK(all[3].presentation == call::Presentation::allowed);
    CHECK(all[4].presentation == call::Presentation::restricted);
}

TEST_CASE("a Diversion's counter is believed within bounds") {
    const auto counter = [](const std::string& text) {
        const auto all = sip::read_diversions({"<sip:201@h>;counter=" + text});
        REQUIRE(all.size() == 1);
        return all[0].counter;
    };
    CHECK(counter("1") == 1);
    CHECK(counter("4") == 4);
    CHECK(counter("\"4\"") == 4);
    CHECK(counter("99") == 99);
    CHECK(counter("0") == 1);
    for (const auto* huge : {"100", "4294967297", "99999999999999999999999999"})
        CHECK(counter(huge) == 99);
    for (const auto* garbage : {"", "-1", "-99999999999", "+3", "3x", "0x10", "1.5", " "})
        CHECK(counter(garbage) == 1);
    const auto many = sip::read_diversions(std::vector<std::string_view>(50, "<sip:1@h>"));
    CHECK(many.size() == sip::most_kept_diversions);
    CHECK(many.back().counter == 50 - sip::most_kept_diversions + 1);
    const auto most = sip::read_diversions(std::vector<std::string_view>(50, "<sip:1@h>;counter=4294967295"));
    CHECK(most.back().counter == 99);
}

TEST_CASE("forwardings are what the counters add up to") {
    CHECK(call::forwardings_of({}) == 0);
    CHECK(call::forwardings_of(sip::read_diversions({"<sip:1@h>;counter=2, <sip:2@h>"})) == 3);
    CHECK(call::forwardings_of(sip::read_diversions({"<sip:1@h>;counter=99, <sip:2@h>"})) ==
          call::most_forwardings);
    std::vector<call::Diversion> odd(3);
    odd[0].counter = 0;
    odd[1].counter = 4294967295U;
    CHECK(call::forwardings_of(odd) == call::most_forwardings);
}

TEST_CASE("Diversion is written as it is read") {
    CHECK(sip::diversion_value({}, "pbx").empty());
    CHECK(sip::diversion_value({{"", DivertReason::busy}}, "pbx") ==
          "<sip:anonymous@anonymous.invalid>;reason=user-busy;counter=1;privacy=full");
    const auto text =
        sip::diversion_value({{"20 1", DivertReason::busy, call::Presentation::allowed, 2},
                              {"202", DivertReason::no_answer, call::Presentation::restricted},
                              {"203", DivertReason::unconditional, call::Presentation::allowed, 1000}},
                             "::1");
    CHECK(text ==
          "<sip:20%201@[::1]>;reason=user-busy;counter=2, "
          "<sip:202@[::1]>;reason=no-answer;counter=1;privacy=full, "
          "<sip:203@[::1]>;reason=unconditional;counter=99");
    const auto again = sip::read_diversions({text});
    REQUIRE(again.size() == 3);
    CHECK(again[0].number == "20 1");
    CHECK(again[0].counter == 2);
    CHECK(again[1].presentation == call::Presentation::restricted);
    const auto many = sip::diversion_value(std::vector<call::Diversion>(20, {"1", DivertReason::busy}), "h");
    CHECK(sip::list_values(many, 100).size() == sip::most_kept_diversions);
    CHECK(many.find(";counter=13") != std::string::npos);
}

TEST_CASE(
    "History-Info tells who sent the call on, by their Reason or by the cause of the entry they led to") {
    const auto by_reason = sip::read_history(
        {"<sip:201@pbx?Reason=SIP%3Bcause%3D302>;index=1, <sip:202@pbx?Reason=SIP%3Bcause%3D486%3Btext%3D%22"
         "Busy%22>;index=1.1",
         "<sip:203@pbx>;index=1.2;mp=1.1"});
    REQUIRE(by_reason.size() == 2);
    CHECK(by_reason[0].number == "202");
    CHECK(by_reason[0].reason == DivertReason::busy);
    CHECK(by_reason[1].number == "201");
    CHECK(by_reason[1].reason == DivertReason::unconditional);
    const auto by_cause = sip::read_history(
        {"<sip:201@pbx>;index=1, <sip:202@pbx;cause=408>;index=1.1;mp=1, <sip:203@pbx;cause=302>;index=1.2"});
    REQUIRE(by_cause.size() == 2);
    CHECK(by_cause[0].number == "202");
    CHECK(by_cause[1].number == "201");
    CHECK(by_cause[1].reason == DivertReason::no_answer);
    const auto both = sip::read_history(
        {"<sip:201@pbx?Reason=Q.850%3Bcause%3D17>;index=1, <sip:202@pbx;cause=302>;index=1.1"});
    REQUIRE(both.size() == 1);
    CHECK(both[0].number == "201");
    CHECK(both[0].reason == DivertReason::busy);
    const auto hidden = sip::read_history({"<sip:201@pbx?Privacy=history&Reason=SIP%3Bcause%3D480>;index=1"});
    REQUIRE(hidden.size() == 1);
    CHECK(hidden[0].presentation == call::Presentation::restricted);
    CHECK(sip::read_history({"<sip:201@pbx>;index=1, <sip:202@pbx>;index=1.1"}).empty());
    CHECK(sip::read_history({"<sip:201@pbx;cause=408>;index=1"}).empty());  // nobody was there before
    CHECK(sip::read_history({"<sip:201@pbx?Reason=SIP%3Bcause%3Dx>;index=1"}).empty());
    CHECK(sip::read_history({"<sip:201@pbx?Reason=", "?", "<>", ""}).empty());
}

TEST_CASE("History-Info is ordered by index, where all have one that can be read") {
    const auto numbers = [](const std::vector<std::string_view>& fields) {
        std::string all;
        for (const auto& diversion : sip::read_history(fields))
            all += diversion.number + " ";
        return all;
    };
    const std::string reason = "?Reason=SIP%3Bcause%3D302>";
    const auto entry = [&](const std::string& number, const std::string& index) {
        return "<sip:" + number + "@pbx" + reason + (index.empty() ? "" : ";index=" + index);
    };
    const auto a = entry("1", "1"), b = entry("2", "1.2"), c = entry("3", "1.10"), d = entry("4", "1.2.1");
    CHECK(numbers({a, b, c, d}) == "3 4 2 1 ");
    CHECK(numbers({c + ", " + d + ", " + a, b}) == "3 4 2 1 ");
    for (const auto* bad : {"", "x", "1..2", "-1", "99999999999999999999", "1.", ".1"}) {
        const auto odd = entry("9", bad);
        CHECK(numbers({c, odd, a}) == "1 9 3 ");
    }
    std::string deep = "1";
    for (int i = 0; i < 1000; ++i)
        deep += ".1";
    CHECK(numbers({c, entry("9", deep), a}) == "1 9 3 ");
    // The entry that it names, not the one before it.
    CHECK(numbers({"<sip:1@h>;index=1, <sip:2@h>;index=1.1, <sip:3@h;cause=302>;index=1.2;mp=1"}) == "1 ");
    CHECK(numbers({"<sip:1@h>;index=1, <sip:3@h;cause=302>;index=1.2;mp=1.2"}) == "1 ");
    CHECK(numbers({"<sip:1@h>;index=1, <sip:3@h;cause=302>;index=1.2;mp=7"}) == "1 ");
    const std::vector<std::string_view> flood(1000, a);
    const auto kept = sip::read_history(flood);
    CHECK(kept.size() == sip::most_kept_diversions);
    CHECK(kept.back().counter == 64 - sip::most_kept_diversions + 1);
}

TEST_CASE("Alert-Info is kept within bounds and without line ends") {
    CHECK(sip::alert_info_text(" <http://127.0.0.1/Bellcore-dr3>;info=x ") ==
          "<http://127.0.0.1/Bellcore-dr3>;info=x");
    CHECK(sip::alert_info_text("a\r\nEvil: 1") == "aEvil: 1");
    CHECK(sip::alert_info_text(std::string(5000, 'a')).size() == 256);
}

TEST_CASE("all Alert-Info values are kept in their order, as many whole ones as there is room for") {
    CHECK(sip::read_alert_info({}).empty());
    CHECK(sip::read_alert_info({"<http://h/a,b>;info=x,Bellcore-dr3", "", ",", "\"open", "y\r\nEvil: 1"}) ==
          "<http://h/a,b>;info=x, Bellcore-dr3, yEvil: 1");
    const std::string full(254, 'a'), longer(257, 'b');
    CHECK(sip::read_alert_info({longer, full, "cc", "dd"}) == full);
    CHECK(sip::read_alert_info({std::string(252, 'a'), "ccc", "dd"}) == std::string(252, 'a') + ", dd");
    CHECK(sip::read_alert_info(std::vector<std::string_view>(16, "Bellcore-dr3")).size() <= 256);
}

TEST_CASE("a REFER's progress is read from its fragment") {
    CHECK(sip::sipfrag_status("message/sipfrag;version=2.0", "SIP/2.0 200 OK\r\n") == 200u);
    CHECK(sip::sipfrag_status("Message/SIPfrag", "sip/2.0 486 Busy") == 486u);
    CHECK(sip::sipfrag_status("message/sipfrag", "SIP/2.0 100") == 100u);
    CHECK_FALSE(sip::sipfrag_status("text/plain", "SIP/2.0 200 OK"));
    CHECK_FALSE(sip::sipfrag_status("message/sipfrag", "SIP/2.0 2"));
    CHECK_FALSE(sip::sipfrag_status("message/sipfrag", "SIP/2.0 999 X"));
    CHECK_FALSE(sip::sipfrag_status("message/sipfrag", "SIP/2.0 20x X"));
    CHECK_FALSE(sip::sipfrag_status("message/sipfrag", ""));
    CHECK_FALSE(sip::sipfrag_status("message/sipfrag", "SIP/2.0 200 " + std::string(5000, 'x')));
}

TEST_CASE("a hook flash comes in several spellings") {
    CHECK(sip::info_flash("application/dtmf-relay", "Signal=hf\r\nDuration=500\r\n"));
    CHECK(sip::info_flash("Application/DTMF-Relay;x=y", "signal = Flash"));
    CHECK(sip::info_flash("application/dtmf-relay", "Signal=16"));
    CHECK(sip::info_flash("application/dtmf-relay", "Signal=!"));
    CHECK(sip::info_flash("application/hook-flash", ""));
    CHECK_FALSE(sip::info_flash("application/dtmf-relay", "Signal=1"));
    CHECK_FALSE(sip::info_flash("application/dtmf-relay", "Duration=16"));
    CHECK_FALSE(sip::info_flash("application/dtmf", "hf"));
}

TEST_CASE("a Replaces value survives inside of a URI") {
    CHECK(sip::escape_header_value("a1-b@10.0.0.1;to-tag=x;from-tag=y z") ==
          "a1-b%4010.0.0.1%3Bto-tag%3Dx%3Bfrom-tag%3Dy%20z");
}

TEST_CASE("message summaries are read as far as they can be") {
    const auto full = sip::read_message_summary(
        "Messages-Waiting: yes\r\nMessage-Account: sip:201@pbx;transport=UDP\r\n"
        "Voice-Message: 2/8 (0/2)\r\nFax-Message: 7/9\r\n");
    REQUIRE(full);
    CHECK(full->waiting);
    CHECK(full->new_messages == 2);
    CHECK(full->old_messages == 8);
    CHECK(full->mailbox == "201");
    const auto none = sip::read_message_summary("messages-waiting:NO\n");
    REQUIRE(none);
    CHECK_FALSE(none->waiting);
    CHECK(none->new_messages == 0);
    const auto huge = sip::read_message_summary("Messages-Waiting: yes\r\nVoice-Message: 99999999999/70000");
    REQUIRE(huge);
    CHECK(huge->new_messages == 65535);
    CHECK(huge->old_messages == 65535);
    const auto odd =
        sip::read_message_summary("Messages-Waiting: yes\r\nVoice-Message: x/y\r\n:\r\nnone\r\n");
    REQUIRE(odd);
    CHECK(odd->waiting);
    CHECK(odd->new_messages == 0);
    CHECK_FALSE(sip::read_message_summary(""));
    CHECK_FALSE(sip::read_message_summary("Messages-Waiting: maybe\r\n"));
    CHECK_FALSE(sip::read_message_summary("Voice-Message: 2/8\r\nMessages-Waiting: yes\r\n"));
    CHECK_FALSE(sip::read_message_summary("Messages-Waiting: yes\r\n" + std::string(5000, 'a')));
}
