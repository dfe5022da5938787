// AsioReactor: the Reactor of the core thread, over one boost::asio::io_context.
#pragma once

#include <memory>

#include "tipring/base/reactor.hpp"

namespace boost::asio {
class io_context;
}

namespace tipring::base {

class AsioReactor final : public Reactor {
  public:
    /// `context` is run by the core thread and outlives the reactor.
    explicit AsioReactor(boost::asio::io_context& context);
    ~AsioReactor() override;

    TimePoint now() const override;
    void post(Task task) override;
    TimerKey schedule(Duration delay, Task task) override;
    void cancel(TimerKey key) override;
    WatchKey watch(int descriptor, Task task) override;
    void unwatch(WatchKey key) override;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tipring::base
