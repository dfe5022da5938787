// CallManager: the table of calls, exits and routes. Thread: core.
#include "tipring/call/call_manager.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "active_call.hpp"
#include "tipring/base/log.hpp"

namespace tipring::call {

std::string_view name(CallState state) {
    switch (state) {
        case CallState::routing:
            return "routing";
        case CallState::proceeding:
            return "proceeding";
        case CallState::alerting:
            return "alerting";
        case CallState::talking:
            return "talking";
        case CallState::releasing:
            return "releasing";
    }
    return "?";
}

struct CallManager::Impl final : CallHost {
    Impl(CallManager& owner_, base::Reactor& reactor_, media::Connector& connector_, Options options_)
        : owner(owner_), reactor(reactor_), connector(connector_), options(options_) {}

    CallManager& owner;
    base::Reactor& reactor;
    media::Connector& connector;
    const Options options;
    std::vector<routing::RouteRule> rules;
    std::vector<Exit*> exits;
    std::uint32_t last_call = 0, last_leg = 0;
    std::uint64_t total = 0;

    // Legs and calls that are over end up here and are destroyed by a posted task, outside of their own
    // callbacks.
    std::vector<std::unique_ptr<Leg>> dead_legs;
    std::vector<std::unique_ptr<ActiveCall>> dead_calls;
    bool sweep_posted = false;
    std::map<base::CallId, std::unique_ptr<ActiveCall>> calls;
    /// Posted tasks hold it weakly: they do nothing when the manager is gone.
    std::shared_ptr<Impl*> alive = std::make_shared<Impl*>(this);

    base::LegId next_leg_id() override { return {++last_leg}; }

    routing::Decision decide(const routing::Query& query) override { return routing::decide(rules, query); }

    Exit* find_exit(const routing::Destination& destination) override {
        const auto found = std::find_if(exits.begin(), exits.end(),
                                        [&](const Exit* exit) { return exit->destination() == destination; });
        return found != exits.end() ? *found : nullptr;
    }

    void changed(const ActiveCall& call) override {
        if (owner.on_change) owner.on_change(call.view());
    }

    void finished(ActiveCall& call) override;

    void bury(std::unique_ptr<Leg> leg) override {
        leg->observe(nullptr);
        dead_legs.push_back(std::move(leg));
        post_sweep();
    }

    void post_sweep() {
        if (std::exchange(sweep_posted, true)) return;
        reactor.post([weak = std::weak_ptr(alive)] {
            if (const auto impl = weak.lock()) (*impl)->sweep();
        });
    }

    void sweep() {
        sweep_posted = false;
        // A destructor may bring the next funeral; these lists are done with before that.
        const auto legs = std::exchange(dead_legs, {});
        const auto over = std::exchange(dead_calls, {});
    }

    void begin(base::CallId id) {
        const auto call = calls.find(id);
        if (call != calls.end()) call->second->begin();
    }
};

namespace {

void log_record(const CallRecord& record) {
    base::log::info("call",
                    "call={} record from={} to={} caller={} called={} route={} setup={} talk={} attempts={} "
                    "cause={} by={}",
                    record.id, base::log_value(record.from_endpoint), base::log_value(record.to_endpoint),
                    base::log_value(record.caller.number), base::log_value(record.called),
                    base::log_value(record.route), record.setup, record.talk, record.attempts,
                    base::log_value(to_text(record.cause)), record.released_by);
}

}  // namespace

void CallManager::Impl::finished(ActiveCall& call) {
    const auto record = call.record();
    const auto found = calls.find(call.id());
    if (found == calls.end()) return;
    dead_calls.push_back(std::move(found->second));
    calls.erase(found);
    post_sweep();
    log_record(record);
    if (owner.on_record) owner.on_record(record);
}

CallManager::CallManager(base::Reactor& reactor, media::Connector& connector, Options options)
    : impl_(std::make_unique<Impl>(*this, reactor, connector, options)) {}

CallManager::~CallManager() = default;

void CallManager::set_routes(std::vector<routing::RouteRule> rules) {
    impl_->rules = std::move(rules);
}

void CallManager::add_exit(Exit& exit) {
    impl_->exits.push_back(&exit);
}

void CallManager::remove_exit(const routing::Destination& destination) {
    std::erase_if(impl_->exits, [&](const Exit* exit) { return exit->destination() == destination; });
}

base::LegId CallManager::next_leg_id() {
    return impl_->next_leg_id();
}

// Only takes the leg over; the route is looked up in a posted task, so that no command reaches the leg while
// its owner is still inside the function that announced it.
void CallManager::incoming(std::unique_ptr<Leg> leg, const CallRequest& request) {
    if (!leg) return;
    const base::CallId id{++impl_->last_call};
    ++impl_->total;
    const ActiveCall::Parts parts{*impl_, impl_->reactor, impl_->connector, impl_->options.no_progress,
                                  impl_->options.no_answer};
    const auto& call = *(impl_->calls[id] = std::make_unique<ActiveCall>(id, std::move(leg), request, parts));
    impl_->changed(call);
    impl_->reactor.post([weak = std::weak_ptr(impl_->alive), id] {
        if (const auto impl = weak.lock()) (*impl)->begin(id);
    });
}

std::vector<CallView> CallManager::calls() const {
    std::vector<CallView> views;
    views.reserve(impl_->calls.size());
    for (const auto& [id, call] : impl_->calls)
        views.push_back(call->view());
    return views;
}

bool CallManager::hang_up(base::CallId id, const Cause& cause) {
    const auto call = impl_->calls.find(id);
    if (call == impl_->calls.end()) return false;
    call->second->hang_up(cause);
    return true;
}

void CallManager::hang_up_all(const Cause& cause) {
    std::vector<base::CallId> ids;
    for (const auto& [id, call] : impl_->calls)
        ids.push_back(id);
    for (const auto id : ids)
        hang_up(id, cause);
}

std::uint64_t CallManager::total() const {
    return impl_->total;
}

}  // namespace tipring::call
