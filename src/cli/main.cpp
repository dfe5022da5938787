// tipringctl: shows and steers a running tipringd over its control socket. Thread: main only.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <boost/json/serialize.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "client.hpp"
#include "job.hpp"
#include "render.hpp"
#include "span_command.hpp"
#include "span_trace.hpp"
#include "table.hpp"
#include "values.hpp"

namespace {

namespace json = boost::json;
using namespace tipring::cli;

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

std::string render_phone(const json::value& answer) {
    std::string sheet = flag(answer, "off_hook") ? "off the hook" : "on the hook";
    if (flag(answer, "ringing")) sheet += ", ringing";
    if (const auto messages = number(answer, "messages"); messages > 0)
        sheet += ", messages: " + std::to_string(messages);
    if (flag(answer, "lamp")) sheet += ", lamp lit";
    sheet += "\n";
    for (const auto& caller : list(member(answer, "caller_ids"))) {
        const auto disclosure = text(caller, "disclosure");
        sheet += disclosure == "given" ? safe(text(caller, "number")) : safe(disclosure);
        if (const auto who = text(caller, "name"); !who.empty()) sheet += "  " + safe(who);
        sheet += "  (" + safe(text(caller, "standard")) + ", " + safe(text(caller, "moment")) + ")\n";
    }
    return sheet;
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
    plain("metrics", "What is counted, as OpenMetrics text for Prometheus", "metrics", render_metrics);
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
    auto* learn =
        port->add_subcommand("learn", "Measure the tone by which an exchange line says that a call is over");
    learn->add_option("--number", arguments.number,
                      "Dial this number, which is busy or hangs up; without it the next call is answered");
    learn->add_option("--seconds", arguments.seconds, "How long is recorded; default 20")
        ->check(CLI::Range(5, 40));
    learn->add_option("--name", arguments.name,
                      "Name of the tone in the configuration; default: line-CHANNEL");
    learn->add_option("--save", arguments.save, "Write the lines for the configuration to this new file");
    auto* test = port->add_subcommand("test", "Measure an idle line: dial tone, noise, echo");
    test->add_option("--loop", arguments.number, "Call this loop-back or milliwatt number at the end");
    auto* digit = test->add_option(
        "--digit", arguments.digit,
        "Digit that silences the dial tone; default 1, \"\": only the dial tone is measured");
    test->add_flag("--off-hook", arguments.off_hook,
                   "A telephone: wait until it is lifted, and measure the echo");
    port->callback([&, service, learn, test, digit] {
        job = {"port.show", {{"port", arguments.port}}, render_port};
        if (learn->parsed()) {
            job = {"port.learn", {{"port", arguments.port}, {"seconds", arguments.seconds}}, render_learnt};
            job.check = true;
            job.save = arguments.save;
            if (!arguments.number.empty()) job.parameters["number"] = arguments.number;
            if (!arguments.name.empty()) job.parameters["name"] = arguments.name;
        }
        if (test->parsed()) {
            job = {"port.test", {{"port", arguments.port}, {"off_hook", arguments.off_hook}}, render_test};
            job.check = true;
            if (!arguments.number.empty()) job.parameters["loop"] = arguments.number;
            if (digit->count() > 0) job.parameters["digit"] = arguments.digit;
        }
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

    auto* call = app.add_subcommand("call", "One call")->require_subcommand(1);
    call->add_option("CALL", arguments.text, "Id of the call")->required();
    call->add_subcommand("mcid", "Ask the network to record who calls (malicious call identification)");
    call->callback([&] { job = {"call.identify", {{"call", arguments.text}}, render_row}; });

    app.add_subcommand("reload", "Take over the changed configuration; no call ends")->callback([&] {
        job = {"reload", {}, render_reload};
    });

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
    with_port("phone", "What a telephone shows: caller IDs, messages", "sim.phone", render_phone);
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
    flash->add_option("MILLISECONDS", arguments.milliseconds, "10 to 5000; default 300")
        ->check(CLI::Range(10, 5000));
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

void add_sim_lines(CLI::App& sim, Arguments& arguments, Job& job) {
    const auto with_line = [&](const char* name, const char* help) {
        auto* command = sim.add_subcommand(name, help);
        command->add_option("LINE", arguments.port, "Number of the line's port, or its channel")->required();
        return command;
    };
    auto* ring = with_line("ring", "A call comes in on an exchange line");
    ring->add_option("--number", arguments.number, "Caller ID: number");
    ring->add_option("--name", arguments.name, "Caller ID: name");
    ring->add_flag("--private", arguments.hidden, "Caller ID: the caller does not want to be known");
    ring->add_flag("--unavailable", arguments.unavailable, "Caller ID: the network does not know it");
    ring->add_option("--standard", arguments.standard, "mdmf (default), sdmf, etsi, bt, ntt or dtmf");
    ring->add_option(
        "--timing", arguments.timing,
        "after_first_ring, before_ring, polarity, alert, polarity_alert, ring_pulse or primary_answer");
    auto* level = ring->add_option("--level", arguments.level, "Of the caller ID in dBm0; default -14")
                      ->check(CLI::Range(-45, 0));
    ring->callback([&, level] {
        job = {"sim.ring", {{"line", arguments.port}}, done};
        if (!arguments.number.empty()) job.parameters["number"] = arguments.number;
        if (!arguments.name.empty()) job.parameters["name"] = arguments.name;
        if (arguments.hidden) job.parameters["private"] = true;
        if (arguments.unavailable) job.parameters["unavailable"] = true;
        if (!arguments.standard.empty()) job.parameters["standard"] = arguments.standard;
        if (!arguments.timing.empty()) job.parameters["timing"] = arguments.timing;
        if (level->count() > 0) job.parameters["level"] = arguments.level;
    });
    auto* hangup = with_line("line-hangup", "The caller on an exchange line hangs up");
    hangup->add_option("HOW", arguments.word,
                       "battery (default), polarity, silence, or a tone: busy, us:busy, 425/500,0/500");
    hangup->add_option("--for", arguments.drop, "Milliseconds of the battery drop; default 500")
        ->check(CLI::Range(10, 10'000));
    hangup->callback([&] {
        job = {"sim.line_hang_up",
               {{"line", arguments.port}, {"how", arguments.word.empty() ? "battery" : arguments.word}},
               render_line_hang_up};
        if (arguments.drop > 0) job.parameters["milliseconds"] = arguments.drop;
    });
    auto* line = with_line("line", "Make an exchange line a worse one");
    auto* used = line->add_flag("--in-use", arguments.in_use, "Another telephone on it is off-hook");
    line->add_flag("--free", arguments.not_in_use, "It is on the hook again")->excludes(used);
    auto* noise = line->add_option("--noise", arguments.noise, "White noise in dBm0; -90: none")
                      ->check(CLI::Range(-90, 0));
    auto* hum = line->add_option("--hum", arguments.hum, "Hum of 50 Hz in dBm0; -90: none")
                    ->check(CLI::Range(-90, 0));
    line->add_flag("--glare", arguments.glare, "The next seizure meets a call that begins at this instant");
    line->callback([&, noise, hum] {
        job = {"sim.line", {{"line", arguments.port}}, done};
        if (arguments.in_use || arguments.not_in_use) job.parameters["in_use"] = arguments.in_use;
        if (noise->count() > 0) job.parameters["noise"] = arguments.noise;
        if (hum->count() > 0) job.parameters["hum"] = arguments.hum;
        if (arguments.glare) job.parameters["glare"] = true;
    });
}

void add_sim_trunks(CLI::App& sim, Arguments& arguments, Job& job) {
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
    auto* loop = sim.add_subcommand("loop", "The ISDN network sends back what comes on a B-channel");
    loop->add_option("TIMESLOT", arguments.timeslot, "Of the B-channel")
        ->required()
        ->check(CLI::Range(1, 31));
    loop->add_flag("--off", arguments.off, "No longer");
    loop->add_option("--wrong-bit-in", arguments.wrong_bit_in, "Every n-th bit comes back wrong")
        ->check(CLI::Range(0, 1000000000));
    loop->add_flag("--slip", arguments.slip, "Once: an octet too many, or too few the next time");
    loop->add_option("--span", arguments.span, "Name of the span; default: the first");
    loop->callback([&] {
        job = {"sim.isdn_loop",
               {{"timeslot", arguments.timeslot},
                {"off", arguments.off},
                {"wrong_bit_in", arguments.wrong_bit_in},
                {"slip", arguments.slip}},
               done};
        if (!arguments.span.empty()) job.parameters["span"] = arguments.span;
    });
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

/// Never over something that is there: the configuration has one owner.
int save(const std::string& path, const std::string& lines) {
    if (lines.empty()) {
        std::cerr << "tipringctl: nothing was learnt, " << path << " is not written\n";
        return exit_refused;
    }
    std::FILE* file = std::fopen(path.c_str(), "wx");
    bool written = file != nullptr && std::fputs(lines.c_str(), file) >= 0;
    if (file != nullptr) written = std::fclose(file) == 0 && written;
    if (written) return exit_ok;
    std::cerr << "tipringctl: " << path << ": " << std::generic_category().message(errno) << "\n";
    return exit_refused;
}

int run_check(const Arguments& arguments, const Job& job) {
    Client client(arguments.socket);
    const auto begun = client.call(job.method, job.parameters);
    if (const auto* failure = std::get_if<Failure>(&begun)) return report(*failure);
    int code = exit_ok;
    bool over = false;
    const auto failure = client.follow([&](const json::value& news) {
        const auto& result = member(news, "result");
        if (!result.is_object()) {
            // The result is what a script wants; how it goes on is for whoever watches.
            std::cerr << safe(text(news, "progress")) << " ..." << std::endl;
            return true;
        }
        over = true;
        print(arguments, job.render, result);
        if (!text(result, "ended").empty()) code = exit_refused;
        if (!job.save.empty()) code = save(job.save, learnt_configuration(result));
        return false;
    });
    return over ? code : report(failure);
}

int run_trace_job(const Arguments& arguments) {
    Client client(arguments.socket);
    auto options = arguments.trace;
    options.raw = arguments.raw;
    return run_trace(client, options);
}

int run(const Arguments& arguments, const Job& job) {
    if (job.trace) return run_trace_job(arguments);
    if (job.check) return run_check(arguments, job);
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

/// "port learn N" is what people write as well as "port N learn". Last one first, as the parser wants them.
std::vector<std::string> words_of(int argc, char** argv) {
    std::vector<std::string> words(argv + 1, argv + argc);
    const auto port = std::find(words.begin(), words.end(), "port");
    if (words.end() - port > 2 && (port[1] == "learn" || port[1] == "test") && !port[2].starts_with('-'))
        std::swap(port[1], port[2]);
    std::reverse(words.begin(), words.end());
    return words;
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
    add_span(app, arguments, job);
    add_actions(app, arguments, job);
    auto* sim = app.add_subcommand("sim", "Telephones, exchange lines and ISDN network of the simulator")
                    ->require_subcommand(1);
    add_sim_phones(*sim, arguments, job);
    add_sim_lines(*sim, arguments, job);
    add_sim_trunks(*sim, arguments, job);
    try {
        app.parse(words_of(argc, argv));
    } catch (const CLI::ParseError& error) {
        if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
        std::cerr << "tipringctl: " << usage_problem(app, error)
                  << "\nRun with --help for more information.\n";
        return exit_usage;
    }
    return run(arguments, job);
}
