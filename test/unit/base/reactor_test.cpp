#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <vector>

#include "tipring/base/asio_reactor.hpp"
#include "tipring/base/fd.hpp"

using namespace tipring::base;
using namespace std::chrono_literals;

TEST_CASE("timers fire in order, and a cancelled one never does") {
    boost::asio::io_context context;
    AsioReactor reactor(context);
    std::vector<int> fired;
    reactor.schedule(500ms, [&] { fired.push_back(2); });
    const auto cancelled = reactor.schedule(1ms, [&] { fired.push_back(9); });
    reactor.schedule(1ms, [&] { fired.push_back(1); });
    reactor.cancel(cancelled);
    context.run();
    CHECK(fired == std::vector<int>{1, 2});
}

TEST_CASE("a timer may restart itself from its own task") {
    boost::asio::io_context context;
    AsioReactor reactor(context);
    Timer timer(reactor);
    int count = 0;
    std::function<void()> again = [&] {
        if (++count < 3) timer.start(1ms, again);
    };
    timer.start(1ms, again);
    context.run();
    CHECK(count == 3);
    CHECK_FALSE(timer.running());
}

TEST_CASE("a watch reports a readable descriptor until it ends") {
    boost::asio::io_context context;
    AsioReactor reactor(context);
    EventFd event;
    int seen = 0;
    std::unique_ptr<Watch> watch;
    watch = std::make_unique<Watch>(reactor, event.descriptor(), [&] {
        event.drain();
        if (++seen == 2) {
            watch.reset();
        } else {
            event.notify();
        }
    });
    event.notify();
    context.run();
    CHECK(seen == 2);
}
