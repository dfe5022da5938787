#include "rpc.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>

#include "tipring/control/registry.hpp"

using namespace tipring::control;
namespace json = boost::json;

namespace {

int error_code(std::string_view line) {
    const auto parsed = parse_request(line);
    return parsed ? 0 : parsed.error().error.code;
}

class EchoAll final : public Command {
  public:
    std::string_view name() const override { return "echo"; }
    std::string_view summary() const override { return "says the same again"; }
    Access access() const override { return Access::read; }
    std::vector<Parameter> parameters() const override {
        return {{"text", "string", true, "what to say"},
                {"count", "integer", false, ""},
                {"loud", "boolean", false, ""}};
    }
    Reply run(const json::object& parameters) override { return json::value(parameters); }
};

}  // namespace

TEST_CASE("a request is taken apart") {
    const auto request =
        parse_request(R"({"jsonrpc":"2.0","id":"a","method":"port.show","params":{"port":"3"}})");
    REQUIRE(request.has_value());
    CHECK(request->id == "a");
    CHECK(request->wants_answer);
    CHECK(request->method == "port.show");
    CHECK(request->parameters.at("port") == "3");
    const auto notification = parse_request(R"({"jsonrpc":"2.0","method":"status"})");
    REQUIRE(notification.has_value());
    CHECK_FALSE(notification->wants_answer);
}

TEST_CASE("what is no request gets the standard's error code") {
    CHECK(error_code("") == -32700);
    CHECK(error_code("garbage") == -32700);
    CHECK(error_code("{\"jsonrpc\":") == -32700);
    CHECK(error_code(std::string(1000, '[')) == -32700);
    CHECK(error_code("\xff\xfe") == -32700);
    CHECK(error_code("[]") == -32600);
    CHECK(error_code("3") == -32600);
    CHECK(error_code("null") == -32600);
    CHECK(error_code(R"({"method":"status","id":1})") == -32600);
    CHECK(error_code(R"({"jsonrpc":"1.0","method":"status","id":1})") == -32600);
    CHECK(error_code(R"({"jsonrpc":2.0,"method":"status","id":1})") == -32600);
    CHECK(error_code(R"({"jsonrpc":"2.0","id":1})") == -32600);
    CHECK(error_code(R"({"jsonrpc":"2.0","id":1,"method":7})") == -32600);
    CHECK(error_code(R"({"jsonrpc":"2.0","id":{},"method":"status"})") == -32600);
    CHECK(error_code(R"({"jsonrpc":"2.0","id":1,"method":"status","params":[1]})") == -32602);
    CHECK(error_code(R"({"jsonrpc":"2.0","id":1,"method":"status","params":"x"})") == -32602);
}

TEST_CASE("an error keeps the id of its request") {
    const auto parsed = parse_request(R"({"jsonrpc":"2.0","id":9,"method":7})");
    REQUIRE_FALSE(parsed.has_value());
    CHECK(error_line(parsed.error().id, {-32600, "no\n"}) ==
          "{\"jsonrpc\":\"2.0\",\"id\":9,\"error\":{\"code\":-32600,\"message\":\"no\\n\"}}\n");
    CHECK(result_line("x", json::array{1}) == "{\"jsonrpc\":\"2.0\",\"id\":\"x\",\"result\":[1]}\n");
    CHECK(notification_line("event", {{"a", 1}}) ==
          "{\"jsonrpc\":\"2.0\",\"method\":\"event\",\"params\":{\"a\":1}}\n");
}

TEST_CASE("parameters are checked before a command runs") {
    const EchoAll echo;
    CHECK(check_parameters(echo, {{"text", "x"}, {"count", -1}, {"loud", true}}).has_value());
    CHECK(check_parameters(echo, {}).error().message == "parameter \"text\" is missing: what to say");
    CHECK(check_parameters(echo, {{"text", 5}}).error().message ==
          "parameter \"text\" must be of type string");
    CHECK(check_parameters(echo, {{"text", nullptr}}).has_error());
    CHECK(check_parameters(echo, {{"text", "x"}, {"count", 1.5}}).has_error());
    CHECK(check_parameters(echo, {{"text", "x"}, {"count", "1"}}).has_error());
    CHECK(check_parameters(echo, {{"text", "x"}, {"loud", 1}}).has_error());
    CHECK(check_parameters(echo, {{"text", "x"}, {"colour\n", 1}}).error().message ==
          "echo has no parameter \"colour\\x0a\"");
}

TEST_CASE("a registry finds commands and near names, and refuses a second of the same name") {
    Registry registry;
    registry.add(std::make_unique<EchoAll>());
    CHECK(registry.find("echo") != nullptr);
    CHECK(registry.find("ech") == nullptr);
    CHECK(registry.nearest("ecko") == "echo");
    CHECK_THROWS(registry.add(std::make_unique<EchoAll>()));
}
