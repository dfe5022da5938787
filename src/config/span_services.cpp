// spans: supplementary services.
#include "sections.hpp"

namespace tipring::config {

void read_span_services(Mapping& mapping, Span& span) {
    mapping.boolean("hold", span.hold);
    mapping.boolean("transfer", span.transfer);
    if (span.transfer && span.switch_type == SwitchType::qsig)
        mapping.problem_at("transfer", "this switch type has none here", "leave it out");
    // Users ask for transfers, and libpri understands only EuroISDN's.
    else if (span.transfer && span.side == SpanSide::network && span.switch_type != SwitchType::euroisdn)
        mapping.problem_at("transfer", "with side: network only EuroISDN has it", "leave it out");
    mapping.whole("call_waiting", 0, 30, span.call_waiting);
    mapping.boolean("aoc", span.advice_of_charge);
    mapping.boolean("malicious_call", span.malicious_call);
    if (span.malicious_call && span.switch_type != SwitchType::euroisdn)
        mapping.problem_at("malicious_call", "only EuroISDN has it", "leave it out, or set switch: euroisdn");
}

}  // namespace tipring::config
