// The sub-command "span" and what stands below it. Thread: main only.
#include "span_command.hpp"

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "render.hpp"

namespace tipring::cli {

void add_span(CLI::App& app, Arguments& arguments, Job& job) {
    auto* span = app.add_subcommand("span", "One span: its channels, its line, what the driver is set to");
    span->add_option("SPAN", arguments.span, "Number of the span, or its name")->required();
    auto* channel = span->add_subcommand("channel", "One B-channel")->require_subcommand(1);
    channel->add_option("TIMESLOT", arguments.timeslot, "Of the B-channel")
        ->required()
        ->check(CLI::Range(1, 31));
    // The callbacks of what is below run first.
    span->callback([&, channel] {
        if (job.method.empty()) job = {"span.show", {}, render_span};
        job.parameters["span"] = arguments.trace.span = arguments.span;
        if (channel->parsed()) job.parameters["timeslot"] = arguments.timeslot;
    });
    for (auto* where : {span, channel}) {
        auto* service = where->add_subcommand(
            "service", "Take out of service (a call goes on, no new one comes), or back in");
        service->add_option("in|out", arguments.word, "in or out")
            ->required()
            ->check(CLI::IsMember({"in", "out"}));
        service->callback([&] {
            job = {"span.service", {{"in_service", arguments.word == "in"}}, render_span};
        });
        where->add_subcommand("restart", "Send RESTART for what is idle")->callback([&] {
            job = {"span.restart", {}, render_span_restart};
        });
    }
    span->add_subcommand("health", "Errors and alarms of the line over a day, and a verdict")->callback([&] {
        job = {"span.health", {}, render_health};
    });
    auto* loop = span->add_subcommand("loop", "Set the loop of the span, or take it away");
    loop->add_option("LOOP", arguments.word, "off, local, remote or payload")
        ->required()
        ->check(CLI::IsMember({"off", "local", "remote", "payload"}));
    loop->add_flag("--force", arguments.force, "Also while calls are up; they are cut");
    loop->callback([&] {
        job = {"span.loop", {{"loop", arguments.word}, {"force", arguments.force}}, render_loop};
    });
    auto* test =
        channel->add_subcommand("test", "Bit-error test of an idle channel that is looped at the other end");
    auto* seconds =
        test->add_option("--seconds", arguments.seconds, "How long; default 10")->check(CLI::Range(1, 3600));
    test->add_option("--pattern", arguments.pattern, "11 (2^11-1, default) or 15 (2^15-1)")
        ->check(CLI::IsMember({11, 15}));
    test->callback([&, seconds] {
        job = {"span.test", {{"pattern", arguments.pattern}}, render_bit_test};
        job.check = true;
        if (seconds->count() > 0) job.parameters["seconds"] = arguments.seconds;
    });
    auto* trace = span->add_subcommand("trace", "What the exchange and this end said on the D-channel");
    trace->add_flag("-f,--follow", arguments.trace.follow, "Go on with new frames");
    trace->add_flag("-l,--long", arguments.trace.details, "A line for each information element");
    trace->add_flag("--q931", arguments.trace.q931, "Only frames that carry a message of layer 3");
    trace->add_option("--pcap", arguments.trace.pcap,
                      "Write the frames to this new file for Wireshark, too; -: to standard output, alone");
    trace->callback([&] {
        job.method = "span.trace";
        job.trace = true;
    });
}

}  // namespace tipring::cli
