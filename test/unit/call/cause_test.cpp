// Q.850 names, and which causes let the next destination be tried.
#include "tipring/call/cause.hpp"

#include <catch2/catch.hpp>

using namespace tipring::call;

TEST_CASE("causes have their Q.850 names") {
    CHECK(description(q850::user_busy) == "user busy");
    CHECK(description(q850::normal_clearing) == "normal clearing");
    CHECK(description(q850::interworking) == "interworking, unspecified");
    CHECK(description(98) == "message not compatible with call state or not implemented");
    CHECK(description(103) == "parameter not implemented, passed on");
    CHECK(description(110) == "message with unrecognized parameter discarded");
    CHECK(description(0) == "unknown cause");
    CHECK(description(126) == "unknown cause");
    CHECK(to_text(Cause{16, Location::user, ""}) == "16 (normal clearing)");
    CHECK(to_text(Cause{17, Location::user, "SIP 486\r\nBusy"}) == "17 (user busy: SIP 486\\x0d\\x0aBusy)");
}

TEST_CASE("trouble on the way lets the next destination be tried, an answer of the party does not") {
    for (const auto value :
         {q850::no_route_to_destination, q850::destination_out_of_order, q850::no_circuit_available,
          q850::network_out_of_order, q850::temporary_failure, q850::congestion,
          q850::requested_circuit_unavailable, q850::bearer_not_available, q850::recovery_on_timer_expiry,
          q850::protocol_error, q850::interworking}) {
        CAPTURE(int{value});
        CHECK(may_try_next({value, Location::user, ""}));
    }
    for (const auto value :
         {q850::unallocated_number, q850::normal_clearing, q850::user_busy, q850::no_user_responding,
          q850::no_answer, q850::call_rejected, q850::number_changed, q850::invalid_number_format,
          q850::normal_unspecified, q850::incompatible_destination}) {
        CAPTURE(int{value});
        CHECK_FALSE(may_try_next({value, Location::user, ""}));
    }
    // Values that the table has not got follow their class.
    CHECK_FALSE(may_try_next({15, Location::user, ""}));
    CHECK(may_try_next({45, Location::user, ""}));
    CHECK(may_try_next({126, Location::user, ""}));
}
