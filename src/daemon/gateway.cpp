#include "tipring/daemon/gateway.hpp"

#include <map>

#include "board_factory.hpp"
#include "checked_config.hpp"
#include "in_process_world.hpp"
#include "service_manager.hpp"
#include "tipring/analog/port.hpp"
#include "tipring/base/asio_reactor.hpp"
#include "tipring/base/log.hpp"
#include "tipring/call/call_manager.hpp"
#include "tipring/control/server.hpp"
#include "tipring/control/system.hpp"
#include "tipring/isdn/span.hpp"
#include "tipring/media/engine.hpp"
#include "tipring/media/rtp_socket.hpp"
#include "tipring/sip/service.hpp"
#include "tipring/telemetry/event_log.hpp"
#include "translate.hpp"

namespace tipring::daemon {

namespace log = base::log;
using namespace std::chrono_literals;

namespace {

/// How long calls may take to end, and then the SIP side to un-register, before the daemon leaves anyway.
constexpr base::Duration call_release_limit = 600ms;
constexpr base::Duration sip_stop_limit = 1000ms;
constexpr base::Duration poll_interval = 20ms;

media::EngineOptions engine_options(const config::Media& settings) {
    return {.realtime_priority = settings.realtime_priority, .write_lead_ms = settings.write_lead_ms};
}

}  // namespace

// Members are in the order of their making; destruction runs backwards, so that nobody outlives what it
// refers to.
struct Gateway::Impl {
    Impl(boost::asio::io_context& io, config::Config settings)
        : context(io),
          config(std::move(settings)),
          reactor(io),
          engine(engine_options(config.media)),
          rtp_ports({config.media.first_port, config.media.last_port, config.media.dscp}),
          calls(reactor, engine, {}),
          service_manager(reactor),
          stop_timer(reactor) {}

    base::Result<void> start();
    void stop(std::function<void()> done);

    boost::asio::io_context& context;
    config::Config config;
    base::AsioReactor reactor;
    telemetry::EventLog events;
    OpenBoard board;
    media::Engine engine;
    std::unique_ptr<base::Watch> engine_watch;
    media::RtpPortPool rtp_ports;
    call::CallManager calls;
    std::vector<std::unique_ptr<analog::Port>> ports;
    std::vector<std::unique_ptr<call::Exit>> groups;
    std::vector<std::unique_ptr<isdn::Span>> spans;
    std::unique_ptr<sip::Service> sip;
    std::unique_ptr<InProcessWorld> world;
    std::unique_ptr<control::System> system;
    control::Registry commands;
    std::unique_ptr<control::Server> control_server;
    ServiceManager service_manager;
    base::Timer stop_timer;
    base::TimePoint release_until{};
    unsigned channels_open = 0, channels_missing = 0;

  private:
    template <class Opened>
    Opened note(Opened opened);
    base::Result<void> start_board();
    void start_engine();
    void observe_calls();
    base::Result<void> add_ports();
    base::Result<void> add_port(const config::Port& port);
    void add_groups();
    base::Result<void> add_spans();
    base::Result<void> add_span(const config::Span& span);
    void start_sip();
    base::Result<void> start_control();
    void finish_stop(std::function<void()> done);
};

Gateway::Gateway(boost::asio::io_context& context, config::Config config)
    : impl_(std::make_unique<Impl>(context, std::move(config))) {}

Gateway::~Gateway() = default;

base::Result<void> Gateway::start() {
    return impl_->start();
}

void Gateway::stop(std::function<void()> done) {
    impl_->stop(std::move(done));
}

base::Result<void> Gateway::Impl::start() {
    if (auto result = start_board(); !result) return result;
    start_engine();
    observe_calls();
    calls.set_routes(route_rules(config.routes));
    if (auto result = add_ports(); !result) return result;
    add_groups();
    if (auto result = add_spans(); !result) return result;
    if (channels_open == 0 && channels_missing > 0) return base::fail("none of the channels could be opened");
    start_sip();
    if (board.virtual_board) world = std::make_unique<InProcessWorld>(config, *board.virtual_board);
    if (auto result = start_control(); !result) return result;
    log::info("daemon", "ready: {} ports and {} spans on board {}, {} SIP accounts", ports.size(),
              spans.size(), board.board->name(), config.sip.accounts.size());
    auto summary = base::format("{} ports, {} spans", ports.size(), spans.size());
    if (channels_missing > 0) summary += base::format("; {} channels could not be opened", channels_missing);
    service_manager.ready(summary);
    return {};
}

base::Result<void> Gateway::Impl::start_board() {
    auto opened = open_board(config.board);
    if (!opened) return opened.error();
    board = std::move(*opened);
    for (const auto& problem : compare_with_board(config, *board.board))
        log::error("config", "{}", to_text(problem));
    return {};
}

void Gateway::Impl::start_engine() {
    if (const auto warning = engine.start(); !warning.empty()) log::warning("media", "{}", warning);
    engine_watch =
        std::make_unique<base::Watch>(reactor, engine.event_descriptor(), [this] { engine.dispatch(); });
}

void Gateway::Impl::observe_calls() {
    calls.on_change = [this](const call::CallView& view) {
        events.publish(base::format("call.{}", call::name(view.state)), {{"call", to_text(view.id)},
                                                                         {"from", view.from_endpoint},
                                                                         {"to", view.to_endpoint},
                                                                         {"caller", view.caller},
                                                                         {"called", view.called}});
    };
    calls.on_record = [this](const call::CallRecord& record) {
        events.publish("call.ended", {{"call", to_text(record.id)},
                                      {"from", record.from_endpoint},
                                      {"to", record.to_endpoint},
                                      {"caller", record.caller.number},
                                      {"called", record.called},
                                      {"talk_ms", std::to_string(record.talk.count())},
                                      {"cause", to_text(record.cause)},
                                      {"released_by", record.released_by}});
    };
}

// One bad channel must not keep the other telephones from working, the lift's and the emergency line's among
// them. It stands in the log and in `tipringctl ports` or `spans`, and routes pass it by.
template <class Opened>
Opened Gateway::Impl::note(Opened opened) {
    if (opened) {
        ++channels_open;
    } else {
        ++channels_missing;
        log::error("hardware", "{}; it stays out of use until the gateway is started again",
                   opened.error().message);
    }
    return opened;
}

base::Result<void> Gateway::Impl::add_ports() {
    for (const auto& port : config.ports) {
        if (!port.enabled) continue;
        if (auto added = add_port(port); !added) return added;
    }
    return {};
}

base::Result<void> Gateway::Impl::add_port(const config::Port& port) {
    const bool fxs = port.kind == config::PortKind::fxs;
    auto channel = note(board.board->open(
        {port.channel}, {.law = law_of_account(config, port.account),
                         .kind = fxs ? hardware::ChannelKind::fxs : hardware::ChannelKind::fxo}));
    auto country = hardware::country_tones(port.country.empty() ? config.country : port.country);
    if (!country) return country.error();
    analog::PortParts parts{
        .reactor = reactor,
        .engine = engine,
        .calls = calls,
        .channel = channel ? std::move(*channel)
                           : hardware::missing_channel({port.channel}, channel.error().message),
        .country = std::move(*country),
        .on_change = [this](const analog::PortView& view, const analog::StateChange& change) {
            events.publish("port.state", {{"port", to_text(view.channel)},
                                          {"number", view.number},
                                          {"state", change.state},
                                          {"because", change.because}});
        }};
    ports.push_back(fxs ? analog::make_fxs_port(port, std::move(parts))
                        : analog::make_fxo_port(port, std::move(parts)));
    calls.add_exit(ports.back()->exit());
    return {};
}

void Gateway::Impl::add_groups() {
    std::map<std::string, std::vector<analog::Port*>> lines;
    for (const auto& port : ports) {
        if (!port->settings().group.empty()) lines[port->settings().group].push_back(port.get());
    }
    for (const auto& [name, members] : lines) {
        groups.push_back(analog::make_line_group(name, members));
        calls.add_exit(*groups.back());
    }
}

base::Result<void> Gateway::Impl::add_spans() {
    for (const auto& span : config.spans) {
        if (auto added = add_span(span); !added) return added;
    }
    return {};
}

base::Result<void> Gateway::Impl::add_span(const config::Span& span) {
    auto d_channel = note(board.board->open_d_channel({span.d_channel}));
    std::vector<hardware::Channel> bearers;
    for (const auto number : span.bearers) {
        if (!d_channel) break;
        auto bearer = note(
            board.board->open({number}, {.law = law_of_span(span), .kind = hardware::ChannelKind::bearer}));
        if (bearer) bearers.push_back(std::move(*bearer));
    }
    auto country = hardware::country_tones(span.country.empty() ? config.country : span.country);
    if (!country) return country.error();
    spans.push_back(isdn::make_span(
        span, {.reactor = reactor,
               .engine = engine,
               .calls = calls,
               .d_channel =
                   d_channel ? std::move(*d_channel) : hardware::missing_d_channel(d_channel.error().message),
               .bearers = std::move(bearers),
               .country = std::move(*country),
               .on_change = [this](std::string_view event, const isdn::SpanView& view) {
                   events.publish(std::string(event), {{"span", std::to_string(view.number)},
                                                       {"name", view.name},
                                                       {"d_channel", view.d_channel_up ? "up" : "down"}});
               }}));
    calls.add_exit(spans.back()->exit());
    return {};
}

/// SIP that cannot start yet is no reason to leave telephones and exchange lines dead: the service tries again
/// by itself.
void Gateway::Impl::start_sip() {
    if (config.sip.accounts.empty()) return;
    sip = sip::make_service(
        {.reactor = reactor,
         .engine = engine,
         .rtp_ports = rtp_ports,
         .calls = calls,
         .settings = config.sip,
         .media = config.media,
         .identities = identities(config),
         .on_registration = [this](const sip::RegistrationView& view) {
             events.publish(base::format("registration.{}", sip::name(view.state)),
                            {{"account", view.account}, {"user", view.user}, {"reason", view.reason}});
         }});
    sip->start();
    for (auto* exit : sip->exits())
        calls.add_exit(*exit);
}

base::Result<void> Gateway::Impl::start_control() {
    system = std::make_unique<control::System>(
        control::System{.ports = {},
                        .spans = {},
                        .sip = sip.get(),
                        .calls = calls,
                        .events = events,
                        .engine = engine,
                        .version = TIPRING_VERSION,
                        .started = std::chrono::system_clock::now(),
                        .board = std::string(board.board->name()),
                        .config_file = config.file,
                        .routes = route_rules(config.routes),
                        .simulation = world ? &world->simulation() : nullptr});
    for (const auto& port : ports)
        system->ports.push_back(port.get());
    for (const auto& span : spans)
        system->spans.push_back(span.get());
    control::add_all_commands(commands, *system, context);
    control::ServerOptions options;
    options.socket_path = config.control.socket;
    options.group = config.control.group;
    control_server = std::make_unique<control::Server>(context, commands, std::move(options));
    return control_server->start();
}

void Gateway::Impl::stop(std::function<void()> done) {
    service_manager.stopping();
    calls.hang_up_all({call::q850::normal_clearing, call::Location::private_local, "gateway stops"});
    release_until = reactor.now() + call_release_limit;
    finish_stop(std::move(done));
}

// Waits for the calls to be gone (or the limit), then takes the lines down and un-registers.
void Gateway::Impl::finish_stop(std::function<void()> done) {
    if (!calls.calls().empty() && reactor.now() < release_until) {
        stop_timer.start(poll_interval, [this, done = std::move(done)] { finish_stop(done); });
        return;
    }
    for (const auto& port : ports)
        port->shut_down();
    for (const auto& span : spans)
        span->shut_down();
    if (sip) {
        sip->stop(sip_stop_limit, std::move(done));
    } else {
        done();
    }
}

}  // namespace tipring::daemon
