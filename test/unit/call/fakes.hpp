// A connector, legs and exits that do what a test tells them. Single-threaded.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "manual_reactor.hpp"
#include "tipring/call/call_manager.hpp"

namespace tipring::test {

class FakeConnector final : public media::Connector {
  public:
    void connect(media::EndpointId a, media::EndpointId b) override {
        disconnect(a);
        disconnect(b);
        peers[a] = b;
        peers[b] = a;
        ++connects;
    }
    void disconnect(media::EndpointId endpoint) override {
        const auto found = peers.find(endpoint);
        if (found == peers.end()) return;
        const auto other = found->second;
        peers.erase(endpoint);
        peers.erase(other);
    }
    std::map<media::EndpointId, media::EndpointId> peers;
    unsigned connects = 0;
};

/// Counts the legs that are alive, and knows them by id.
struct LegTable;

class FakeLeg final : public call::Leg {
  public:
    FakeLeg(base::LegId id, std::string name, LegTable& table);
    ~FakeLeg() override;

    void start(const call::CallRequest& request) override { note("start " + request.called); }
    void proceeding() override { note("proceeding"); }
    void alert(bool inband) override { note(inband ? "alert inband" : "alert local"); }
    void answer() override { note("answer"); }
    void release(const call::Cause& cause) override { note("release " + std::to_string(cause.value)); }
    void send_digit(char digit) override { note(std::string("digit ") + digit); }
    media::EndpointId media() const override { return endpoint; }

    call::LegObserver& report() { return *observer(); }
    bool observed() const { return observer() != nullptr; }
    bool released_by_us() const { return heard.find("release ") != std::string::npos; }

    std::string heard;  ///< the commands so far, joined by commas
    media::EndpointId endpoint;
    bool over = false;  ///< has reported on_released

  private:
    LegTable& table_;
    void note(const std::string& command) { heard += (heard.empty() ? "" : ", ") + command; }
};

struct LegTable {
    std::map<base::LegId, FakeLeg*> alive;
    bool inside_callback = false;
    bool destroyed_inside_callback = false;
    /// Reports as a real leg does, and watches that nothing is destroyed meanwhile.
    void report(const std::function<void()>& task) {
        inside_callback = true;
        task();
        inside_callback = false;
    }
    void released(FakeLeg& leg, const call::Cause& cause) {
        leg.over = true;
        report([&] { leg.report().on_released(leg, cause); });
    }
};

inline FakeLeg::FakeLeg(base::LegId id, std::string name, LegTable& table)
    : Leg(id, std::move(name)), endpoint{id.value + 1000}, table_(table) {
    table_.alive[id] = this;
}
inline FakeLeg::~FakeLeg() {
    if (table_.inside_callback) table_.destroyed_inside_callback = true;
    table_.alive.erase(id());
}

class FakeExit final : public call::Exit {
  public:
    FakeExit(routing::Destination destination, LegTable& table)
        : destination_(std::move(destination)), table_(table) {}
    routing::Destination destination() const override { return destination_; }
    std::unique_ptr<call::Leg> open(base::LegId id, const call::CallRequest&, call::Cause& why) override {
        if (refuse_with != 0) {
            why = {refuse_with, call::Location::user, "refused"};
            return nullptr;
        }
        auto leg = std::make_unique<FakeLeg>(id, routing::to_text(destination_), table_);
        last = leg.get();
        return leg;
    }
    std::uint8_t refuse_with = 0;
    FakeLeg* last = nullptr;

  private:
    routing::Destination destination_;
    LegTable& table_;
};

}  // namespace tipring::test
