// The verdict on a line's health, as a table: what is seen, and what to do about it. Thread: core.
#include <algorithm>

#include "tipring/base/text.hpp"
#include "tipring/isdn/line_health.hpp"

namespace tipring::isdn {
namespace {

using hardware::SpanAlarm;

/// What the conditions of the table look at.
struct Findings {
    const HealthInterval& day;
    const HealthState& now;

    bool in(SpanAlarm alarm) const { return now.alarms.has(alarm); }
    bool was_in(SpanAlarm alarm) const { return day.alarm(alarm) > 0; }
    bool some(HealthCount count) const { return day.count(count) > 0; }
    /// ITU-T G.822, table 1: up to five in 24 hours are a connection in order.
    bool slips() const {
        constexpr unsigned in_order = 5;
        return day.count(HealthCount::slips) > in_order;
    }
    bool red() const { return in(SpanAlarm::los) || in(SpanAlarm::lfa) || in(SpanAlarm::red); }
    bool was_red() const {
        return was_in(SpanAlarm::los) || was_in(SpanAlarm::lfa) || was_in(SpanAlarm::red);
    }
    bool violations() const { return some(HealthCount::bipolar_violations); }
    bool crc() const { return some(HealthCount::crc_errors); }
    /// Nothing is wrong with the line itself, in either direction.
    bool line_well() const {
        return !was_red() && !was_in(SpanAlarm::ais) && !was_in(SpanAlarm::rai) &&
               !was_in(SpanAlarm::loopback) && day.errored == 0 && day.unavailable == 0 &&
               !some(HealthCount::e_bits);
    }
    bool counts_errors() const {
        return day.counts_it(HealthCount::bipolar_violations) || day.counts_it(HealthCount::crc_errors);
    }
};

struct Rule {
    bool (*applies)(const Findings&);
    std::string_view words;  ///< {} is the span
};

constexpr unsigned least_seconds = 60;

/// The most urgent first. Alarms stand for the errors that come with them.
constexpr Rule rules[] = {
    {[](const Findings& f) { return f.in(SpanAlarm::loopback); },
     "a loop is set on span {}: it carries no calls; take it away with: tipringctl span {} loop off"},
    {[](const Findings& f) { return f.in(SpanAlarm::los); },
     "no signal on span {} (LOS): check the cable, the plug, the receive pair, and that the far end is "
     "switched on"},
    {[](const Findings& f) { return f.in(SpanAlarm::lfa); },
     "a signal without frame alignment on span {} (LFA): check framing and CRC-4 of both ends"},
    {[](const Findings& f) { return f.in(SpanAlarm::red); },
     "red alarm on span {}: no usable signal; check the cable, then framing and line coding of both ends"},
    {[](const Findings& f) { return f.in(SpanAlarm::ais); },
     "all ones on span {} (AIS): the network has lost its own signal before us; report it to the operator of "
     "the line"},
    {[](const Findings& f) { return f.in(SpanAlarm::rai) && !f.red(); },
     "RAI only on span {}: the far end does not hear us: check the transmit pair"},
    {[](const Findings& f) { return f.was_red() && !f.red(); },
     "span {} has lost its signal for a time: check the cable and its plugs; it may have been pulled"},
    {[](const Findings& f) { return f.was_in(SpanAlarm::ais) && !f.in(SpanAlarm::ais); },
     "the network sent all ones on span {} for a time (AIS): it was interrupted before us"},
    {[](const Findings& f) { return f.was_in(SpanAlarm::rai) && !f.in(SpanAlarm::rai) && !f.was_red(); },
     "the far end of span {} did not hear us for a time (RAI): check the transmit pair"},
    {[](const Findings& f) { return f.slips() && f.now.card_runs_free; },
     "slips on span {}: the card runs on its own clock; where the network gives the clock, set the timing in "
     "/etc/dahdi/system.conf to 1"},
    {[](const Findings& f) { return f.slips() && !f.now.card_runs_free; },
     "slips on span {}: check the clock source: of the two ends exactly one may give the clock, and all "
     "spans of a card "
     "follow one network"},
    {[](const Findings& f) { return f.crc() && !f.violations() && f.counts_errors() && !f.was_red(); },
     "CRC errors without bipolar violations on span {}: check the framing of both ends; where it is right "
     "the errors "
     "arise beyond the next section: report them to the operator of the line"},
    {[](const Findings& f) { return f.crc() && f.violations() && !f.was_red(); },
     "bipolar violations and CRC errors on span {}: the pair that we hear is disturbed: check cable, plugs "
     "and shield, "
     "and the impedance (75 or 120 ohm)"},
    {[](const Findings& f) { return f.violations() && !f.crc() && !f.was_red(); },
     "bipolar violations without damaged blocks on span {}: check the line coding of both ends (HDB3 or AMI, "
     "B8ZS or "
     "AMI)"},
    {[](const Findings& f) {
         return f.some(HealthCount::frame_errors) && !f.crc() && !f.violations() && !f.was_red();
     },
     "damaged frame alignment words on span {}: check framing and CRC-4 of both ends"},
    {[](const Findings& f) { return f.some(HealthCount::e_bits) && !f.crc() && !f.violations(); },
     "E-bits only on span {}: the far end gets our signal damaged: check the transmit pair"},
    {[](const Findings& f) { return f.some(HealthCount::d_channel_losses) && f.line_well(); },
     "the D-channel of span {} goes down while the line is well: check switch type and side of both ends, "
     "and whether the "
     "far end restarts"},
    {[](const Findings& f) { return f.some(HealthCount::d_channel_errors) && f.line_well(); },
     "damaged D-channel frames on span {} while the line is well: check which timeslot is the D-channel, and "
     "whether the "
     "machine serves the card's interrupts in time"},
    {[](const Findings& f) { return !f.now.alarms.any() && !f.now.d_channel_up; },
     "the line of span {} is up and its D-channel is down: check switch type, side (one end user, the other "
     "network) "
     "and the D-channel's timeslot"},
    {[](const Findings& f) { return f.day.unread > 0; },
     "the driver of span {} did not answer for a time: check the card and its module"},
};

std::string filled(std::string_view words, unsigned span) {
    return base::format(words, span, span);
}

}  // namespace

std::vector<std::string> health_verdict(unsigned span, const HealthInterval& day, const HealthState& now) {
    const Findings findings{day, now};
    std::vector<std::string> verdict;
    for (const auto& rule : rules) {
        if (rule.applies(findings)) verdict.push_back(filled(rule.words, span));
    }
    const bool nothing = verdict.empty();
    if (nothing && day.seconds < least_seconds) {
        verdict.push_back(
            filled("nothing wrong on span {} so far; it has been watched for less than a minute", span));
    } else if (nothing && findings.counts_errors()) {
        verdict.push_back(filled("span {} is clean", span));
    } else if (nothing) {
        verdict.push_back(filled("no alarm on span {}", span));
    }
    if (day.seconds > 0 && !findings.counts_errors())
        verdict.emplace_back("this driver counts no line errors: only alarms and the D-channel are judged");
    return verdict;
}

}  // namespace tipring::isdn
