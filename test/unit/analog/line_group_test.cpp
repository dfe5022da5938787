// The order in which a call tries the lines of a group.
#include <catch2/catch.hpp>
#include <map>

#include "tipring/analog/port.hpp"

using namespace tipring;
using config::GroupStrategy;
using Order = std::vector<int>;

namespace {

/// A line of which a group sees only what it says of its use.
class Line final : public analog::Port, public call::Exit {
  public:
    analog::LineUse now{.free = true};

    analog::PortView view() const override { return {}; }
    const config::Port& settings() const override { return settings_; }
    call::Exit& exit() override { return *this; }
    bool idle() const override { return now.free; }
    analog::LineUse use() const override { return now; }
    void set_in_service(bool) override {}
    void shut_down() override {}
    routing::Destination destination() const override { return {}; }
    std::unique_ptr<call::Leg> open(base::LegId, const call::CallRequest&, call::Cause&) override {
        return nullptr;
    }

  private:
    const config::Port settings_{};
};

struct Group {
    std::array<Line, 4> lines;
    std::unique_ptr<call::Exit> exit;

    explicit Group(GroupStrategy strategy, std::uint32_t seed = 1)
        : exit(analog::make_line_group("city", strategy, {&lines[0], &lines[1], &lines[2], &lines[3]},
                                       seed)) {}

    Order order() const {
        Order order;
        for (const auto* member : exit->members())
            for (int i = 0; i < 4; ++i)
                if (member == static_cast<const call::Exit*>(&lines[static_cast<std::size_t>(i)]))
                    order.push_back(i);
        return order;
    }
    /// A call on this line, now.
    void use(std::size_t line, int seconds) {
        ++lines.at(line).now.calls;
        lines.at(line).now.opened = base::TimePoint(std::chrono::seconds(seconds));
    }
};

}  // namespace

TEST_CASE("line group: the first free line") {
    Group group(GroupStrategy::first_free);
    CHECK(group.order() == Order{0, 1, 2, 3});
    group.use(0, 1);
    CHECK(group.order() == Order{0, 1, 2, 3});
    CHECK(group.exit->destination().name == "city");
}

TEST_CASE("line group: lines in use come last, those that failed lately before them") {
    const auto strategy =
        GENERATE(GroupStrategy::first_free, GroupStrategy::round_robin, GroupStrategy::least_used);
    Group group(strategy);
    group.lines[0].now.free = false;
    group.lines[1].now.failed_lately = true;
    CHECK(group.order() == Order{2, 3, 1, 0});
    group.lines[0].now.failed_lately = true;
    CHECK(group.order() == Order{2, 3, 1, 0});
}

TEST_CASE("line group: round robin goes on behind the line that was used last") {
    Group group(GroupStrategy::round_robin);
    CHECK(group.order() == Order{0, 1, 2, 3});
    group.use(0, 1);
    CHECK(group.order() == Order{1, 2, 3, 0});
    group.use(1, 2);
    group.use(3, 3);
    CHECK(group.order() == Order{0, 1, 2, 3});
    group.use(0, 4);
    group.lines[1].now.free = false;
    CHECK(group.order() == Order{2, 3, 0, 1});
}

TEST_CASE("line group: the least used line, in their order where they are equal") {
    Group group(GroupStrategy::least_used);
    group.use(0, 1);
    group.use(0, 2);
    group.use(2, 3);
    CHECK(group.order() == Order{1, 3, 2, 0});
}

TEST_CASE("line group: at random each line comes first as often as another") {
    Group group(GroupStrategy::random, 7), same(GroupStrategy::random, 7);
    group.lines[3].now.free = same.lines[3].now.free = false;
    std::map<int, int> first;
    for (int call = 0; call < 3000; ++call) {
        const auto order = group.order();
        REQUIRE(order.size() == 4);
        REQUIRE(order == same.order());
        REQUIRE(order.back() == 3);
        ++first[order.front()];
    }
    REQUIRE(first.size() == 3);
    for (const auto& [line, calls] : first) {
        CAPTURE(line);
        CHECK(calls > 900);
        CHECK(calls < 1100);
    }
}
