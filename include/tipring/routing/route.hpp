// Route choice as a pure function: from called number and source to an ordered list of destinations. Thread:
// any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/result.hpp"

namespace tipring::routing {

enum class DestinationKind { sip, port, group, span };

/// `name`: the SIP account, the port's number, the group's name or the span's name.
struct Destination {
    DestinationKind kind = DestinationKind::sip;
    std::string name;
    friend bool operator==(const Destination&, const Destination&) = default;
};

std::string to_text(const Destination& destination);

/// The kind of line behind a source of kind port.
enum class LineKind { none, fxs, fxo };

/// Where a call comes from. `name` as in Destination; `group`: the port's group, if any.
struct Source {
    DestinationKind kind = DestinationKind::sip;
    std::string name;
    std::string group;
    LineKind line = LineKind::none;  ///< needed for the filters "fxs" and "fxo"
};

/// "port 201 (fxs, group city)".
std::string to_text(const Source& source);

/// First match wins. Patterns: 0-9 * # A-D and "+" as they are, "x" any digit, "[2-9]" one of a set, and at
/// the end "." for the rest (one or more of anything).
struct RouteRule {
    std::string name;
    std::string called;  ///< pattern; empty: any number
    std::vector<std::string>
        from;  ///< "sip", "sip office", "port 201", "group city", "span 1", "fxs", "fxo"; empty: any source
    unsigned strip = 0;           ///< digits taken off the front (all of a shorter number)
    std::string prefix;           ///< put in front afterwards
    std::vector<Destination> to;  ///< tried in this order
};

struct Query {
    std::string called;
    std::string caller;
    Source source;
};

struct Step {
    Destination destination;
    std::string called;  ///< rewritten number for this destination
};

struct Decision {
    std::vector<Step> steps;               ///< empty: no route (cause 3)
    std::string rule;                      ///< name of the rule that matched, "" when none
    std::vector<std::string> explanation;  ///< one line a rule: why it matched or not
};

/// The error names the position. "" is right: any number.
base::Result<void> check_pattern(std::string_view pattern);
/// False for a wrong pattern. Time grows with the length of the number, never faster.
bool matches(std::string_view pattern, std::string_view number);
/// The first rule whose pattern and source fit; later ones are not tried, and the explanation ends with it.
Decision decide(const std::vector<RouteRule>& rules, const Query& query);

}  // namespace tipring::routing
