// Files that want to crash, hang or fill the memory of the loader.
#include <catch2/catch.hpp>
#include <random>

#include "loading.hpp"

using namespace tipring::config;

namespace {

std::string repeated(const std::string& text, std::size_t count) {
    std::string all;
    all.reserve(text.size() * count);
    for (std::size_t i = 0; i < count; ++i)
        all += text;
    return all;
}

/// Loads, which does not take for ever, and fails.
std::string first_problem(const std::string& text) {
    const auto result = load_text(text, "test.yaml");
    CHECK_FALSE(result.config);
    REQUIRE_FALSE(result.problems.empty());
    CHECK(result.problems.size() <= 500);
    return to_text(result.problems[0]);
}

}  // namespace

TEST_CASE("size, depth, aliases and bytes are limited") {
    CHECK(contains(first_problem(std::string(2 * 1024 * 1024, ' ')), "larger than 1 MiB"));
    CHECK(contains(first_problem(repeated("[", 500'000)), "test.yaml:1:"));
    CHECK(contains(first_problem(repeated("{a: ", 100'000)), "test.yaml:1:"));
    CHECK(contains(first_problem(repeated("- ", 100'000) + "a\n"), "nested too deeply"));
    CHECK(contains(first_problem(repeated("? ", 100'000) + "a\n"), "test.yaml:1:"));
    CHECK(contains(first_problem("ports: &x [{channel: 1, kind: fxs, number: 1}]\nlog: *x\n"),
                   "test.yaml:1:8: YAML anchors"));
    CHECK(contains(first_problem("b: *x\n"), "test.yaml:1:"));
    CHECK(contains(first_problem(std::string("ports: []\n\0", 11)), "test.yaml:2:1: a control character"));
    CHECK(contains(first_problem("label: \xff\n"), "test.yaml:1:8: this is not valid UTF-8"));
    CHECK(contains(first_problem("label: \xed\xa0\x80\n"), "this is not valid UTF-8"));
    const std::string port = "ports: [{channel: 1, kind: fxs, number: 1, label: ";
    CHECK(contains(first_problem(port + "\"a\\0b\"}]\n"),
                   "test.yaml:1:51: label: a value holds a control character"));
    CHECK(contains(first_problem(port + "\"a\\r\\nVia: b\"}]\n"), "a value holds a control character"));
    CHECK(contains(first_problem("contry: \"a\\0b\"\n"), "contry: there is no such key"));
    CHECK(contains(first_problem("\"a\\0b\": 1\n"), "a key must be a plain word"));
    CHECK(contains(first_problem("label: " + std::string(5000, 'a') + "\n"), "longer than 4096"));
    CHECK(contains(first_problem("ports: [" + repeated("1,", 100'000) + "]\n"), "more than 50000 values"));
}

TEST_CASE("ranges cannot make millions of ports") {
    first_problem("ports: [{channels: [" + repeated("1-1023,", 10'000) + "], kind: fxs, number: 1}]\n");
    first_problem("ports:\n" + repeated("- {channels: 1-1023, kind: fxs, number: 1}\n", 5'000));
    first_problem("ports: [{channels: 1-999999999, kind: fxs, number: 1}]\n");
    first_problem("ports: [{channels: 1-99999999999999999999, kind: fxs, number: 1}]\n");
    std::string keys;
    for (int i = 0; i < 40'000; ++i)
        keys += "k" + std::to_string(i) + ": 1\n";
    CHECK(contains(first_problem(keys), "more than 256 keys"));
}

TEST_CASE("mutations of a good file load or fail, and never crash") {
    const std::string good = R"(country: de
board: {simulator: {fxs: 4, fxo: 2, e1: 1}}
sip: {server: "pbx.example.com:5070", password: x, codecs: [pcma], expires: 60s, accept_from: [192.0.2.1]}
defaults: {inter_digit: 3s}
ports:
  - {channels: 1-4, kind: fxs, number: 101-104, label: Office}
  - {channels: 5-6, kind: fxo, number: 901, group: city, to: 101}
spans:
  - {span: 2, channels: 7-37}
routes:
  - {called: 0., strip: 1, to: [sip, group city]}
)";
    load_good(good);
    std::mt19937 random(1);
    const std::string alphabet = "{}[]:,-\n \t\"'&*!|>%@?#0a\xff\x01~<";
    int failed = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string text = good;
        for (unsigned change = 0; change < 1 + random() % 3; ++change) {
            const auto at = random() % text.size();
            if (random() % 3 == 0)
                text.erase(at, 1 + random() % 8);
            else
                text.insert(at, 1, alphabet[random() % alphabet.size()]);
        }
        const auto result = load_text(text, "test.yaml");
        CHECK(result.config.has_value() == result.problems.empty());
        if (!result.config) ++failed;
    }
    CHECK(failed > 1000);
}
