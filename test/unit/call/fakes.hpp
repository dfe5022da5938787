// A connector, legs and exits that do what a test tells them. Single-threaded.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "manual_reactor.hpp"
#include "tipring/call/call_manager.hpp"

namespace tipring::test {

/// Joins pairs, as many as one endpoint is in, and watches that nobody parts what is not joined.
class FakeConnector final : public media::Connector {
  public:
    void connect(media::EndpointId a, media::EndpointId b) override {
        pairs.insert(std::minmax(a, b));
        ++connects;
    }
    void disconnect(media::EndpointId a, media::EndpointId b) override {
        if (pairs.erase(std::minmax(a, b)) == 0) ++strange_parts;
    }
    void play_tone(media::EndpointId endpoint, const dsp::ToneSequence&) override {
        ringing.insert(endpoint);
    }
    void stop_tone(media::EndpointId endpoint) override { ringing.erase(endpoint); }

    bool joined(media::EndpointId a, media::EndpointId b) const { return pairs.contains(std::minmax(a, b)); }

    std::set<std::pair<media::EndpointId, media::EndpointId>> pairs;
    std::set<media::EndpointId> ringing;
    unsigned connects = 0, strange_parts = 0;
};

/// 440 Hz, without an end.
inline dsp::ToneSequence ringback_tone() {
    return dsp::parse_tone("440").value();
}

/// Counts the legs that are alive, and knows them by id.
struct LegTable;

class FakeLeg final : public call::Leg {
  public:
    FakeLeg(base::LegId id, std::string name, LegTable& table);
    ~FakeLeg() override;

    void start(const call::CallRequest& request) override {
        note("start " + request.called);
        started = request;
    }
    void proceeding() override { note("proceeding"); }
    void alert(bool inband) override { note(inband ? "alert inband" : "alert local"); }
    void progress() override { note("progress"); }
    void progress_indicators(const std::vector<call::ProgressIndicator>& now, bool) override {
        indicators = now;
    }
    void connected_party(const call::Party& party) override { note("connected " + party.number); }
    void dial_on(char digit) override { note(std::string("dial on ") + digit); }
    bool takes_digits() const override { return dials; }
    void answer() override { note("answer"); }
    void release(const call::Cause& cause) override {
        note("release " + std::to_string(cause.value));
        released_with = cause.why;
    }
    void send_digit(char digit) override { note(std::string("digit ") + digit); }
    void hold(bool held) override { note(held ? "hold" : "unhold"); }
    void flash() override { note("flash"); }
    void transfer_failed() override { note("transfer failed"); }
    bool refer(const call::ReferRequest& request) override {
        if (!can_refer) return false;
        note("refer " + request.number +
             (request.replaces != nullptr ? " replacing " + request.replaces->endpoint_name() : ""));
        return true;
    }
    bool carries_data() const override { return data; }
    void carry_data() override { note("carry data"); }
    std::optional<routing::Source> source() const override { return at; }
    call::Presentation presentation() const override { return shown; }
    std::optional<std::chrono::milliseconds> ringing_limit() const override { return rings_for; }
    media::EndpointId media() const override { return endpoint; }

    call::LegObserver& report() { return *observer(); }
    bool observed() const { return observer() != nullptr; }
    bool released_by_us() const { return heard.find("release ") != std::string::npos; }

    std::string heard;  ///< the commands so far, joined by commas
    media::EndpointId endpoint;
    std::vector<call::ProgressIndicator> indicators;  ///< as told last
    bool over = false;                                ///< has reported on_released
    std::optional<call::Why> released_with;
    bool can_refer = false;
    bool data = false;
    bool dials = false;
    std::optional<routing::Source> at;
    call::Presentation shown = call::Presentation::allowed;
    std::optional<std::chrono::milliseconds> rings_for;
    call::CallRequest started;

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
    void redirected(FakeLeg& leg, const std::string& number, call::DivertReason reason) {
        leg.over = true;
        report([&] { leg.report().on_redirected(leg, number, reason); });
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
        last->can_refer = can_refer;
        last->data = data;
        last->at = at;
        last->shown = shown;
        last->rings_for = rings_for;
        return leg;
    }
    std::uint8_t refuse_with = 0;
    bool can_refer = false, data = false;  ///< of the legs that it opens
    std::optional<routing::Source> at;
    call::Presentation shown = call::Presentation::allowed;
    std::optional<std::chrono::milliseconds> rings_for;
    FakeLeg* last = nullptr;

  private:
    routing::Destination destination_;
    LegTable& table_;
};

}  // namespace tipring::test
