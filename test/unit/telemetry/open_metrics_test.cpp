#include <catch2/catch.hpp>

#include "tipring/telemetry/open_metrics.hpp"

using tipring::telemetry::OpenMetrics;

TEST_CASE(
    "OpenMetrics: families with type, unit and help, the suffix of counters, escaped labels, and the end") {
    OpenMetrics out;
    out.family(OpenMetrics::Type::gauge, "tipring_build_info", "", "What runs.");
    out.sample({{"version", "1.0"}}, 1);
    out.family(OpenMetrics::Type::counter, "tipring_calls", "", "Calls.");
    out.sample({{"name", "a \"b\" \\ c\nd"}, {"span", "1"}}, 18446744073709551615U);
    out.family(OpenMetrics::Type::gauge, "tipring_span_day_seconds", "seconds", "Two\nlines.");
    out.sample({}, 0);
    CHECK(std::move(out).finish() ==
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
