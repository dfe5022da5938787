// Search: the destinations that a call has still to try, by one routing decision after the other (a
// redirection makes a new one). No I/O. Thread: core.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "tipring/call/leg.hpp"

namespace tipring::call {

class CallHost;

/// For a caller who is sent on by somebody else: where he has no number, a server is shown that of the other, who
/// may not want that.
void shield(Party& caller, Presentation of_other);

class Search {
  public:
    struct Attempt {
        routing::Step step;
        Exit* exit = nullptr;  ///< null: nobody knows the destination; looked up when its turn comes
        std::string group;     ///< the group whose line it is
    };

    Search() = default;
    explicit Search(CallRequest request) : request_(std::move(request)) {}

    /// Looks the route of the request up; what was left of an earlier one is dropped.
    void route(CallHost& host);
    /// The next attempt; none: all have been made. A group is tried line by line, so that a line which turns
    /// out to be dead costs the call no more than a moment.
    std::optional<Attempt> next(CallHost& host);
    /// The call goes to `number` instead, on behalf of `from`, who stands at `source`. A cause when it must
    /// not: it has been there, or it has been sent on too often. Nothing is left to try then.
    std::optional<Cause> redirect(const Diversion& from, const std::string& number,
                                  const routing::Source& source);
    /// For a leg that goes to another call: attempts are made for this caller from now on, whom the one before
    /// has brought here.
    void set_caller(const Party& caller);

    const CallRequest& request() const { return request_; }
    /// The rule that matched; empty: none.
    const std::string& rule() const { return rule_; }
    bool empty() const { return left_.empty(); }

  private:
    CallRequest request_;
    std::string rule_;
    std::deque<Attempt> left_;
    std::vector<std::string> been_to_;
};

}  // namespace tipring::call
