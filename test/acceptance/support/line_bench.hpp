// A gateway with exchange lines and telephones side by side, for the tests of exchange lines. Pair i (from 1) is
// telephone 20i (channel fxs i) and line 90i with its exchange; a lifted telephone calls 5551 by its own line,
// and a call from the exchange goes to the telephone of the same pair.
#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <vector>

#include "gateway.hpp"
#include "world.hpp"

namespace tipring::acceptance {

class LineBench {
  public:
    /// Further keys of the two ports, as in "answer_by: voice, guard: 2s".
    struct Pair {
        std::string line, phone;
    };
    /// `more`: further sections of the port map, `routes`: further lines of its routes, which come first.
    explicit LineBench(const std::vector<Pair>& pairs, const std::string& more = {},
                       const std::string& routes = {}, const std::string& media = {});

    unsigned size() const { return static_cast<unsigned>(offices_.size()); }
    const TemporaryFolder& folder() const { return folder_; }
    World& world() { return *world_; }
    Gateway& gateway() { return *gateway_; }
    farend::Telephone& phone(unsigned pair) { return *phones_.at(pair - 1); }
    farend::CentralOffice& office(unsigned pair) { return *offices_.at(pair - 1); }

    /// Until every line reports ringing: the driver is deaf to it in the first two seconds of a channel.
    bool hear_ringing();
    /// Lifts all these telephones; until the exchange has put each call through.
    bool call_out(const std::vector<unsigned>& pairs);
    /// Until the driver watches the battery of a line that has just been seized: 750 ms until it has, 600 ms more.
    bool settle(unsigned pair);
    /// Hangs up all telephones; until every port is idle.
    bool all_idle();
    bool wait_line(unsigned pair, const std::string& state, std::chrono::milliseconds limit) const;
    std::string line_state(unsigned pair) const;
    /// As `tipringctl port N --json` shows it.
    boost::json::object sheet(unsigned pair) const;
    /// How often the line could not be used for this reason.
    std::uint64_t refused(unsigned pair, const std::string& reason) const;
    /// The record lines of the log that name the line, oldest first.
    std::vector<std::string> records(unsigned pair) const;
    /// `key` of the line's `count`th record, which is waited for, without its unit; "no record" when it does not
    /// come.
    std::string record(unsigned pair, const std::string& key, std::size_t count = 1) const;

  private:
    TemporaryFolder folder_;
    std::unique_ptr<World> world_;
    std::unique_ptr<Gateway> gateway_;
    std::vector<std::unique_ptr<farend::Telephone>> phones_;
    std::vector<std::unique_ptr<farend::CentralOffice>> offices_;
};

}  // namespace tipring::acceptance
