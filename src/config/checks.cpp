// Checks over the whole configuration: duplicates, references, and what the board really has.
#include <algorithm>
#include <map>
#include <set>

#include "sections.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

using base::format;

/// Remembers where each name was first seen.
class Once {
  public:
    /// The place of the first; null when this is it.
    const Place* seen_before(const std::string& name, const Place& at) {
        const auto [first, fresh] = seen_.emplace(name, at);
        return fresh ? nullptr : &first->second;
    }

  private:
    std::map<std::string, Place> seen_;
};

std::string twice(const Place& first) {
    return format("used twice (first in line {})", first.mark.line);
}

/// Reports the second use of a name.
class UniqueNames {
  public:
    UniqueNames(Context& context, std::string what, std::string advice)
        : context_(context), what_(std::move(what)), advice_(std::move(advice)) {}
    /// False: it was there before, and that has been reported.
    bool see(const std::string& name, const Place& at) {
        if (name.empty()) return true;
        const auto* first = names_.seen_before(name, at);
        if (first != nullptr)
            context_.problem(at, format("{} {} is {}", what_, name, twice(*first)), advice_);
        return first == nullptr;
    }

  private:
    Context& context_;
    std::string what_, advice_;
    Once names_;
};

std::string_view name(BoardChannelKind kind) {
    switch (kind) {
        case BoardChannelKind::fxs:
            return "fxs";
        case BoardChannelKind::fxo:
            return "fxo";
        case BoardChannelKind::bearer:
            return "a B-channel";
        case BoardChannelKind::d_channel:
            return "a D-channel";
    }
    return "";
}

/// "1-4, 7"
std::string ranges(const std::set<unsigned>& channels) {
    std::string text;
    for (auto first = channels.begin(); first != channels.end();) {
        auto last = first;
        while (std::next(last) != channels.end() && *std::next(last) == *last + 1)
            ++last;
        if (!text.empty()) text += ", ";
        text += first == last ? std::to_string(*first) : format("{}-{}", *first, *last);
        first = std::next(last);
    }
    return text;
}

std::string what_is_there(const std::vector<BoardChannel>& board, BoardChannelKind kind) {
    std::set<unsigned> numbers;
    for (const auto& channel : board) {
        if (channel.kind == kind) numbers.insert(channel.number);
    }
    if (numbers.empty()) return format("the board has no channel that is {}", name(kind));
    return format("the board's channels that are {}: {}", name(kind), ranges(numbers));
}

/// What is wrong with channels; those of one value that share a fault are one problem.
class ChannelProblems {
  public:
    /// `fault` follows "channel N is".
    void add(unsigned channel, const Place& at, const std::string& fault, const std::string& advice) {
        // Channels come entry by entry, so the group is one of the last.
        const auto last = groups_.rbegin() + std::min<std::ptrdiff_t>(std::ssize(groups_), 4);
        const auto same = std::find_if(groups_.rbegin(), last, [&](const Group& group) {
            return group.at == at && group.fault == fault && group.advice == advice;
        });
        if (same != last) {
            same->channels.insert(channel);
        } else {
            groups_.push_back({at, fault, advice, {channel}});
        }
    }
    std::vector<Problem> problems() const {
        std::vector<Problem> all;
        for (const auto& group : groups_) {
            const bool one = group.channels.size() == 1;
            all.push_back({group.at,
                           format("channel{} {} {} {}", one ? "" : "s", ranges(group.channels),
                                  one ? "is" : "are", group.fault),
                           group.advice});
        }
        return all;
    }

  private:
    struct Group {
        Place at;
        std::string fault, advice;
        std::set<unsigned> channels;
    };
    std::vector<Group> groups_;
};

/// Compares with what the board has.
class BoardCheck {
  public:
    explicit BoardCheck(const std::vector<BoardChannel>& board) : board_(board) {
        for (const auto& channel : board)
            by_number_.emplace(channel.number, channel);
    }
    void want(unsigned channel, BoardChannelKind kind, const Place& at) {
        if (channel == 0) return;  // could not be read, and that was told
        const auto* found = find(channel);
        if (found == nullptr) {
            problems_.add(channel, at, "not on the board", what_is_there(board_, kind));
        } else if (found->kind != kind) {
            problems_.add(channel, at, format("{} on the board, not {}", name(found->kind), name(kind)),
                          what_is_there(board_, kind));
        }
    }
    void want_span(unsigned channel, const Span& span) {
        const auto* found = find(channel);
        const bool of_a_span = found != nullptr && (found->kind == BoardChannelKind::bearer ||
                                                    found->kind == BoardChannelKind::d_channel);
        if (of_a_span && span.number != 0 && found->span != span.number)
            problems_.add(channel, span.channels_at, format("in span {} of the board", found->span),
                          format("write span: {}, or the channels of span {}", found->span, span.number));
    }
    std::vector<Problem> problems() const { return problems_.problems(); }

  private:
    const BoardChannel* find(unsigned channel) const {
        const auto found = by_number_.find(channel);
        return found == by_number_.end() ? nullptr : &found->second;
    }

    const std::vector<BoardChannel>& board_;
    std::map<unsigned, BoardChannel> by_number_;
    ChannelProblems problems_;
};

}  // namespace

void check_duplicates(Context& context, const Config& config) {
    UniqueNames numbers(context, "number", "give each port its own number");
    UniqueNames spans(context, "span", "write one entry for each span");
    UniqueNames span_names(context, "span name", "give each span its own name");
    UniqueNames accounts(context, "account", "give each account its own name");
    Once channels;
    ChannelProblems doubled;
    const auto see_channel = [&](unsigned channel, const Place& at) {
        const auto* first = channel != 0 ? channels.seen_before(std::to_string(channel), at) : nullptr;
        if (first != nullptr)
            doubled.add(channel, at, twice(*first), "give each port and span its own channels");
    };
    for (const auto& account : config.sip.accounts)
        accounts.see(account.name, account.name_at);
    for (const auto& port : config.ports) {
        see_channel(port.channel, port.channel_at);
        numbers.see(port.number, port.number_at);
    }
    for (const auto* span : every_span(config.spans)) {
        const bool fresh = span->number == 0 || spans.see(std::to_string(span->number), span->number_at);
        if (fresh) span_names.see(span->name, span->name_at);
        for (const unsigned channel : span->bearers)
            see_channel(channel, span->channels_at);
        see_channel(span->d_channel, span->d_channel_at);
    }
    for (auto& problem : doubled.problems())
        context.problem(std::move(problem.at), std::move(problem.message), std::move(problem.advice));
}

void check_groups(Context& context, const Config& config) {
    std::map<std::string, PortKind> kinds;
    std::set<std::string> mixed;
    for (const auto& port : config.ports) {
        if (port.group.empty()) continue;
        const auto [known, fresh] = kinds.emplace(port.group, port.kind);
        if (fresh || known->second == port.kind || !mixed.insert(port.group).second) continue;
        context.problem(port.group_at, format("group \"{}\" has telephones and exchange lines", port.group),
                        "a group of telephones is for pickup, one of exchange lines for calls to the "
                        "exchange: give them two names");
    }
}

void check_references(Context& context, const Config& config) {
    std::map<ReferenceKind, std::set<std::string>> known;
    for (const auto& account : config.sip.accounts)
        known[ReferenceKind::account].insert(account.name);
    for (const auto& port : config.ports) {
        if (!port.enabled) continue;
        if (!port.number.empty()) known[ReferenceKind::port].insert(port.number);
        if (port.group.empty()) continue;
        known[ReferenceKind::group].insert(port.group);
        if (port.kind == PortKind::fxo) known[ReferenceKind::trunk_group].insert(port.group);
    }
    for (const auto& tone : config.tones)
        known[ReferenceKind::tone].insert(tone.name);
    for (const auto& span : config.spans)
        known[ReferenceKind::span].insert(span.name);
    const std::map<ReferenceKind, std::string> words = {
        {ReferenceKind::account, "SIP account"}, {ReferenceKind::group, "group"},
        {ReferenceKind::trunk_group, "group"},   {ReferenceKind::port, "port with the number"},
        {ReferenceKind::span, "span"},           {ReferenceKind::tone, "tone"}};
    for (const auto& reference : context.references) {
        const auto& names = known[reference.kind];
        if (names.count(reference.name) != 0) continue;
        if (reference.kind == ReferenceKind::trunk_group &&
            known[ReferenceKind::group].count(reference.name) != 0) {
            context.problem(
                reference.at,
                format("group \"{}\" is of telephones, in which calls are picked up", reference.name),
                "name a group of exchange lines, or a port");
            continue;
        }
        const std::vector<std::string_view> list(names.begin(), names.end());
        context.problem(
            reference.at,
            format("there is no {} \"{}\"", words.at(reference.kind), base::printable(reference.name, 60)),
            list.empty()       ? "this file defines none"
            : list.size() > 12 ? "use one that this file defines"
                               : suggestion(reference.name, list));
    }
}

std::vector<Problem> check_board(const Config& config, const std::vector<BoardChannel>& board) {
    BoardCheck check(board);
    for (const auto& port : config.ports) {
        if (port.enabled)
            check.want(port.channel,
                       port.kind == PortKind::fxs ? BoardChannelKind::fxs : BoardChannelKind::fxo,
                       port.channel_at);
    }
    for (const auto* span : every_span(config.spans)) {
        check.want(span->d_channel, BoardChannelKind::d_channel, span->d_channel_at);
        check.want_span(span->d_channel, *span);
        for (const unsigned channel : span->bearers) {
            check.want(channel, BoardChannelKind::bearer, span->channels_at);
            check.want_span(channel, *span);
        }
    }
    return check.problems();
}

}  // namespace tipring::config
