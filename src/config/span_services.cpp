// spans: supplementary services.
#include "sections.hpp"

namespace tipring::config {

void read_span_services(Mapping& mapping, Span& span) {
    mapping.boolean("hold", span.hold);
    mapping.boolean("transfer", span.transfer);
    mapping.whole("call_waiting", 0, 30, span.call_waiting);
    mapping.boolean("aoc", span.advice_of_charge);
    mapping.boolean("malicious_call", span.malicious_call);
}

}  // namespace tipring::config
