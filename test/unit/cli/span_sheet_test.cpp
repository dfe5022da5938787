// The sheet of a span.
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <string>

#include "render.hpp"

using boost::json::parse;

TEST_CASE("a span as a sheet with its channels") {
    const auto sheet = tipring::cli::render_span(parse(
        R"({"span":1,"name":"main","label":"City","side":"user","switch":"national","missing":false,"layer1_up":true,
            "d_channel_up":false,"in_use":1,"idle":0,"calls_in":4,"calls_out":5,"d_channel_losses":2,"restarts":30,
            "restart_failures":1,"repairs":3,"service_messages":true,"last_error":"layer 1 alarm","bearers":[
            {"timeslot":1,"channel":32,"state":"in_use","call":7,"out_here":true,"out_remote":false,"removed":false},
            {"timeslot":2,"channel":33,"state":"out_of_service_remote","call":0,"out_here":false,"out_remote":true,"removed":false},
            {"timeslot":3,"channel":34,"state":"out_of_service","call":0,"out_here":true,"out_remote":true,"removed":false},
            {"timeslot":4,"channel":35,"state":"out_of_service","call":0,"out_here":true,"out_remote":false,"removed":true},
            {"timeslot":5,"channel":36,"state":"idle","call":0}]})"));
    INFO(sheet);
    const auto has = [&sheet](const std::string& part) { return sheet.find(part) != std::string::npos; };
    CHECK(has("1, main (City)"));
    CHECK(has("national, user side, with SERVICE messages"));
    CHECK(has("layer 1 up, D-channel DOWN, lost 2 times"));
    CHECK(has("30 acknowledged, 1 NOT"));
    CHECK(has("layer 1 alarm"));
    CHECK(has("       1       32  in use                 out   "));
    CHECK(has("out of service remote  out, by the other side"));
    CHECK(has("out, here and by the other side"));
    CHECK(has("removed by the driver"));
    CHECK(has("       5       36  idle                   in   "));
    CHECK(tipring::cli::render_span_restart(parse(R"({"channels":1})")) == "RESTART for 1 channel\n");
    CHECK(tipring::cli::render_span_restart(parse(R"({"channels":29})")) == "RESTART for 29 channels\n");
    CHECK(tipring::cli::render_span(parse(R"({"span":2,"name":"2","missing":true})")).find("MISSING") !=
          std::string::npos);
}
