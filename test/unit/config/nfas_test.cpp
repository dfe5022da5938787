// `nfas:` and `d_channel_backup:` of a span.
#include "loading.hpp"

using namespace tipring::config;

namespace {

std::string trunk(const std::string& keys, const std::string& channels = "1-24",
                  const std::string& switch_type = "national") {
    return "board: {simulator: {t1: 3}}\nspans:\n  - {span: 1, name: main, channels: " + channels +
           ", switch: " + switch_type + ", " + keys + "}\n";
}

}  // namespace

TEST_CASE("nfas: further spans have the settings of the trunk and channels of their own") {
    const auto span =
        load_good(
            trunk("nfas: [{span: 2, interface: 1, channels: 25-48, label: second, line: {framing: esf}}, "
                  "{span: 3, interface: 2, channels: 49-72}], d_channel_backup: 2"))
            .spans.at(0);
    CHECK(span.d_channel == 24);
    CHECK(span.interface == 0);
    REQUIRE(span.nfas.size() == 2);
    const auto &backup = span.nfas[0], &other = span.nfas[1];
    CHECK(backup.number == 2);
    CHECK(backup.interface == 1);
    CHECK(backup.d_channel == 48);
    CHECK(backup.bearers.size() == 23);
    CHECK(backup.is_t1());
    CHECK(backup.label == "second");
    CHECK(backup.line.framing == "esf");
    CHECK(backup.switch_type == SwitchType::national);
    CHECK(other.number == 3);
    CHECK(other.interface == 2);
    CHECK(other.d_channel == 0);
    CHECK(other.bearers.size() == 24);
    CHECK(other.bearers.back() == 72);
    CHECK(other.is_t1());
    CHECK(other.line.framing.empty());
    CHECK(every_span({span}).size() == 3);
}

TEST_CASE("nfas: what cannot be is named with line, key and what to do") {
    struct Row {
        std::string text;
        const char *key, *part;
    };
    const std::string good = "{span: 2, interface: 1, channels: 25-48}";
    for (const auto& row :
         {Row{trunk("nfas: " + good), "spans[0].nfas", "no list"},
          Row{trunk("nfas: [2]"), "spans[0].nfas[0]", "nfas[0]"},
          Row{trunk("nfas: [{interface: 1, channels: 25-48}]"), "spans[0].nfas[0]", "no number"},
          Row{trunk("nfas: [{span: 2, channels: 25-48}]"), "spans[0].nfas[0]", "no interface number"},
          Row{trunk("nfas: [{span: 2, interface: 1}]"), "spans[0].nfas[0]", "no channels"},
          Row{trunk("nfas: [{span: 2, interface: 0, channels: 25-48}]"), "spans[0].nfas[0].interface",
              "interface"},
          Row{trunk("nfas: [{span: 2, interface: 128, channels: 25-48}]"), "spans[0].nfas[0].interface",
              "127"},
          Row{trunk("nfas: [{span: 2, interface: 1, channels: 25-47}]"), "spans[0].nfas[0].channels",
              "24 channels"},
          Row{trunk("nfas: [{span: 2, interface: 1, channels: 0-23}]"), "spans[0].nfas[0].channels",
              "channels"},
          Row{trunk("nfas: [{span: 2, interface: 1, channels: 24-47}]"), "spans[0].nfas[0].channels",
              "channel 24 is used twice"},
          Row{trunk("nfas: [{span: 1, interface: 1, channels: 25-48}]"), "spans[0].nfas[0].span",
              "span 1 is used twice"},
          Row{trunk("nfas: [" + good + ", {span: 3, interface: 1, channels: 49-72}]"),
              "spans[0].nfas[1].interface", "interface 1 is used twice"},
          Row{trunk("nfas: [{span: 2, interface: 1, channels: 25-48, side: user}]"), "spans[0].nfas[0].side",
              "side"},
          Row{trunk("nfas: [" + good + "], d_channel_backup: 3"), "spans[0].d_channel_backup",
              "span 3 is not under nfas"},
          Row{trunk("d_channel_backup: 2"), "spans[0].d_channel_backup", "span 2 is not under nfas"},
          Row{trunk("nfas: [" + good + "]", "1-24", "euroisdn"), "spans[0].nfas", "switch type"},
          Row{trunk("nfas: [" + good + "]", "1-24", "qsig"), "spans[0].nfas", "switch type"},
          Row{trunk("nfas: [{span: 2, interface: 1, channels: 32-55}]", "1-31"), "spans[0].nfas", "no T1"}}) {
        INFO(row.text);
        const auto problems = load_bad(row.text);
        REQUIRE(problems.size() == 1);
        INFO(problems[0]);
        CHECK(contains(problems[0], row.key));
        CHECK(contains(problems[0], row.part));
    }
}

TEST_CASE("nfas: an empty list is the default of every switch") {
    const auto config = load_good("spans: [{span: 1, channels: 1-31, switch: euroisdn, nfas: []}]\n");
    CHECK(config.spans.at(0).nfas.empty());
}

TEST_CASE("nfas: a trunk of very many spans is refused") {
    std::string members;
    for (unsigned i = 2; i < 40; ++i)
        members += (i > 2 ? ", " : "") + std::string("{span: ") + std::to_string(i) +
                   ", interface: " + std::to_string(i) + ", channels: " + std::to_string(i * 24 + 1) + "-" +
                   std::to_string(i * 24 + 24) + "}";
    const auto problems = load_bad(trunk("nfas: [" + members + "]"));
    REQUIRE(problems.size() == 1);
    CHECK(contains(problems[0], "39 spans are too many"));
}
