#include "tipring/daemon/gateway.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "board_factory.hpp"
#include "checked_config.hpp"
#include "in_process_world.hpp"
#include "lines.hpp"
#include "reload.hpp"
#include "service_manager.hpp"
#include "tipring/analog/port.hpp"
#include "tipring/base/asio_reactor.hpp"
#include "tipring/base/log.hpp"
#include "tipring/call/call_manager.hpp"
#include "tipring/control/server.hpp"
#include "tipring/control/system.hpp"
#include "tipring/hardware/tone_zones.hpp"
#include "tipring/isdn/span.hpp"
#include "tipring/isdn/span_care.hpp"
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

void log_driver_power(hardware::Board& board) {
    for (const auto& power : board.driver_power()) {
        if (!power.readable) {
            log::info("hardware",
                      "driver {}: only root may read its loopcurrent and lowpower (grep . "
                      "/sys/module/{}/parameters/lo*)",
                      power.driver, power.driver);
            continue;
        }
        log::info("hardware", "driver {}: loopcurrent={} mA, lowpower={}", power.driver,
                  power.loop_current_ma.value_or(0), power.low_power.value_or(0));
        for (const auto& warning : hardware::power_warnings(power))
            log::warning("hardware", "{}", warning);
    }
}

/// For transferred calls.
dsp::ToneSequence ringback(const config::Config& config) {
    if (auto country = hardware::country_tones(config.country)) return std::move(country->tones.ringback);
    log::error("daemon", "no ringback for transferred calls: the country {} is not known", config.country);
    return {};
}

}  // namespace

// Destruction runs backwards through the members, so that nobody outlives what it refers to. They are made in
// this order, too, but for the control server: it is the first.
struct Gateway::Impl {
    Impl(boost::asio::io_context& io, config::Config settings)
        : context(io),
          config(std::move(settings)),
          reactor(io),
          engine(engine_options(config.media)),
          rtp_ports({config.media.first_port, config.media.last_port, config.media.dscp}),
          calls(reactor, engine, {.ringback = ringback(config)}),
          service_manager(reactor),
          stop_timer(reactor) {}

    base::Result<void> start();
    void reload(control::ReloadAnswer answer);
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
    std::unique_ptr<Lines> lines;
    std::unique_ptr<isdn::SpanCare> span_care;
    std::unique_ptr<sip::Service> sip;
    std::unique_ptr<InProcessWorld> world;
    std::unique_ptr<control::System> system;
    control::Registry commands;
    std::unique_ptr<control::Server> control_server;
    ServiceManager service_manager;
    base::Timer stop_timer;
    base::TimePoint release_until{};
    bool stops = false;
    std::vector<std::function<void()>> reloads;  ///< to be answered

  private:
    base::Result<void> start_board();
    void start_engine();
    void observe_calls();
    base::Result<void> open_lines();
    void look_after_spans();
    void lines_changed();
    std::vector<std::string> take_over(config::Config loaded);
    void answer_reloads();
    void start_sip();
    base::Result<void> listen_for_control();
    void offer_commands();
    void finish_stop(std::function<void()> done);
};

Gateway::Gateway(boost::asio::io_context& context, config::Config config)
    : impl_(std::make_unique<Impl>(context, std::move(config))) {}

Gateway::~Gateway() = default;

base::Result<void> Gateway::start() {
    return impl_->start();
}

void Gateway::reload() {
    try {
        impl_->reload([](const control::ReloadReport&) {});
    } catch (const std::exception& problem) {
        log::error("daemon", "the reload ended by an error that was not expected: {}", problem.what());
    }
}

void Gateway::stop(std::function<void()> done) {
    impl_->stop(std::move(done));
}

base::Result<void> Gateway::Impl::start() {
    // First of all: where another gateway is at work, this one must not touch the board.
    if (auto result = listen_for_control(); !result) return result;
    if (auto result = start_board(); !result) return result;
    start_engine();
    observe_calls();
    if (auto result = open_lines(); !result) return result;
    start_sip();
    if (board.virtual_board) world = std::make_unique<InProcessWorld>(config, *board.virtual_board);
    offer_commands();
    lines_changed();
    log::info("daemon", "ready: {} ports and {} spans on board {}, {} SIP accounts", system->ports.size(),
              system->spans.size(), board.board->name(), config.sip.accounts.size());
    service_manager.ready();
    return {};
}

base::Result<void> Gateway::Impl::start_board() {
    auto opened = open_board(config.board);
    if (!opened) return opened.error();
    board = std::move(*opened);
    for (const auto& problem : compare_with_board(config, *board.board))
        log::error("config", "{}", to_text(problem));
    const bool feeds_phones = std::ranges::any_of(config.ports, [](const config::Port& port) {
        return port.enabled && port.kind == config::PortKind::fxs;
    });
    if (feeds_phones) log_driver_power(*board.board);
    return {};
}

void Gateway::Impl::start_engine() {
    if (const auto warning = engine.start(); !warning.empty()) log::warning("media", "{}", warning);
    engine_watch =
        std::make_unique<base::Watch>(reactor, engine.event_descriptor(), [this] { engine.dispatch(); });
}

void Gateway::Impl::observe_calls() {
    calls.on_change = [this](const call::CallView& view) {
        events.publish(base::format("call.{}", call::shown_state(view)),
                       {{"call", to_text(view.id)},
                        {"from", view.from_endpoint},
                        {"to", view.to_endpoint},
                        {"caller", view.caller},
                        {"presentation", std::string(call::name(view.presentation))},
                        {"called", view.called}});
    };
    calls.on_record = [this](const call::CallRecord& record) {
        events.publish("call.ended", {{"call", to_text(record.id)},
                                      {"from", record.from_endpoint},
                                      {"to", record.to_endpoint},
                                      {"caller", record.caller.number},
                                      {"presentation", std::string(call::name(record.caller.presentation))},
                                      {"called", record.called},
                                      {"talk_ms", std::to_string(record.talk.count())},
                                      {"cause", to_text(record.cause)},
                                      {"released_by", record.released_by},
                                      {"disconnect", record.disconnect},
                                      {"transferred_to", record.transferred_to},
                                      {"charge", record.charge},
                                      {"malicious", record.identification}});
    };
    calls.on_service = [this](std::string_view event,
                              std::vector<std::pair<std::string, std::string>> fields) {
        events.publish(std::string(event), std::move(fields));
    };
}

base::Result<void> Gateway::Impl::open_lines() {
    lines = std::make_unique<Lines>(
        Lines::Parts{.reactor = reactor,
                     .config = config,
                     .board = *board.board,
                     .engine = engine,
                     .calls = calls,
                     .events = events,
                     .on_replaced = [this] { lines_changed(); },
                     .sip_fault =
                         [this](const std::string& account, const std::string& number) {
                             return sip ? sip->fault(account, number) : std::string();
                         }});
    if (auto result = lines->open(); !result) return result;
    look_after_spans();
    return {};
}

void Gateway::Impl::look_after_spans() {
    if (config.spans.empty() || span_care) return;
    span_care = std::make_unique<isdn::SpanCare>(isdn::SpanCareParts{
        .reactor = reactor,
        .board = *board.board,
        .engine = engine,
        .spans = [this] { return lines->spans(); },
        .on_event =
            [this](std::string_view event, const isdn::Span& span, std::string_view word) {
                events.publish(std::string(event), {{"span", std::to_string(span.settings().number)},
                                                    {"name", span.settings().name},
                                                    {"what", std::string(word)}});
            }});
    span_care->start();
}

void Gateway::Impl::lines_changed() {
    system->ports = lines->ports();
    system->spans = lines->spans();
    system->routes = lines->routes();
    calls.set_routes(lines->routes());
    const auto missing = lines->missing();
    service_manager.status(
        base::format("{} ports, {} spans{}", system->ports.size(), system->spans.size(),
                     missing > 0 ? base::format("; {} of them MISSING", missing) : std::string()));
    if (sip) {
        const auto now = lines->as_made();
        sip->set_identities(identities(now), hidden_numbers(now));
    }
    if (span_care) span_care->lines_changed();
    answer_reloads();
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
         .on_registration =
             [this](const sip::RegistrationView& view) {
                 events.publish(base::format("registration.{}", sip::name(view.state)),
                                {{"account", view.account}, {"user", view.user}, {"reason", view.reason}});
             },
         .on_message_waiting =
             [this](const sip::Identity& identity, const sip::MessageSummary& summary) {
                 lines->set_messages(identity, summary);
             },
         .hidden_numbers = hidden_numbers(config)});
    sip->start();
    for (auto* exit : sip->exits())
        calls.add_exit(*exit);
}

base::Result<void> Gateway::Impl::listen_for_control() {
    control::ServerOptions options;
    options.socket_path = config.control.socket;
    options.group = config.control.group;
    control_server = std::make_unique<control::Server>(context, commands, std::move(options));
    return control_server->start();
}

void Gateway::Impl::offer_commands() {
    system = std::make_unique<control::System>(
        control::System{.ports = {},
                        .spans = {},
                        .sip = sip.get(),
                        .calls = calls,
                        .events = events,
                        .engine = engine,
                        .version = TIPRING_VERSION,
                        .started = std::chrono::system_clock::now(),
                        .started_steady = base::SteadyClock::now(),
                        .board = std::string(board.board->name()),
                        .config_file = config.file,
                        .routes = {},
                        .simulation = world ? &world->simulation() : nullptr,
                        .span_care = span_care.get(),
                        .reload = [this](control::ReloadAnswer answer) { reload(std::move(answer)); },
                        .waiting = [this] { return lines->waiting(); }});
    control::add_all_commands(commands, *system, context);
}

void Gateway::Impl::reload(control::ReloadAnswer answer) {
    control::ReloadReport report;
    if (stops) {
        report.problems.emplace_back("the gateway stops");
        return answer(report);
    }
    auto loaded = load(config.file, WithBoard::no);
    for (const auto& problem : loaded.problems)
        report.problems.push_back(to_text(problem));
    if (loaded.config)
        report.problems = reload_problems(config, *loaded.config, *board.board,
                                          world ? world->spans() : std::vector<config::Span>{});
    if (!report.problems.empty()) {
        log::error("daemon", "{} is not taken over, nothing was changed:", config.file);
        for (const auto& problem : report.problems)
            log::error("config", "{}", problem);
        return answer(report);
    }
    report.done = take_over(std::move(*loaded.config));
    report.waiting = lines->waiting();
    log::info("daemon", "{} was read again: {} changes, {} lines wait until they are free", config.file,
              report.done.size(), report.waiting.size());
    for (const auto& text : report.done)
        log::info("daemon", "{}", text);
    for (const auto& text : report.waiting)
        log::info("daemon", "{}: waits until it is free", text);
    events.publish("config.reloaded", {{"changes", std::to_string(report.done.size())},
                                       {"waiting", std::to_string(report.waiting.size())}});
    reloads.push_back([this, answer = std::move(answer), report = std::move(report)]() mutable {
        report.missing = lines->missing_lines();
        answer(report);
    });
    answer_reloads();
}

/// When the lines have their channels: whoever asks then does not see lines that seem to be missing.
void Gateway::Impl::answer_reloads() {
    if (lines->settling()) return;
    for (auto& answer : std::exchange(reloads, {}))
        answer();
}

std::vector<std::string> Gateway::Impl::take_over(config::Config loaded) {
    auto done = changed_sections(config, loaded);
    const auto old_level = std::exchange(config, std::move(loaded)).log.level;
    if (const auto level = log::parse_level(config.log.level); level && config.log.level != old_level)
        log::set_level(*level);
    calls.set_ringback(ringback(config));
    if (world) world->add_lines(config);
    std::ranges::move(lines->adopt(), std::back_inserter(done));
    look_after_spans();
    system->span_care = span_care.get();
    return done;
}

void Gateway::Impl::stop(std::function<void()> done) {
    stops = true;
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
    if (span_care) span_care->shut_down();
    lines->shut_down();
    if (sip) {
        sip->stop(sip_stop_limit, std::move(done));
    } else {
        done();
    }
}

}  // namespace tipring::daemon
