// span.trace over fake spans: pages, filters, what was lost.
#include <boost/asio/io_context.hpp>
#include <boost/json/array.hpp>
#include <catch2/catch.hpp>

#include "manual_reactor.hpp"
#include "tipring/control/registry.hpp"

using namespace tipring;
using namespace tipring::control;
namespace json = boost::json;

namespace {

class TracedSpan final : public isdn::Span {
  public:
    TracedSpan(unsigned number, std::string name, bool has_trace = true) : has_trace_(has_trace) {
        settings_.number = number;
        settings_.name = std::move(name);
    }
    isdn::SpanView view() const override { return {}; }
    const config::Span& settings() const override { return settings_; }
    call::Exit& exit() override { throw std::logic_error("not used"); }
    void shut_down() override {}
    base::Result<void> set_in_service(std::optional<unsigned>, bool) override { return {}; }
    base::Result<unsigned> restart(std::optional<unsigned>) override { return 0; }
    const isdn::FrameTrace* trace() const override { return has_trace_ ? &frames : nullptr; }

    /// RR, and every fifth a CONNECT.
    void carry(unsigned count) {
        static constexpr std::uint8_t rr[] = {0x02, 0x01, 0x01, 0x0a};
        static constexpr std::uint8_t connect[] = {0x02, 0x01, 0x08, 0x0a, 0x08, 0x02, 0x80, 0x05, 0x07};
        for (unsigned i = 0; i < count; ++i) {
            if (frames.last() % 5 == 4) {
                frames.record(isdn::FrameDirection::received, connect);
            } else {
                frames.record(isdn::FrameDirection::sent, rr);
            }
        }
    }
    isdn::FrameTrace frames;

  private:
    config::Span settings_;
    bool has_trace_;
};

struct TraceFixture {
    TraceFixture() { add_all_commands(registry, system, context); }
    Command::Reply ask(json::object parameters) {
        auto* command = registry.find("span.trace");
        REQUIRE(command != nullptr);
        if (const auto good = check_parameters(*command, parameters); !good) return good.error();
        return command->run(parameters);
    }
    std::string error(json::object parameters) {
        const auto reply = ask(std::move(parameters));
        return reply ? "no error" : reply.error().message;
    }

    test::ManualReactor reactor;
    media::Engine engine{media::EngineOptions{.realtime_priority = 0, .lock_memory = false}};
    call::CallManager calls{reactor, engine, {}};
    telemetry::EventLog events;
    TracedSpan main{2, "main"}, absent{3, "absent", false};
    System system{.ports = {},
                  .spans = {&main, &absent},
                  .calls = calls,
                  .events = events,
                  .engine = engine,
                  .version = "1.2.3",
                  .started = std::chrono::system_clock::now(),
                  .board = "simulator",
                  .config_file = {},
                  .routes = {}};
    boost::asio::io_context context;
    Registry registry;
};

const json::array& frames_of(const Command::Reply& reply) {
    return reply->at("frames").as_array();
}

}  // namespace

TEST_CASE("a frame of a trace has its octets and its text") {
    TraceFixture fixture;
    fixture.main.carry(5);
    const auto reply = fixture.ask({{"span", "2"}});
    REQUIRE(reply.has_value());
    CHECK(reply->at("span") == 2);
    CHECK(reply->at("name") == "main");
    CHECK(reply->at("network_side") == false);
    CHECK(reply->at("lost") == 0);
    CHECK(reply->at("last") == 5);
    CHECK(reply->at("more") == false);
    REQUIRE(frames_of(reply).size() == 5);
    const auto& rr = frames_of(reply)[0];
    CHECK(rr.at("sequence") == 1);
    CHECK(rr.at("direction") == "sent");
    CHECK(rr.at("octets") == "0201010a");
    CHECK(rr.at("length") == 4);
    CHECK(rr.at("layer3") == false);
    CHECK(rr.at("text") == "RR N(R) 5 response F=0");
    CHECK(rr.at("time").as_string().ends_with("Z"));
    CHECK(rr.at("time_us").to_number<std::int64_t>() > 1'600'000'000'000'000);
    CHECK_FALSE(rr.as_object().contains("details"));
    const auto& connect = frames_of(reply)[4];
    CHECK(connect.at("direction") == "received");
    CHECK(connect.at("layer3") == true);
    CHECK(connect.at("message") == "CONNECT");
    CHECK(connect.at("layer2") == "I N(S) 4 N(R) 5 command P=0");
    CHECK(connect.at("text") == "CONNECT cr 5 (dest)");
    CHECK(connect.at("malformed") == false);
    const auto with_details = fixture.ask({{"span", "main"}, {"long", true}});
    CHECK(frames_of(with_details)[4].at("details").as_array().size() == 2);
}

TEST_CASE("a trace comes in pages, and goes on after the last frame") {
    TraceFixture fixture;
    fixture.main.carry(120);
    std::uint64_t expected = 1;
    json::value after;
    for (const unsigned size : {50U, 50U, 20U}) {
        json::object parameters{{"span", "main"}};
        if (!after.is_null()) parameters["after"] = after;
        const auto reply = fixture.ask(parameters);
        REQUIRE(frames_of(reply).size() == size);
        for (const auto& frame : frames_of(reply))
            CHECK(frame.at("sequence") == expected++);
        CHECK(reply->at("more") == (size == 50));
        after = reply->at("last");
    }
    CHECK(frames_of(fixture.ask({{"span", "main"}, {"after", after}})).empty());
    fixture.main.carry(1);
    const auto next = fixture.ask({{"span", "main"}, {"after", after}});
    REQUIRE(frames_of(next).size() == 1);
    CHECK(frames_of(next)[0].at("sequence") == 121);
    CHECK(next->at("lost") == 0);
}

TEST_CASE("frames of layer 2 alone can be left out, and count as seen") {
    TraceFixture fixture;
    fixture.main.carry(60);
    const auto first = fixture.ask({{"span", "main"}, {"q931", true}});
    CHECK(frames_of(first).size() == 10);
    CHECK(first->at("last") == 50);
    CHECK(first->at("more") == true);
    const auto rest = fixture.ask({{"span", "main"}, {"q931", true}, {"after", first->at("last")}});
    CHECK(frames_of(rest).size() == 2);
    CHECK(rest->at("more") == false);
}

TEST_CASE("what was overwritten before it was read is counted as lost") {
    TraceFixture fixture;
    fixture.main.carry(isdn::FrameTrace::capacity + 100);
    // Who has not read before has lost nothing.
    const auto fresh = fixture.ask({{"span", "main"}});
    CHECK(fresh->at("lost") == 0);
    CHECK(frames_of(fresh)[0].at("sequence") == 101);
    const auto late = fixture.ask({{"span", "main"}, {"after", 60}});
    CHECK(late->at("lost") == 40);
    CHECK(frames_of(late)[0].at("sequence") == 101);
    // A span that came back counts from 1.
    const auto anew = fixture.ask({{"span", "main"}, {"after", 100'000}});
    CHECK(anew->at("lost") == 0);
    CHECK(frames_of(anew)[0].at("sequence") == 101);
}

TEST_CASE("a trace of nothing, of a missing span and of none") {
    TraceFixture fixture;
    const auto empty = fixture.ask({{"span", "main"}});
    REQUIRE(empty.has_value());
    CHECK(frames_of(empty).empty());
    CHECK(empty->at("last") == 0);
    CHECK(empty->at("more") == false);
    CHECK(fixture.error({{"span", "3"}}) == "span 3: its channels are missing, so there are no frames");
    CHECK(fixture.error({{"span", "9"}}) == "there is no span 9; number (name): 2 (main), 3 (absent)");
    CHECK(fixture.error({{"span", "main"}, {"after", "x"}}).find("after") != std::string::npos);
    CHECK(fixture.error({}).find("span") != std::string::npos);
    CHECK(fixture.ask({{"span", "main"}, {"after", -7}}).has_value());
}
