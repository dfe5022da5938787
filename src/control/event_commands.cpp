// events (history) and events.follow (stream).
#include <boost/json/array.hpp>

#include "commands.hpp"
#include "view_json.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

class EventsCommand final : public Command {
  public:
    explicit EventsCommand(const System& system) : system_(system) {}
    std::string_view name() const override { return "events"; }
    std::string_view summary() const override { return "what happened lately, oldest first"; }
    Access access() const override { return Access::read; }
    std::vector<Parameter> parameters() const override {
        return {{"limit", "integer", false, "only the newest so many"}};
    }
    Reply run(const json::object& parameters) override {
        const auto& history = system_.events.history();
        const auto size = static_cast<std::int64_t>(history.size());
        const auto limit = integer_parameter(parameters, "limit", size, 0, size);
        json::array list;
        for (auto event = history.end() - limit; event != history.end(); ++event)
            list.push_back(event_object(*event));
        return list;
    }

  private:
    const System& system_;
};

/// Lives as long as the client that follows.
class Subscription {
  public:
    Subscription(telemetry::EventLog& events, Client& client) : events_(events) {
        key_ = events_.subscribe(
            [&client](const telemetry::Event& event) { client.notify("event", event_object(event)); });
    }
    Subscription(const Subscription&) = delete;
    Subscription& operator=(const Subscription&) = delete;
    ~Subscription() { events_.unsubscribe(key_); }

  private:
    telemetry::EventLog& events_;
    telemetry::EventLog::SubscriberKey key_;
};

class EventsFollowCommand final : public Command {
  public:
    explicit EventsFollowCommand(System& system) : system_(system) {}
    std::string_view name() const override { return "events.follow"; }
    std::string_view summary() const override {
        return "sends every event from now on as a notification \"event\"";
    }
    Access access() const override { return Access::read; }
    Reply run(const json::object&) override {
        return CommandError{rpc_code::refused, "events.follow needs a connection"};
    }
    void start(const json::object&, Client& client, Answer answer) override {
        answer(json::value(json::object{{"following", true}}));
        client.keep(std::make_shared<Subscription>(system_.events, client));
    }

  private:
    System& system_;
};

}  // namespace

void add_event_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<EventsCommand>(system));
    registry.add(std::make_unique<EventsFollowCommand>(system));
}

}  // namespace tipring::control
