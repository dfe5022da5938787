#include <catch2/catch.hpp>

#include "open_metrics_faults.hpp"
#include "tipring/telemetry/open_metrics.hpp"

using namespace tipring;
using telemetry::OpenMetrics;

TEST_CASE(
    "OpenMetrics: families with type, unit and help, the suffix of counters, escaped labels, and the end") {
    OpenMetrics out;
    out.family(OpenMetrics::Type::gauge, "tipring_build_info", "", "What runs.");
    out.sample({{"version", "1.0"}}, 1);
    out.family(OpenMetrics::Type::counter, "tipring_calls", "", "Calls.");
    out.sample({{"name", "a \"b\" \\ c\nd"}, {"span", "1"}}, 18446744073709551615U);
    out.family(OpenMetrics::Type::gauge, "tipring_span_day_seconds", "seconds", "Two\nlines.");
    out.sample({}, 0);
    const auto text = std::move(out).finish();
    CHECK(test::open_metrics_faults(text) == "");
    CHECK(text ==
          "# TYPE tipring_build_info gauge\n"
          "# HELP tipring_build_info What runs.\n"
          "tipring_build_info{version=\"1.0\"} 1\n"
          "# TYPE tipring_calls counter\n"
          "# HELP tipring_calls Calls.\n"
          "tipring_calls_total{name=\"a \\\"b\\\" \\\\ c\\nd\",span=\"1\"} 18446744073709551615\n"
          "# TYPE tipring_span_day_seconds gauge\n"
          "# UNIT tipring_span_day_seconds seconds\n"
          "# HELP tipring_span_day_seconds Two\\nlines.\n"
          "tipring_span_day_seconds 0\n"
          "# EOF\n");
}

TEST_CASE("OpenMetrics: what a reader would refuse is found") {
    const std::string head = "# TYPE a counter\n# HELP a A.\n";
    CHECK(test::open_metrics_faults(head + "a_total 1\n# EOF\n") == "");
    CHECK(test::open_metrics_faults(head + "a 1\n# EOF\n") == "of another family: a 1\n");
    CHECK(test::open_metrics_faults("a_total 1\n" + head + "# EOF\n") == "of another family: a_total 1\n");
    CHECK(test::open_metrics_faults(head + head + "# EOF\n") == "a family again: # TYPE a counter\n");
    CHECK(test::open_metrics_faults(head + "a_total{b=\"c\"} 1\na_total{b=\"c\"} 2\n# EOF\n") ==
          "a series again: a_total{b=\"c\"} 2\n");
    CHECK(test::open_metrics_faults(head + "# EOF\na_total 1\n") == "after the end: a_total 1\n");
    CHECK(test::open_metrics_faults(head) == "no end\n");
}
