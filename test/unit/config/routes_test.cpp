// The operator's routes, and the built-in ones that follow them.
#include <algorithm>
#include <catch2/catch.hpp>

#include "loading.hpp"

using namespace tipring::config;

namespace {

std::string shown(const Route& route) {
    std::string text = "'" + route.called + "' from";
    for (const auto& from : route.from)
        text += " [" + from + "]";
    text += " to";
    for (const auto& to : route.to) {
        const char* kinds[] = {"sip", "port", "group", "span"};
        text += std::string(" [") + kinds[static_cast<int>(to.kind)] + " " + to.name + "]";
    }
    return text;
}

std::vector<std::string> shown(const std::vector<Route>& routes) {
    std::vector<std::string> lines;
    for (const auto& route : routes)
        lines.push_back(shown(route));
    return lines;
}

}  // namespace

TEST_CASE("the operator's routes come first, as written") {
    const auto config = load_good(R"(
sip: {server: pbx}
ports:
  - {channel: 1, kind: fxs, number: 101}
  - {channel: 2, kind: fxo, number: 901, group: city}
routes:
  - {called: 0., from: [fxs, port 101], strip: 1, prefix: "+49", to: [sip, group city]}
  - {name: second, called: 1., from: span, to: sip}
)");
    REQUIRE(config.routes.size() >= 2);
    CHECK(shown(config.routes[0]) == "'0.' from [fxs] [port 101] to [sip sip] [group city]");
    CHECK(config.routes[0].name == "route 1");
    CHECK(config.routes[0].strip == 1);
    CHECK(config.routes[0].prefix == "+49");
    CHECK(config.routes[1].name == "second");
    CHECK(shown(config.routes[1]) == "'1.' from [span] to [sip sip]");
    const auto all = all_routes(config);
    REQUIRE(all.size() > 2);
    for (std::size_t i = 2; i < all.size(); ++i)
        CHECK(all[i].name.rfind("default: ", 0) == 0);
}

TEST_CASE("default routes with a SIP server: SIP first, the local telephone when it is dead") {
    const auto config = load_good(R"(
sip: {server: pbx}
ports:
  - {channels: 1-2, kind: fxs, number: 101}
  - {channel: 3, kind: fxo, number: 901, group: city, to: 101}
spans: [{span: 2, channels: 4-34}]
)");
    CHECK(shown(all_routes(config)) ==
          std::vector<std::string>{
              "'101' from [sip] [span 2] to [port 101]",
              "'101' from [port 101] [port 102] [port 901] to [sip sip] [port 101]",
              "'102' from [sip] [span 2] to [port 102]",
              "'102' from [port 101] [port 102] [port 901] to [sip sip] [port 102]",
              "'' from [port 101] [port 102] [port 901] to [sip sip]",
              "'' from [span 2] to [sip sip]",
          });
}

TEST_CASE("default routes without SIP: telephones reach each other") {
    const auto config = load_good(
        "ports:\n- {channels: 1-2, kind: fxs, number: 101}\n- {channel: 3, kind: fxo, number: 901}\nspans: "
        "[{span: 2, channels: 4-34}]\n");
    CHECK(shown(all_routes(config)) == std::vector<std::string>{
                                           "'101' from [span 2] to [port 101]",
                                           "'101' from [port 101] [port 102] [port 901] to [port 101]",
                                           "'102' from [span 2] to [port 102]",
                                           "'102' from [port 101] [port 102] [port 901] to [port 102]",
                                       });
}

TEST_CASE("ports of several accounts use their own") {
    const auto config = load_good(R"(
sip: {accounts: [{name: a, server: a}, {name: b, server: b}]}
ports:
  - {channel: 1, kind: fxs, number: 101}
  - {channel: 2, kind: fxs, number: 102, account: b, enabled: no}
)");
    CHECK(shown(all_routes(config)) == std::vector<std::string>{
                                           "'101' from [sip] to [port 101]",
                                           "'101' from [port 101] to [sip a] [port 101]",
                                           "'101' from [port 102] to [sip b] [port 101]",
                                           "'' from [port 101] to [sip a]",
                                           "'' from [port 102] to [sip b]",
                                       });
}

TEST_CASE("no default lets SIP reach an exchange line or a span") {
    const auto config = load_good(R"(
sip: {server: pbx}
ports:
  - {channel: 1, kind: fxs, number: 101}
  - {channels: 2-3, kind: fxo, number: 901, group: city}
spans: [{span: 2, channels: 4-34}]
)");
    for (const auto& route : all_routes(config)) {
        if (std::find(route.from.begin(), route.from.end(), "sip") == route.from.end() && !route.from.empty())
            continue;
        INFO(shown(route));
        CHECK(route.called == "101");
        REQUIRE(route.to.size() == 1);
        CHECK(route.to[0].kind == TargetKind::port);
        CHECK(route.to[0].name == "101");
    }
}
