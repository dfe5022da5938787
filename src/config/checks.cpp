// Checks over the whole configuration: duplicates, references, and what the board really has.
#include <algorithm>
#include <map>
#include <set>

#include "sections.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

using base::format;

std::string place(const Mark& mark) {
    return format("line {}", mark.line);
}

/// Remembers where each name was first seen and reports the second.
class Once {
  public:
    Once(Context& context, std::string what, std::string advice)
        : context_(context), what_(std::move(what)), advice_(std::move(advice)) {}
    /// False: it was there before, and that has been reported.
    bool see(const std::string& name, const Mark& mark, const std::string& key) {
        if (name.empty()) return true;
        const auto [first, fresh] = seen_.emplace(name, mark);
        if (!fresh)
            context_.problem(mark, key,
                             format("{} {} is used twice (first in {})", what_, name, place(first->second)),
                             advice_);
        return fresh;
    }

  private:
    Context& context_;
    std::string what_, advice_;
    std::map<std::string, Mark> seen_;
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

class BoardCheck {
  public:
    BoardCheck(const std::vector<BoardChannel>& board, std::vector<Problem>& problems)
        : board_(board), problems_(problems) {
        for (const auto& channel : board)
            by_number_.emplace(channel.number, channel.kind);
    }
    void want(unsigned channel, BoardChannelKind kind, const Mark& mark, const std::string& key) {
        if (channel == 0) return;  // could not be read, and that was told
        const auto found = by_number_.find(channel);
        if (found == by_number_.end()) {
            note_missing(channel, kind, mark, key);
        } else if (found->second != kind) {
            missing_.clear();
            problems_.push_back(
                {mark, key,
                 format("channel {} of the board is {}, not {}", channel, name(found->second), name(kind)),
                 what_is_there(board_, kind)});
        }
    }

  private:
    const std::vector<BoardChannel>& board_;
    std::vector<Problem>& problems_;
    std::map<unsigned, BoardChannelKind> by_number_;
    std::set<unsigned> missing_;  ///< told by the last problem

    /// The missing channels of one entry are one problem.
    void note_missing(unsigned channel, BoardChannelKind kind, const Mark& mark, const std::string& key) {
        const auto advice = what_is_there(board_, kind);
        const bool goes_on =
            !missing_.empty() && problems_.back().mark == mark && problems_.back().advice == advice;
        if (!goes_on) {
            missing_.clear();
            problems_.push_back({mark, key, {}, advice});
        }
        missing_.insert(channel);
        problems_.back().message =
            format("the board has no channel{} {}", missing_.size() > 1 ? "s" : "", ranges(missing_));
    }
};

}  // namespace

void check_duplicates(Context& context, const Config& config) {
    Once channels(context, "channel", "give each port and span its own channels");
    Once numbers(context, "number", "give each port its own number");
    Once spans(context, "span", "write one entry for each span");
    Once span_names(context, "span name", "give each span its own name");
    Once accounts(context, "account", "give each account its own name");
    for (const auto& account : config.sip.accounts)
        accounts.see(account.name, account.mark, "sip.accounts");
    for (const auto& port : config.ports) {
        channels.see(std::to_string(port.channel), port.mark, "ports");
        numbers.see(port.number, port.mark, "ports");
    }
    for (const auto& span : config.spans) {
        const bool fresh = span.number == 0 || spans.see(std::to_string(span.number), span.mark, "spans");
        if (fresh) span_names.see(span.name, span.mark, "spans");
        for (const unsigned channel : span.bearers)
            channels.see(std::to_string(channel), span.mark, "spans");
        if (span.d_channel != 0) channels.see(std::to_string(span.d_channel), span.mark, "spans");
    }
}

void check_references(Context& context, const Config& config) {
    std::map<ReferenceKind, std::set<std::string>> known;
    for (const auto& account : config.sip.accounts)
        known[ReferenceKind::account].insert(account.name);
    for (const auto& port : config.ports) {
        if (!port.enabled) continue;
        known[ReferenceKind::port].insert(port.number);
        if (!port.group.empty()) known[ReferenceKind::group].insert(port.group);
    }
    for (const auto& span : config.spans)
        known[ReferenceKind::span].insert(span.name);
    const std::map<ReferenceKind, std::string> words = {{ReferenceKind::account, "SIP account"},
                                                        {ReferenceKind::group, "group"},
                                                        {ReferenceKind::port, "port with the number"},
                                                        {ReferenceKind::span, "span"}};
    for (const auto& reference : context.references) {
        const auto& names = known[reference.kind];
        if (names.count(reference.name) != 0) continue;
        const std::vector<std::string_view> list(names.begin(), names.end());
        context.problem(
            reference.mark, reference.key,
            format("there is no {} \"{}\"", words.at(reference.kind), base::printable(reference.name, 60)),
            list.empty()       ? "this file defines none"
            : list.size() > 12 ? "use one that this file defines"
                               : suggestion(reference.name, list));
    }
}

std::vector<Problem> check_board(const Config& config, const std::vector<BoardChannel>& board) {
    std::vector<Problem> problems;
    BoardCheck check(board, problems);
    for (const auto& port : config.ports) {
        if (port.enabled)
            check.want(port.channel,
                       port.kind == PortKind::fxs ? BoardChannelKind::fxs : BoardChannelKind::fxo, port.mark,
                       "ports");
    }
    for (const auto& span : config.spans) {
        check.want(span.d_channel, BoardChannelKind::d_channel, span.mark, "spans");
        for (const unsigned channel : span.bearers)
            check.want(channel, BoardChannelKind::bearer, span.mark, "spans");
    }
    return problems;
}

}  // namespace tipring::config
