// tipringctl: shows and steers a running tipringd over its control socket. Thread: main only.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "client.hpp"
#include "render.hpp"
#include "table.hpp"
#include "values.hpp"

namespace {

namespace json = boost::json;
using namespace tipring::cli;

using Renderer = std::function<std::string(const json::value&)>;

/// What one sub-command asks, filled by the parser.
struct Job {
    std::string method;
    json::object parameters;
    Renderer render;
    bool follow = false;
};

struct Arguments {
    std::string socket = "/run/tipring/control.sock";
    bool raw = false;
    std::string port, word, text, number, from, name, span, wav, tone;
    bool pulse = false, loop = false, follow = false;
    long long milliseconds = 300, limit = 0, cause = 16;
};

std::string done(const json::value&) {
    return "done\n";
}

std::string render_hook(const json::value& answer) {
    const std::string already = flag(answer, "changed") ? "" : " already";
    return (flag(answer, "off_hook") ? "off the hook" : "on the hook") + already + "\n";
}

std::string render_line_hang_up(const json::value& answer) {
    return flag(answer, "changed") ? "done\n" : "there was no call\n";
}

std::string render_recorded(const json::value& answer) {
    return text(answer, "milliseconds") + " ms in " + safe(text(answer, "wav")) + "\n";
}

std::string render_ended(const json::value& answer) {
    const auto ended = number(answer, "ended");
    return ended == 1 ? "1 call ended\n" : std::to_string(ended) + " calls ended\n";
}

std::string render_level(const json::value& answer) {
    return "log level: " + safe(text(answer, "level")) + "\n";
}

std::string render_said(const json::value& answer) {
    return "says it, " + text(answer, "seconds") + " s\n";
}

std::string render_row(const json::value& answer) {
    return render_ports(json::array{answer});
}

void add_lists(CLI::App& app, Arguments& arguments, Job& job) {
    const auto plain = [&](const char* name, const char* help, const char* method, const Renderer& render) {
        app.add_subcommand(name, help)->callback([&job, method, render] { job = {method, {}, render}; });
    };
    plain("status", "The gateway at a glance", "status", render_status);
    plain("ports", "All analogue ports with their states", "ports", render_ports);
    plain("calls", "The calls that are going on", "calls", render_calls);
    plain("registrations", "SIP registrations and their states", "registrations", render_registrations);
    plain("spans", "Primary-rate spans", "spans", render_spans);
    plain("commands", "Every command of the control protocol", "commands", render_commands);
    auto* events = app.add_subcommand("events", "What happened lately");
    events->add_flag("-f,--follow", arguments.follow, "Go on with what happens from now on");
    events->add_option("-n,--limit", arguments.limit, "Only the newest so many")
        ->check(CLI::Range(1, 100000));
    events->callback([&] {
        job = {"events", {}, render_events, arguments.follow};
        if (arguments.limit > 0) job.parameters["limit"] = arguments.limit;
    });
}

void add_port(CLI::App& app, Arguments& arguments, Job& job) {
    auto* port = app.add_subcommand("port", "One port: state, counters, settings, last states");
    port->add_option("PORT", arguments.port, "Number of the port, or its channel")->required();
    auto* service = port->add_subcommand("service", "Take the port out of service, or back in");
    service->add_option("in|out", arguments.word, "in or out")
        ->required()
        ->check(CLI::IsMember({"in", "out"}));
    port->callback([&, service] {
        job = {"port.show", {{"port", arguments.port}}, render_port};
        if (service->parsed())
            job = {"port.service",
                   {{"port", arguments.port}, {"in_service", arguments.word == "in"}},
                   render_row};
    });
}

void add_actions(CLI::App& app, Arguments& arguments, Job& job) {
    auto* hangup = app.add_subcommand("hangup", "End one call, or all");
    hangup->add_option("CALL", arguments.text, "Id of the call, or all")->required();
    hangup->callback([&] { job = {"hangup", {{"call", arguments.text}}, render_ended}; });

    auto* log = app.add_subcommand("log", "The daemon's log")->require_subcommand(1);
    auto* level = log->add_subcommand("level", "Show or set how much is logged");
    level->add_option("LEVEL", arguments.text, "trace, debug, info, warning or error");
    level->callback([&] {
        job = {"log.level", {}, render_level};
        if (!arguments.text.empty()) job.parameters["level"] = arguments.text;
    });

    auto* routes = app.add_subcommand("routes", "Where calls go")->require_subcommand(1);
    auto* explain = routes->add_subcommand("explain", "Where a call to a number would go, and why");
    explain->add_option("NUMBER", arguments.number, "The called number")->required();
    explain->add_option("--from", arguments.from,
                        "sip, \"sip NAME\", \"span NAME\" or a port; default: the first telephone");
    explain->callback([&] {
        job = {"routes.explain", {{"number", arguments.number}}, render_route};
        if (!arguments.from.empty()) job.parameters["from"] = arguments.from;
    });
}

void add_sim_phones(CLI::App& sim, Arguments& arguments, Job& job) {
    const auto with_port = [&](const char* name, const char* help, const char* method,
                               const Renderer& render) {
        auto* command = sim.add_subcommand(name, help);
        command->add_option("PORT", arguments.port, "Number of the port, or its channel")->required();
        command->callback([&, method, render] { job = {method, {{"port", arguments.port}}, render}; });
        return command;
    };
    with_port("lift", "Lift the receiver of a telephone (answers when it rings)", "sim.lift", render_hook);
    with_port("hangup", "Hang up a telephone", "sim.hang_up", render_hook);
    with_port("hear", "What is heard now in a telephone, a line or \"isdn\"", "sim.hear", render_hearing);
    with_port("record", "Record what is heard in a telephone, a line or \"isdn\"", "sim.record", done);
    auto* stop = with_port("record-stop", "End the recording", "sim.record_stop", render_recorded);
    stop->add_option("FILE", arguments.wav, "WAV file that the daemon writes")->required();
    stop->callback([&] {
        job = {"sim.record_stop",
               {{"port", arguments.port}, {"wav", std::filesystem::absolute(arguments.wav).string()}},
               render_recorded};
    });
    auto* dial = with_port("dial", "Dial on a telephone", "sim.dial", done);
    dial->add_option("DIGITS", arguments.number, "0-9 * # A-D")->required();
    dial->add_flag("--pulse", arguments.pulse, "Rotary dial instead of tones");
    dial->callback([&] {
        job = {"sim.dial",
               {{"port", arguments.port}, {"digits", arguments.number}, {"pulse", arguments.pulse}},
               done};
    });
    auto* flash = with_port("flash", "Press the hook for a moment", "sim.flash", done);
    flash->add_option("MILLISECONDS", arguments.milliseconds, "50 to 2000; default 300")
        ->check(CLI::Range(50, 2000));
    flash->callback([&] {
        job = {"sim.flash", {{"port", arguments.port}, {"milliseconds", arguments.milliseconds}}, done};
    });
    auto* say =
        with_port("say", "Say something into a telephone, a line or \"isdn\"", "sim.say", render_said);
    auto* what = say->add_option_group("what");
    what->add_option("TEXT", arguments.text, "Spoken by espeak-ng");
    what->add_option("--wav", arguments.wav, "Path of a 16-bit mono WAV file");
    what->add_option("--tone", arguments.tone, "Frequencies in Hz, for example 1000 or 350+440");
    what->require_option(1);
    say->add_flag("--loop", arguments.loop, "Again and again");
    say->callback([&] {
        job = {"sim.say", {{"port", arguments.port}, {"loop", arguments.loop}}, render_said};
        if (!arguments.text.empty()) job.parameters["text"] = arguments.text;
        if (!arguments.wav.empty()) job.parameters["wav"] = arguments.wav;
        if (!arguments.tone.empty()) job.parameters["tone"] = arguments.tone;
    });
}

void add_sim_trunks(CLI::App& sim, Arguments& arguments, Job& job) {
    auto* ring = sim.add_subcommand("ring", "A call comes in on an exchange line");
    ring->add_option("LINE", arguments.port, "Number of the line's port, or its channel")->required();
    ring->callback([&] { job = {"sim.ring", {{"line", arguments.port}}, done}; });
    auto* hangup = sim.add_subcommand("line-hangup", "The caller on an exchange line hangs up");
    hangup->add_option("LINE", arguments.port, "Number of the line's port, or its channel")->required();
    hangup->add_option("HOW", arguments.word, "battery (default) or busy")
        ->check(CLI::IsMember({"battery", "busy"}));
    hangup->callback([&] {
        job = {"sim.line_hang_up",
               {{"line", arguments.port}, {"how", arguments.word.empty() ? "battery" : arguments.word}},
               render_line_hang_up};
    });
    auto* call = sim.add_subcommand("call", "A call comes in from the ISDN network");
    call->add_option("TO", arguments.number, "Called number")->required();
    call->add_option("--from", arguments.from, "Calling number");
    call->add_option("--name", arguments.name, "Calling name");
    call->add_option("--span", arguments.span, "Name of the span; default: the first");
    call->callback([&] {
        job = {"sim.isdn_call", {{"to", arguments.number}}, done};
        if (!arguments.from.empty()) job.parameters["from"] = arguments.from;
        if (!arguments.name.empty()) job.parameters["name"] = arguments.name;
        if (!arguments.span.empty()) job.parameters["span"] = arguments.span;
    });
    auto* end = sim.add_subcommand("call-hangup", "The ISDN network ends its calls");
    end->add_option("--cause", arguments.cause, "Q.850 cause; default 16")->check(CLI::Range(1, 127));
    end->callback([&] { job = {"sim.isdn_hang_up", {{"cause", arguments.cause}}, render_ended}; });
    sim.add_subcommand("state", "All telephones, lines and ISDN calls")->callback([&job] {
        job = {"sim.state", {}, render_sim_state};
    });
}

/// What is wrong with the command line; where a command belongs, which ones there are.
std::string usage_problem(const CLI::App& app, const CLI::ParseError& error) {
    const CLI::App* at = &app;
    while (!at->get_subcommands().empty())
        at = at->get_subcommands().front();
    const auto commands = at->get_subcommands([](const CLI::App*) { return true; });
    const auto words = app.remaining(true);
    const bool about_commands = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr ||
                                dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
    const bool option = !words.empty() && words.front().starts_with('-');
    if (option) return "there is no option \"" + safe(words.front()) + "\"";
    if (!about_commands || at->get_require_subcommand_min() == 0 || commands.empty()) return error.what();
    auto text = words.empty() ? std::string("a command is missing")
                              : "there is no command \"" + safe(words.front()) + "\"";
    if (at != &app) text = at->get_name() + ": " + text;
    const char* separator = "; use ";
    for (const auto* command : commands)
        text += std::exchange(separator, ", ") + command->get_name();
    return text;
}

int report(const Failure& failure) {
    if (!failure.message.empty()) std::cerr << "tipringctl: " << failure.message << "\n";
    return failure.code;
}

void print(const Arguments& arguments, const Renderer& render, const json::value& answer) {
    std::cout << (arguments.raw ? json::serialize(answer) + "\n" : render(answer)) << std::flush;
}

int run(const Arguments& arguments, const Job& job) {
    Client client(arguments.socket);
    if (job.follow) {
        // Subscribe before the history is read, so that nothing is lost in between.
        Client follower(arguments.socket);
        const auto subscribed = follower.call("events.follow", {});
        if (const auto* failure = std::get_if<Failure>(&subscribed)) return report(*failure);
        const auto history = client.call(job.method, job.parameters);
        if (const auto* failure = std::get_if<Failure>(&history)) return report(*failure);
        long long last = 0;
        for (const auto& event : list(std::get<json::value>(history))) {
            print(arguments, render_event, event);
            last = number(event, "sequence");
        }
        return report(follower.follow([&](const json::value& event) {
            if (number(event, "sequence") > last) print(arguments, render_event, event);
            return std::cout.good();
        }));
    }
    const auto answer = client.call(job.method, job.parameters);
    if (const auto* failure = std::get_if<Failure>(&answer)) return report(*failure);
    print(arguments, job.render, std::get<json::value>(answer));
    return exit_ok;
}

}  // namespace

int main(int argc, char** argv) {
    Arguments arguments;
    Job job;
    CLI::App app{"Shows and steers a running Tipring gateway."};
    app.name("tipringctl");
    app.require_subcommand(1);
    app.fallthrough();  // --json and --socket may stand anywhere
    app.set_version_flag("-V,--version", "tipringctl " TIPRING_VERSION);
    app.add_flag("--json", arguments.raw, "Print the daemon's answer as JSON");
    app.add_option("--socket", arguments.socket, "Control socket of the daemon")
        ->envname("TIPRING_SOCKET")
        ->capture_default_str();
    app.footer("Exit status: 0 done, 1 refused, 2 usage, 3 tipringd not running, 4 no permission.");
    add_lists(app, arguments, job);
    add_port(app, arguments, job);
    add_actions(app, arguments, job);
    auto* sim = app.add_subcommand("sim", "Telephones, exchange lines and ISDN network of the simulator")
                    ->require_subcommand(1);
    add_sim_phones(*sim, arguments, job);
    add_sim_trunks(*sim, arguments, job);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        std::cerr << "tipringctl: " << usage_problem(app, error)
                  << "\nRun with --help for more information.\n";
        return exit_usage;
    }
    return run(arguments, job);
}
