// Four telephones (201 to 204, channels 1 to 4) with a real call manager, for tests of their services.
#pragma once

#include "office.hpp"

namespace tipring::test {

struct Phones {
    ManualReactor reactor;
    NoConnector connector;
    std::vector<call::CallRecord> records;
    call::CallManager calls{reactor, connector, {60s}};
    analog::ServiceStore store{""};
    Wire wires[4];
    std::string sip_fault;  ///< of every account
    std::unique_ptr<analog::FxsPort> ports[4];
    using Edit = std::function<void(unsigned index, config::Port&)>;

    /// 201 to 203 are the group "desk"; 112 rings at 204, also behind a 0.
    explicit Phones(const Edit& edit = {}, hardware::RingCadence ring = {2000, 4000}) {
        std::vector<routing::RouteRule> rules;
        for (const auto& [called, to] :
             {std::pair{"201", "201"}, std::pair{"202", "202"}, std::pair{"203", "203"},
              std::pair{"204", "204"}, std::pair{"112", "204"}}) {
            routing::RouteRule rule;
            rule.called = called;
            rule.to = {{routing::DestinationKind::port, to}};
            rules.push_back(rule);
        }
        routing::RouteRule outside;
        outside.called = "011x";
        outside.strip = 1;
        outside.to = {{routing::DestinationKind::port, "204"}};
        rules.push_back(outside);
        calls.set_routes(rules);
        analog::PhoneRules common;
        common.routes = std::make_shared<const std::vector<routing::RouteRule>>(rules);
        calls.on_record = [this](const call::CallRecord& record) { records.push_back(record); };
        for (unsigned index = 0; index < 4; ++index) {
            config::Port settings;
            settings.channel = index + 1;
            settings.kind = config::PortKind::fxs;
            settings.number = std::to_string(201 + index);
            settings.label = "label " + settings.number;
            settings.group = index < 3 ? "desk" : "";
            settings.digit_map = "2xx|112|9xx";
            if (edit) edit(index, settings);
            auto channel = std::make_shared<hardware::Channel>();
            channel->info.number = {index + 1};
            channel->control = std::make_unique<FakeControl>(wires[index]);
            auto tones = country();
            tones.ring = ring;
            analog::AnalogPort::Parts parts{
                reactor,
                calls,
                channel,
                tones,
                {},
                [this, index](hardware::Channel&, media::Engine::Handler handler) {
                    wires[index].handler = std::move(handler);
                    return std::make_unique<FakeAudio>(wires[index], media::EndpointId{index + 1});
                }};
            parts.sip_fault = [this] { return sip_fault; };
            ports[index] = std::make_unique<analog::FxsPort>(settings, std::move(parts), store, common);
            calls.add_exit(ports[index]->exit());
            wires[index].take();
        }
    }
    ~Phones() {
        for (auto& port : ports)
            port->shut_down();
    }

    void event(unsigned index, LineEventKind kind, char digit = 0) {
        if (kind == LineEventKind::off_hook) wires[index].status.off_hook = true;
        if (kind == LineEventKind::on_hook) wires[index].status.off_hook = false;
        media::Event event;
        event.line = {kind, digit};
        wires[index].handler(event);
        reactor.run_posted();
    }
    void engine(unsigned index, media::EventKind kind, char digit = 0) {
        media::Event event;
        event.kind = kind;
        event.digit = digit;
        wires[index].handler(event);
        reactor.run_posted();
    }
    void digits(unsigned index, const std::string& text) {
        for (const char digit : text)
            engine(index, media::EventKind::digit, digit);
    }
    void lift(unsigned index) { event(index, LineEventKind::off_hook); }
    void flash(unsigned index) { event(index, LineEventKind::flash); }
    void dial(unsigned index, const std::string& number) {
        lift(index);
        digits(index, number);
    }
    /// Down, and the driver has settled.
    void hang_up(unsigned index) {
        event(index, LineEventKind::on_hook);
        reactor.advance(700ms);
    }
    /// A service that is confirmed.
    void use(unsigned index, const std::string& code) {
        dial(index, code);
        CHECK(state(index) == "confirming");
        hang_up(index);
    }
    void talk(unsigned caller, unsigned called) {
        dial(caller, number(called));
        lift(called);
        REQUIRE(state(caller) == "talking");
        REQUIRE(state(called) == "talking");
    }
    static std::string number(unsigned index) { return std::to_string(201 + index); }
    std::string state(unsigned index) const { return ports[index]->view().state; }
    void check_quiet() {
        for (unsigned index = 0; index < 4; ++index) {
            event(index, LineEventKind::on_hook);
            event(index, LineEventKind::on_hook);
        }
        reactor.advance(3s);
        CHECK(calls.calls().empty());
        for (const auto& port : ports) {
            CAPTURE(port->view().number, port->view().state);
            CHECK(port->idle());
        }
        CHECK(connector.pairs.empty());
        CHECK(reactor.timers() == 0);
    }
};

/// Somebody outside who watches a leg that he has opened on a port.
struct Watcher final : call::LegObserver {
    std::string heard;
    void note(const std::string& what) { heard += (heard.empty() ? "" : " ") + what; }
    void on_proceeding(call::Leg&) override {}
    void on_alerting(call::Leg&, bool) override { note("alerting"); }
    void on_answered(call::Leg&) override { note("answered"); }
    void on_released(call::Leg&, const call::Cause& cause) override {
        note("released:" + std::to_string(cause.value));
    }
    void on_media_changed(call::Leg&) override {}
    void on_digit(call::Leg&, char) override {}
    void on_redirected(call::Leg&, const std::string& number, call::DivertReason) override {
        note("redirected:" + number);
    }
};

/// A call from outside.
struct Outside {
    Watcher watcher;
    std::unique_ptr<call::Leg> leg;
    call::Cause why;
    Outside(Phones& phones, unsigned index, const call::CallRequest& request) {
        leg = phones.ports[index]->open({1000 + index}, request, why);
        if (!leg) return;
        leg->observe(&watcher);
        leg->start(request);
        phones.reactor.run_posted();
    }
};

inline call::CallRequest from(const std::string& number, const std::string& name = "",
                              call::Presentation presentation = call::Presentation::allowed) {
    call::CallRequest request;
    request.caller = {number, name, presentation};
    return request;
}

}  // namespace tipring::test
