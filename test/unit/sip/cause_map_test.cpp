// Causes and answers, both ways, and the Reason header.
#include <catch2/catch.hpp>

#include "back_off.hpp"
#include "cause_map.hpp"

using namespace tipring;

TEST_CASE("final answers become causes by RFC 3398") {
    CHECK(sip::cause_of_status(486, "Busy Here").value == call::q850::user_busy);
    CHECK(sip::cause_of_status(404, "Not Found").value == call::q850::unallocated_number);
    CHECK(sip::cause_of_status(503, "Service Unavailable").value == call::q850::temporary_failure);
    CHECK(sip::cause_of_status(403, "Forbidden").value == call::q850::call_rejected);
    CHECK(sip::cause_of_status(480, "x").value == call::q850::no_user_responding);
    CHECK(sip::cause_of_status(499, "x").value == call::q850::temporary_failure);
    CHECK(sip::cause_of_status(580, "x").value == call::q850::temporary_failure);
    CHECK(sip::cause_of_status(699, "x").value == call::q850::user_busy);
    CHECK(sip::cause_of_status(608, "Rejected").value == call::q850::call_rejected);
    CHECK(sip::cause_of_status(302, "Moved").value == call::q850::interworking);
    CHECK(sip::cause_of_status(486, "Busy\nHere").detail == "SIP 486 Busy\\x0aHere");
}

TEST_CASE("a Q.850 Reason wins over the status") {
    CHECK(sip::cause_of_status(500, "x", "Q.850;cause=34;text=\"no circuit\"").value == 34);
    CHECK(sip::cause_of_status(486, "x", "SIP;cause=200").value == 17);
    CHECK(sip::reason_cause("SIP;cause=486, Q.850 ; cause=17") == std::uint8_t{17});
    CHECK_FALSE(sip::reason_cause("Q.850;cause=128"));
    CHECK_FALSE(sip::reason_cause("Q.850;cause=0"));
    CHECK_FALSE(sip::reason_cause("Q.850;cause=1x"));
    CHECK_FALSE(sip::reason_cause(""));
    CHECK(sip::reason_cause(sip::reason_text({21, call::Location::user, ""})) == std::uint8_t{21});
}

TEST_CASE("a Reason keeps the location of its cause (RFC 8606)") {
    using call::Location;
    struct Row {
        Location location;
        const char* word;
    };
    for (const auto& row : {Row{Location::user, "U"}, Row{Location::private_local, "LPN"},
                            Row{Location::public_local, "LN"}, Row{Location::transit, "TN"},
                            Row{Location::public_remote, "RLN"}, Row{Location::private_remote, "RPN"},
                            Row{Location::international, "INTL"}, Row{Location::beyond_interworking, "BI"}}) {
        const auto text = sip::reason_text({16, row.location, ""});
        CHECK(text.find(";location=" + std::string(row.word) + ";") != std::string::npos);
        CHECK(sip::reason_location(text) == row.location);
        CHECK(sip::cause_of_status(480, "x", text).location == row.location);
    }
    CHECK(sip::reason_text({16, Location::public_local, ""}) ==
          "Q.850;cause=16;location=LN;text=\"normal clearing\"");
    CHECK(sip::reason_location("SIP;cause=486;location=U, q.850;text=\"a;location=U\";cause=1;LOCATION=tn") ==
          Location::transit);
    for (const auto* none :
         {"Q.850;cause=16", "Q.850;cause=16;location=", "Q.850;cause=16;location=LOC-6", "Q.850;location=LN",
          "SIP;cause=16;location=LN", "Q.850;cause=16;text=\";location=LN"}) {
        CAPTURE(none);
        CHECK_FALSE(sip::reason_location(none));
    }
    CHECK(sip::cause_of_status(486, "x", "Q.850;cause=17").location == Location::public_remote);
}

TEST_CASE("the operator's own table comes before ours, and a Reason before both") {
    config::CauseOverrides own;
    own.to_sip = {{17, 600}, {21, 433}};
    own.to_isdn = {{486, 34}, {302, 23}};
    CHECK(sip::status_of_cause({17, call::Location::user, ""}, own) == 600);
    CHECK(sip::status_of_cause({21, call::Location::user, ""}, own) == 433);
    CHECK(sip::status_of_cause({19, call::Location::user, ""}, own) == 480);
    CHECK(std::string(sip::phrase_of(433)) == "Anonymity Disallowed");
    CHECK(sip::cause_of_status(486, "Busy", {}, own).value == 34);
    CHECK(sip::cause_of_status(302, "Moved", {}, own).value == 23);
    CHECK(sip::cause_of_status(404, "No", {}, own).value == 1);
    CHECK(sip::cause_of_status(486, "Busy", "Q.850;cause=17", own).value == 17);
}

TEST_CASE("every cause has a final answer of 4xx to 6xx with a phrase") {
    for (unsigned value = 1; value <= 127; ++value) {
        const auto status =
            sip::status_of_cause({static_cast<std::uint8_t>(value), call::Location::public_local, ""});
        CAPTURE(value, status);
        CHECK(status >= 400);
        CHECK(status < 700);
        CHECK(std::string(sip::phrase_of(status)) != "Failure");
    }
    CHECK(sip::status_of_cause({call::q850::user_busy, call::Location::user, ""}) == 486);
    CHECK(sip::status_of_cause({call::q850::unallocated_number, call::Location::user, ""}) == 404);
    CHECK(sip::status_of_cause({call::q850::no_answer, call::Location::user, ""}) == 480);
    CHECK(sip::status_of_cause({call::q850::no_circuit_available, call::Location::user, ""}) == 503);
    CHECK(sip::status_of_cause({call::q850::call_rejected, call::Location::user, ""}) == 603);
    CHECK(sip::status_of_cause({call::q850::call_rejected, call::Location::transit, ""}) == 403);
}

TEST_CASE("back-off doubles up to its limit, with jitter, and can be reset") {
    sip::BackOff back_off(std::chrono::seconds(5), std::chrono::seconds(300));
    CHECK(back_off.next(0.5) == std::chrono::seconds(5));
    CHECK(back_off.next(0.5) == std::chrono::seconds(10));
    CHECK(back_off.next(0.0) == std::chrono::seconds(15));
    for (int i = 0; i < 20; ++i)
        back_off.next(0.5);
    CHECK(back_off.next(0.5) == std::chrono::seconds(300));
    CHECK(back_off.next(0.99) < std::chrono::seconds(376));
    back_off.reset();
    CHECK(back_off.next(0.5) == std::chrono::seconds(5));
}
