// Headers and small bodies (call_headers.hpp). Pure. Thread: any.
#include "call_headers.hpp"

#include <algorithm>
#include <charconv>

#include "header_text.hpp"
#include "tipring/base/text.hpp"

namespace tipring::sip {
namespace {

using call::DivertReason;

constexpr std::size_t longest_alert_info = 256;
constexpr std::size_t longest_field = 4096;
constexpr std::size_t longest_body = 1024;
constexpr std::size_t most_history_entries = 64;
constexpr std::size_t deepest_index = 16;
/// The largest `counter` (RFC 5806: two digits).
constexpr unsigned most_counted = 99;

/// A name-addr or addr-spec with its parameters, taken apart.
struct Value {
    std::string_view uri;
    std::string_view parameters;  ///< what follows the address, from the first ';' on
};

/// Where the quoted string that begins at `start` ends, or npos.
std::size_t end_of_quotes(std::string_view text, std::size_t start) {
    for (std::size_t i = start + 1; i < text.size(); ++i) {
        if (text[i] == '\\') {
            ++i;
        } else if (text[i] == '"') {
            return i;
        }
    }
    return std::string_view::npos;
}

std::optional<Value> take_apart(std::string_view text) {
    std::size_t start = 0;
    if (!text.empty() && text.front() == '"') {
        start = end_of_quotes(text, 0);
        if (start == std::string_view::npos) return std::nullopt;
    }
    const auto open = text.find('<', start);
    if (open == std::string_view::npos) {
        const auto end = std::min(text.find(';'), text.size());
        return Value{base::trim(text.substr(0, end)), text.substr(end)};
    }
    const auto close = text.find('>', open);
    if (close == std::string_view::npos) return std::nullopt;
    return Value{text.substr(open + 1, close - open - 1), text.substr(close + 1)};
}

/// The value of one of `parameters` (separated by `separator`), without quotes; "" when it is not there.
std::string_view parameter(std::string_view parameters, std::string_view name, char separator = ';') {
    for (const auto part : base::split(parameters, separator)) {
        const auto equals = part.find('=');
        if (equals == std::string_view::npos ||
            !base::equal_ignoring_case(base::trim(part.substr(0, equals)), name))
            continue;
        auto value = base::trim(part.substr(equals + 1));
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        return value;
    }
    return {};
}

std::optional<unsigned> number_of(std::string_view text) {
    unsigned number = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || stop != text.data() + text.size()) return std::nullopt;
    return number;
}

bool is(std::string_view word, std::string_view wanted) {
    return base::equal_ignoring_case(word, wanted);
}

DivertReason reason_of_word(std::string_view word) {
    if (is(word, "user-busy")) return DivertReason::busy;
    if (is(word, "no-answer")) return DivertReason::no_answer;
    if (is(word, "deflection")) return DivertReason::deflection;
    if (is(word, "out-of-service") || is(word, "unavailable")) return DivertReason::out_of_order;
    if (is(word, "unknown")) return DivertReason::unknown;
    return DivertReason::unconditional;
}

std::string_view word_of(DivertReason reason) {
    switch (reason) {
        case DivertReason::busy:
            return "user-busy";
        case DivertReason::no_answer:
            return "no-answer";
        case DivertReason::deflection:
            return "deflection";
        case DivertReason::out_of_order:
            return "out-of-service";
        case DivertReason::unknown:
            return "unknown";
        case DivertReason::unconditional:
            break;
    }
    return "unconditional";
}

/// RFC 4458 2 and, for the answers that make a server try elsewhere, RFC 3261 21.
DivertReason reason_of_status(unsigned status) {
    if (status == 486 || status == 600) return DivertReason::busy;
    if (status == 408 || status == 480 || status == 487) return DivertReason::no_answer;
    return DivertReason::unconditional;
}

/// RFC 4458 2.
unsigned status_of(DivertReason reason) {
    switch (reason) {
        case DivertReason::busy:
            return 486;
        case DivertReason::no_answer:
            return 408;
        case DivertReason::deflection:
            return 480;
        case DivertReason::out_of_order:
            return 503;
        case DivertReason::unknown:
            return 404;
        case DivertReason::unconditional:
            break;
    }
    return 302;
}

/// Q.850 2.2.
DivertReason reason_of_q850(unsigned cause) {
    if (cause == 17) return DivertReason::busy;
    if (cause == 18 || cause == 19) return DivertReason::no_answer;
    return DivertReason::unconditional;
}

/// What one hi-entry says.
struct HistoryEntry {
    call::Diversion from;                         ///< for who stands in it; without a reason yet
    std::optional<DivertReason> left_because;     ///< the call was sent on from here
    std::optional<DivertReason> reached_because;  ///< it was sent on to here
    std::vector<unsigned> index;                  ///< "1.2.1" as numbers; empty: none that can be read
    std::vector<unsigned> mapped_from;            ///< `mp`: the entry that led here
};

std::optional<DivertReason> reason_in(std::string_view reason_header) {
    const auto cause = number_of(parameter(reason_header, "cause"));
    if (!cause) return std::nullopt;
    const auto protocol = base::trim(reason_header.substr(0, reason_header.find(';')));
    if (is(protocol, "SIP")) return reason_of_status(*cause);
    if (is(protocol, "Q.850")) return reason_of_q850(*cause);
    return std::nullopt;
}

bool is_nobody(std::string_view uri, std::string_view user) {
    const auto at = uri.find('@');
    return is(user, anonymous_user) ||
           (at != std::string_view::npos &&
            is(uri.substr(at + 1, uri.find_first_of(";?:>", at) - at - 1), anonymous_host));
}

/// Who sent a call on, as `name_addr` with this URI names him.
call::Diversion diverter(std::string_view name_addr, std::string_view uri, bool hidden) {
    call::Diversion diversion;
    diversion.number = split_name_addr(name_addr).user;
    if (is_nobody(uri, diversion.number)) diversion.number.clear();
    if (hidden || diversion.number.empty()) diversion.presentation = call::Presentation::restricted;
    return diversion;
}

/// RFC 5806: one or two digits.
unsigned counter_of(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos) return 1;
    return std::clamp(number_of(text).value_or(most_counted), 1U, most_counted);
}

/// Those that there is no room for still count.
void keep(std::vector<call::Diversion>& diversions, call::Diversion next) {
    if (diversions.size() < most_kept_diversions) return diversions.push_back(std::move(next));
    auto& last = diversions.back();
    last.counter = std::min(last.counter + std::min(next.counter, most_counted), most_counted);
}

/// RFC 7044 10.3; empty when it is not numbers and dots.
std::vector<unsigned> index_of(std::string_view text) {
    std::vector<unsigned> index;
    for (const auto part : base::split(text, '.')) {
        const auto number = number_of(part);
        if (!number || index.size() == deepest_index) return {};
        index.push_back(*number);
    }
    return index;
}

std::optional<HistoryEntry> read_entry(std::string_view text) {
    const auto value = take_apart(text);
    if (!value) return std::nullopt;
    HistoryEntry entry;
    const auto question = std::min(value->uri.find('?'), value->uri.size());
    const auto address = value->uri.substr(0, question);
    const auto headers = value->uri.substr(std::min(question + 1, value->uri.size()));
    const bool hidden = is(percent_decoded(parameter(headers, "Privacy", '&')), "history");
    entry.from = diverter("<" + std::string(address) + ">", address, hidden);
    const auto reason = percent_decoded(parameter(headers, "Reason", '&'));
    if (!reason.empty()) entry.left_because = reason_in(reason);
    const auto at = address.find('@');
    if (at != std::string_view::npos) {
        if (const auto cause = number_of(parameter(address.substr(at), "cause")))
            entry.reached_because = reason_of_status(*cause);
    }
    entry.index = index_of(parameter(value->parameters, "index"));
    entry.mapped_from = index_of(parameter(value->parameters, "mp"));
    return entry;
}

std::vector<HistoryEntry> read_entries(const std::vector<std::string_view>& fields) {
    std::vector<HistoryEntry> entries;
    for (const auto field : fields) {
        for (const auto text : list_values(field, most_history_entries)) {
            if (auto entry = read_entry(text); entry && entries.size() < most_history_entries)
                entries.push_back(std::move(*entry));
        }
    }
    const auto has_index = [](const HistoryEntry& entry) { return !entry.index.empty(); };
    const auto earlier = [](const HistoryEntry& a, const HistoryEntry& b) { return a.index < b.index; };
    if (std::all_of(entries.begin(), entries.end(), has_index))
        std::stable_sort(entries.begin(), entries.end(), earlier);
    return entries;
}

/// The entry that led to the one at `place`: the one that it names, or else the one before it; entries.size()
/// for none.
std::size_t source_of(const std::vector<HistoryEntry>& entries, std::size_t place) {
    const auto& wanted = entries[place].mapped_from;
    for (std::size_t i = 0; !wanted.empty() && i < entries.size(); ++i) {
        if (i != place && entries[i].index == wanted) return i;
    }
    return place > 0 ? place - 1 : entries.size();
}

bool is_unreserved(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("-_.!~*'()").find(c) != std::string_view::npos;
}

std::string type_of(std::string_view content_type) {
    return base::lower(base::trim(content_type.substr(0, content_type.find(';'))));
}

}  // namespace

std::vector<std::string_view> list_values(std::string_view text, std::size_t limit) {
    std::vector<std::string_view> values;
    text = text.substr(0, longest_field);
    std::size_t start = 0;
    bool bracket = false;
    for (std::size_t i = 0; i <= text.size() && values.size() < limit; ++i) {
        if (i == text.size() || (text[i] == ',' && !bracket)) {
            if (const auto value = base::trim(text.substr(start, i - start)); !value.empty())
                values.push_back(value);
            start = i + 1;
        } else if (text[i] == '"' && !bracket) {
            i = end_of_quotes(text, i);
            if (i == std::string_view::npos) break;
        } else if (text[i] == '<' || text[i] == '>') {
            bracket = text[i] == '<';
        }
    }
    return values;
}

std::string alert_info_text(std::string_view text) {
    std::string clean;
    for (const char c : base::trim(text).substr(0, longest_alert_info)) {
        const auto u = static_cast<unsigned char>(c);
        if (u >= 0x20 && u != 0x7f) clean += c;
    }
    return clean;
}

std::string read_alert_info(const std::vector<std::string_view>& fields) {
    std::string all;
    for (const auto field : fields) {
        for (const auto value : list_values(field)) {
            if (value.size() > longest_alert_info) continue;
            auto text = alert_info_text(value);
            if (text.empty()) continue;
            if (!all.empty()) text.insert(0, ", ");
            if (all.size() + text.size() <= longest_alert_info) all += text;
        }
    }
    return all;
}

std::vector<call::Diversion> read_diversions(const std::vector<std::string_view>& fields) {
    std::vector<call::Diversion> diversions;
    for (const auto field : fields) {
        for (const auto text : list_values(field)) {
            const auto value = take_apart(text);
            if (!value || value->uri.find(':') == std::string_view::npos) continue;
            // "name" hides a name, and none is carried.
            const auto privacy = parameter(value->parameters, "privacy");
            const bool hidden = !privacy.empty() && !is(privacy, "off") && !is(privacy, "name");
            auto diversion = diverter(text, value->uri, hidden);
            diversion.reason = reason_of_word(parameter(value->parameters, "reason"));
            diversion.counter = counter_of(parameter(value->parameters, "counter"));
            keep(diversions, std::move(diversion));
        }
    }
    return diversions;
}

std::vector<call::Diversion> read_history(const std::vector<std::string_view>& fields) {
    auto entries = read_entries(fields);
    // Both ways of telling it may stand side by side; the entry's own Reason came first.
    for (std::size_t place = 0; place < entries.size(); ++place) {
        const auto source = source_of(entries, place);
        if (source < entries.size() && entries[place].reached_because && !entries[source].left_because)
            entries[source].left_because = entries[place].reached_because;
    }
    std::vector<call::Diversion> diversions;
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
        if (!entry->left_because) continue;
        entry->from.reason = *entry->left_because;
        keep(diversions, std::move(entry->from));
    }
    return diversions;
}

std::string diversion_value(const std::vector<call::Diversion>& diversions, const std::string& host) {
    std::vector<call::Diversion> kept;
    for (const auto& diversion : diversions)
        keep(kept, diversion);
    std::string values;
    for (const auto& diversion : kept) {
        const bool known = !diversion.number.empty();
        if (!values.empty()) values += ", ";
        values += base::format("<sip:{}@{}>;reason={};counter={}",
                               known ? escape_user(diversion.number) : anonymous_user,
                               known ? uri_host(host) : anonymous_host, word_of(diversion.reason),
                               std::clamp(diversion.counter, 1U, most_counted));
        if (!known || diversion.presentation == call::Presentation::restricted) values += ";privacy=full";
    }
    return values;
}

std::string history_value(const std::vector<call::Diversion>& diversions, const std::string& called,
                          const std::string& host) {
    if (diversions.empty()) return {};
    std::string values, index = "1", cause;
    // The oldest comes first, and each cause stands with whom the call was sent on to.
    const auto add = [&](const std::string& user, const std::string& at, bool hidden) {
        if (!values.empty()) {
            values += ", ";
            cause = ";cause=" + cause;
        }
        values += base::format("<sip:{}@{}{}{}>;index={}", user, at, cause, hidden ? "?Privacy=history" : "",
                               index);
        if (index.size() > 1) values += ";mp=" + index.substr(0, index.size() - 2);
        index += ".1";
    };
    const auto kept = std::min(diversions.size(), most_kept_diversions);
    for (std::size_t i = kept; i-- > 0;) {
        const auto& diversion = diversions[i];
        const bool known = !diversion.number.empty();
        add(known ? escape_user(diversion.number) : std::string(anonymous_user),
            known ? uri_host(host) : std::string(anonymous_host),
            !known || diversion.presentation == call::Presentation::restricted);
        cause = std::to_string(status_of(diversion.reason));
    }
    add(escape_user(called), uri_host(host), false);
    return values;
}

call::UserToUser read_user_to_user(const std::vector<std::string_view>& fields) {
    constexpr std::size_t longest_hex = 2 * (call::longest_user_to_user + 1);
    for (const auto field : fields) {
        for (const auto value : list_values(field, 4)) {
            const auto semicolon = std::min(value.find(';'), value.size());
            const auto parameters = value.substr(semicolon);
            const auto encoding = parameter(parameters, "encoding");
            const auto purpose = parameter(parameters, "purpose");
            if (!encoding.empty() && !is(encoding, "hex")) continue;
            if (!purpose.empty() && !is(purpose, "isdn-uui")) continue;
            auto hex = base::trim(value.substr(0, semicolon));
            if (hex.size() >= 2 && hex.front() == '"' && hex.back() == '"')
                hex = hex.substr(1, hex.size() - 2);
            if (hex.empty() || hex.size() % 2 != 0 || hex.size() > longest_hex) continue;
            call::UserToUser user;
            bool good = true;
            for (std::size_t i = 0; i < hex.size() && good; i += 2) {
                unsigned octet = 0;
                const auto [stop, error] = std::from_chars(hex.data() + i, hex.data() + i + 2, octet, 16);
                good = error == std::errc{} && stop == hex.data() + i + 2;
                if (i == 0) {
                    user.discriminator = static_cast<std::uint8_t>(octet);
                } else {
                    user.data += static_cast<char>(octet);
                }
            }
            if (good) return user;
        }
    }
    return {};
}

std::string user_to_user_value(const call::UserToUser& user) {
    if (user.empty()) return {};
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    const auto add = [&](std::uint8_t octet) {
        hex += digits[octet >> 4U];
        hex += digits[octet & 0x0fU];
    };
    add(user.discriminator);
    for (const char octet : user.data.substr(0, call::longest_user_to_user))
        add(static_cast<std::uint8_t>(octet));
    return hex + ";encoding=hex;purpose=isdn-uui";
}

std::optional<unsigned> sipfrag_status(std::string_view content_type, std::string_view body) {
    if (type_of(content_type) != "message/sipfrag" || body.size() > longest_body) return std::nullopt;
    const std::string_view version = "SIP/2.0 ";
    constexpr std::size_t digits = 3;
    if (body.size() < version.size() + digits || !is(body.substr(0, version.size()), version))
        return std::nullopt;
    const auto status = number_of(body.substr(version.size(), digits));
    return status && *status >= 100 && *status < 700 ? status : std::nullopt;
}

bool info_flash(std::string_view content_type, std::string_view body) {
    const auto type = type_of(content_type);
    if (type == "application/hook-flash") return true;
    if (type != "application/dtmf-relay" || body.size() > longest_body) return false;
    for (const auto line : base::split(body, '\n')) {
        const auto equals = line.find('=');
        if (equals == std::string_view::npos || !is(base::trim(line.substr(0, equals)), "signal")) continue;
        const auto signal = base::trim(line.substr(equals + 1));
        return is(signal, "hf") || is(signal, "flash") || signal == "16" || signal == "!";
    }
    return false;
}

std::string escape_header_value(std::string_view text) {
    return percent_encoded(text, is_unreserved);
}

}  // namespace tipring::sip
