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
        : owner(owner_), reactor(reactor_), connector(connector_), options(std::move(options_)) {}

    CallManager& owner;
    base::Reactor& reactor;
    media::Connector& connector;
    Options options;
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

    ActiveCall* find_call(base::CallId id) override {
        const auto call = calls.find(id);
        return call != calls.end() ? call->second.get() : nullptr;
    }

    void later(base::CallId id, std::function<void(ActiveCall&)> task) override {
        reactor.post([weak = std::weak_ptr(alive), id, task = std::move(task)] {
            const auto impl = weak.lock();
            if (!impl) return;
            if (auto* call = (*impl)->find_call(id)) task(*call);
        });
    }

    void changed(const ActiveCall& call) override {
        if (owner.on_change) owner.on_change(view(call));
    }

    void service(std::string_view event, std::vector<std::pair<std::string, std::string>> fields) override {
        if (owner.on_service) owner.on_service(event, std::move(fields));
    }

    CallView view(const ActiveCall& call) const {
        auto view = call.view();
        view.conference = std::any_of(calls.begin(), calls.end(), [&](const auto& entry) {
            return entry.second.get() != &call && call.shares_audio_with(*entry.second);
        });
        return view;
    }

    base::CallId add(std::unique_ptr<Leg> leg, const CallRequest& request);
    void pick_up(ActiveCall& picker, const PickupTarget& target);

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
};

namespace {

/// The fields that most calls have not got stand at the end of the line, and only when there is something in
/// them.
std::string rare_fields(const CallRecord& record) {
    std::string text;
    const auto add = [&](std::string_view key, const std::string& value) {
        if (!value.empty()) text += base::format(" {}={}", key, base::log_value(value));
    };
    if (record.caller.presentation == Presentation::restricted) add("presentation", "restricted");
    add("disconnect", record.disconnect);
    std::string diverted;
    for (const auto& diversion : record.diversions) {
        if (!diverted.empty()) diverted += ',';
        diverted += diversion.number;
    }
    add("diverted_by", diverted);
    add("transferred_to", record.transferred_to);
    add("transfer_endpoint", record.transfer_endpoint);
    if (record.joined) add("joined", to_text(record.joined));
    add("charge", record.charge);
    add("malicious", record.identification);
    return text;
}

void log_record(const CallRecord& record) {
    base::log::info(
        "call",
        "call={} record from={} to={} caller={} called={} route={} setup={}ms talk={}ms attempts={} "
        "cause={} by={}{}",
        record.id, base::log_value(record.from_endpoint), base::log_value(record.to_endpoint),
        base::log_value(record.caller.number), base::log_value(record.called), base::log_value(record.route),
        record.setup.count(), record.talk.count(), record.attempts, base::log_value(to_text(record.cause)),
        record.released_by, rare_fields(record));
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
    : impl_(std::make_unique<Impl>(*this, reactor, connector, std::move(options))) {}

CallManager::~CallManager() = default;

void CallManager::set_routes(std::vector<routing::RouteRule> rules) {
    impl_->rules = std::move(rules);
}

void CallManager::add_exit(Exit& exit) {
    impl_->exits.push_back(&exit);
}

void CallManager::set_ringback(dsp::ToneSequence ringback) {
    impl_->options.ringback = std::move(ringback);
}

void CallManager::remove_exit(const routing::Destination& destination) {
    std::erase_if(impl_->exits, [&](const Exit* exit) { return exit->destination() == destination; });
}

void CallManager::remove_exit(const Exit& exit) {
    std::erase(impl_->exits, &exit);
}

base::LegId CallManager::next_leg_id() {
    return impl_->next_leg_id();
}

base::CallId CallManager::Impl::add(std::unique_ptr<Leg> leg, const CallRequest& request) {
    const base::CallId id{++last_call};
    ++total;
    const ActiveCall::Parts parts{*this, reactor, connector, options};
    changed(*(calls[id] = std::make_unique<ActiveCall>(id, std::move(leg), request, parts)));
    return id;
}

/// Ids grow, so the first one that is found rings longest.
void CallManager::Impl::pick_up(ActiveCall& picker, const PickupTarget& target) {
    const auto ringing = std::find_if(calls.begin(), calls.end(), [&](const auto& entry) {
        return entry.second.get() != &picker && entry.second->rings_at(target);
    });
    if (ringing != calls.end() && picker.pick_up(*ringing->second)) return;
    picker.hang_up({q850::normal_unspecified, Location::private_local, "no call to pick up"});
}

// Only takes the leg over; the route is looked up in a posted task, so that no command reaches the leg while
// its owner is still inside the function that announced it.
void CallManager::incoming(std::unique_ptr<Leg> leg, const CallRequest& request) {
    if (!leg) return;
    impl_->later(impl_->add(std::move(leg), request), [](ActiveCall& call) { call.begin(); });
}

void CallManager::pick_up(std::unique_ptr<Leg> leg, const CallRequest& request, const PickupTarget& target) {
    if (!leg) return;
    impl_->later(impl_->add(std::move(leg), request),
                 [impl = impl_.get(), target](ActiveCall& call) { impl->pick_up(call, target); });
}

std::vector<CallView> CallManager::calls() const {
    std::vector<CallView> views;
    views.reserve(impl_->calls.size());
    for (const auto& [id, call] : impl_->calls)
        views.push_back(impl_->view(*call));
    return views;
}

bool CallManager::hang_up(base::CallId id, const Cause& cause) {
    const auto call = impl_->calls.find(id);
    if (call == impl_->calls.end()) return false;
    call->second->hang_up(cause);
    return true;
}

base::Result<void> CallManager::identify(base::CallId id) {
    auto* call = impl_->find_call(id);
    if (call == nullptr) return base::fail("there is no such call");
    if (!call->identify())
        return base::fail("only an answered call from a span with malicious_call: yes can be identified");
    return {};
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
