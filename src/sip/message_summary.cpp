// Message summaries (message_summary.hpp). Pure. Thread: any.
#include "message_summary.hpp"

#include <algorithm>
#include <charconv>

#include "header_text.hpp"
#include "tipring/base/text.hpp"

namespace tipring::sip {
namespace {

constexpr std::size_t longest_summary = 4096;
constexpr unsigned most_messages = 65535;

/// Takes the number at the beginning of `text` away; digits without end count as the most.
std::optional<unsigned> take_count(std::string_view& text) {
    text = base::trim(text);
    unsigned count = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error == std::errc::invalid_argument) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    return error == std::errc{} ? std::min(count, most_messages) : most_messages;
}

/// "2/8 (0/2)": new and old ones; the urgent ones in brackets are among them.
bool take_counts(std::string_view text, MessageSummary& summary) {
    const auto fresh = take_count(text);
    text = base::trim(text);
    if (!fresh || text.empty() || text.front() != '/') return false;
    text.remove_prefix(1);
    const auto old = take_count(text);
    if (!old) return false;
    summary.new_messages = *fresh;
    summary.old_messages = *old;
    return true;
}

}  // namespace

std::optional<MessageSummary> read_message_summary(std::string_view text) {
    if (text.size() > longest_summary) return std::nullopt;
    MessageSummary summary;
    bool status = false;
    bool voice = false;
    for (const auto line : base::split(text, '\n')) {
        const auto colon = line.find(':');
        if (colon == std::string_view::npos) continue;
        const auto name = base::lower(base::trim(line.substr(0, colon)));
        const auto value = base::trim(line.substr(colon + 1));
        if (!status) {  // the first line, whatever comes later
            const bool yes = base::equal_ignoring_case(value, "yes");
            if (name != "messages-waiting" || (!yes && !base::equal_ignoring_case(value, "no")))
                return std::nullopt;
            summary.waiting = yes;
            status = true;
        } else if (name == "message-account" && summary.mailbox.empty()) {
            summary.mailbox = split_name_addr(value).user;
        } else if (name == "voice-message") {
            voice = take_counts(value, summary) || voice;
        } else if (name == "none" && !voice) {  // RFC 3458 4: messages of no known kind
            take_counts(value, summary);
        }
    }
    if (!status) return std::nullopt;
    return summary;
}

}  // namespace tipring::sip
