// calls, call.identify, hangup.
#include <boost/json/array.hpp>

#include "commands.hpp"
#include "tipring/base/text.hpp"
#include "view_json.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

class CallsCommand final : public Command {
  public:
    explicit CallsCommand(const System& system) : system_(system) {}
    std::string_view name() const override { return "calls"; }
    std::string_view summary() const override { return "the calls that are going on"; }
    Access access() const override { return Access::read; }
    Reply run(const json::object&) override {
        json::array rows;
        for (const auto& call : system_.calls.calls())
            rows.push_back(call_row(call, system_.engine));
        return rows;
    }

  private:
    const System& system_;
};

class HangupCommand final : public Command {
  public:
    explicit HangupCommand(System& system) : system_(system) {}
    std::string_view name() const override { return "hangup"; }
    std::string_view summary() const override { return "ends one call, or all"; }
    Access access() const override { return Access::operate; }
    std::vector<Parameter> parameters() const override {
        return {{"call", "string", true, "id of the call, or \"all\""}};
    }
    Reply run(const json::object& parameters) override {
        const call::Cause cause{call::q850::normal_clearing, call::Location::private_local,
                                "ended by the operator"};
        const auto text = text_parameter(parameters, "call");
        if (text == "all") {
            const auto count = system_.calls.calls().size();
            system_.calls.hang_up_all(cause);
            return json::object{{"ended", count}};
        }
        for (const auto& call : system_.calls.calls()) {
            if (to_text(call.id) != text || !system_.calls.hang_up(call.id, cause)) continue;
            return json::object{{"ended", 1}};
        }
        return CommandError{rpc_code::not_found, base::format("there is no call {}; see: tipringctl calls",
                                                              base::printable(text, 60))};
    }

  private:
    System& system_;
};

class IdentifyCommand final : public Command {
  public:
    explicit IdentifyCommand(System& system) : system_(system) {}
    std::string_view name() const override { return "call.identify"; }
    std::string_view summary() const override {
        return "asks the network to record who calls (malicious call); event \"call.malicious\" tells its "
               "answer";
    }
    Access access() const override { return Access::operate; }
    std::vector<Parameter> parameters() const override {
        return {{"call", "string", true, "id of the call"}};
    }
    Reply run(const json::object& parameters) override {
        const auto text = text_parameter(parameters, "call");
        for (const auto& call : system_.calls.calls()) {
            if (to_text(call.id) != text) continue;
            if (const auto asked = system_.calls.identify(call.id); !asked)
                return CommandError{rpc_code::refused, asked.error().message};
            return json::object{{"asked", true}};
        }
        return CommandError{rpc_code::not_found, base::format("there is no call {}; see: tipringctl calls",
                                                              base::printable(text, 60))};
    }

  private:
    System& system_;
};

}  // namespace

void add_call_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<CallsCommand>(system));
    registry.add(std::make_unique<HangupCommand>(system));
    registry.add(std::make_unique<IdentifyCommand>(system));
}

}  // namespace tipring::control
