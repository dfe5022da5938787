// port.learn, port.test: checks of a line, which take up to a minute. The answer comes when the check has begun;
// notifications "check" tell how it goes on, the last one how it ended. It ends when the client goes.
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/json/array.hpp>
#include <cmath>
#include <optional>

#include "commands.hpp"
#include "tipring/analog/check_results.hpp"
#include "tipring/base/text.hpp"

namespace tipring::control {
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

/// Analyses recordings beside the core thread, one after the other. Its thread begins with the first one.
class Analyst {
  public:
    explicit Analyst(asio::io_context& context) : context_(context) {}
    /// `done` runs on the core thread.
    void analyse(std::function<json::object()> work, std::function<void(json::object)> done) {
        if (!pool_) pool_.emplace(1);
        asio::post(*pool_, [&context = context_, work = std::move(work), done = std::move(done)]() mutable {
            asio::post(context,
                       [result = work(), done = std::move(done)]() mutable { done(std::move(result)); });
        });
    }

  private:
    asio::io_context& context_;
    std::optional<asio::thread_pool> pool_;  ///< joined before the context goes
};

std::string_view grade_name(dsp::LineGrade grade) {
    return grade == dsp::LineGrade::good ? "good" : grade == dsp::LineGrade::fair ? "poor" : "bad";
}

json::object test_result(const analog::CheckReport& report) {
    const auto findings = analog::judge_line(report);
    json::array rows;
    for (const auto& finding : findings) {
        json::object row{{"what", finding.what}, {"key", finding.key}};
        if (finding.value) {
            row["value"] = *finding.value;
            row["unit"] = finding.unit;
        } else {
            row["value"] = finding.text;
        }
        row["verdict"] = grade_name(finding.grade);
        row["words"] = finding.words;
        rows.push_back(std::move(row));
    }
    const auto worst = findings.empty() ? dsp::LineGrade::bad : analog::worst(findings);
    const bool nothing_bad = findings.empty() || worst != dsp::LineGrade::bad;
    return {{"ended", report.ended},
            {"verdict", report.ended.empty()            ? grade_name(worst)
                        : report.stopped && nothing_bad ? "incomplete"
                                                        : "bad"},
            {"blocks_lost", report.blocks_lost},
            {"findings", std::move(rows)}};
}

std::string_view verdict_name(dsp::LearnVerdict verdict) {
    switch (verdict) {
        case dsp::LearnVerdict::learnt:
            return "learnt";
        case dsp::LearnVerdict::no_tone:
            return "no_tone";
        case dsp::LearnVerdict::continuous:
            return "continuous";
        case dsp::LearnVerdict::too_few_cycles:
            return "too_few_cycles";
        case dsp::LearnVerdict::irregular:
            break;
    }
    return "irregular";
}

json::array frequencies(const dsp::ToneSequence& tone) {
    json::array list;
    for (const auto& segment : tone.segments) {
        for (const float hertz :
             {segment.frequency1_hz, segment.frequency2_hz, segment.frequency3_hz, segment.frequency4_hz}) {
            const json::value value(std::lround(hertz));
            if (hertz > 0 && std::find(list.begin(), list.end(), value) == list.end()) list.push_back(value);
        }
    }
    return list;
}

constexpr std::size_t picture_width = 72;

/// Of a tone with a cadence so much from its beginning that each of its parts has three columns; otherwise all.
std::span<const float> pictured_part(const dsp::LearntProfile& profile) {
    constexpr unsigned level_ms = 20;
    const std::span<const float> levels(profile.levels_dbm0);
    unsigned shortest_ms = 0;
    for (const auto& segment : profile.tone.segments) {
        if (segment.duration_ms > 0 && (shortest_ms == 0 || segment.duration_ms < shortest_ms))
            shortest_ms = segment.duration_ms;
    }
    if (shortest_ms == 0) return levels;
    const std::size_t levels_a_column = std::max(1U, shortest_ms / 3 / level_ms);
    const auto begin = std::min(levels.size(), static_cast<std::size_t>(profile.begins.count()) / level_ms);
    return levels.subspan(begin, std::min(levels.size() - begin, picture_width * levels_a_column));
}

json::object learn_result(const analog::CheckReport& report, const std::string& name, unsigned channel) {
    const auto line = analog::learn_line(report);
    const auto& profile = line.profile;
    const auto pictured = pictured_part(profile);
    json::array words;
    for (const auto& sentence : line.words)
        words.push_back(json::value(sentence));
    json::object result{{"ended", report.ended},
                        {"verdict", verdict_name(profile.verdict)},
                        {"known", line.known},
                        {"words", std::move(words)},
                        {"battery_lost", report.battery_lost},
                        {"reversed", report.reversed},
                        {"blocks_lost", report.blocks_lost},
                        {"picture", dsp::level_picture(pictured, picture_width)},
                        {"picture_seconds", static_cast<double>(pictured.size()) * 0.02}};
    if (profile.notation.empty()) return result;
    result["frequencies_hz"] = frequencies(profile.tone);
    result["cadence"] = profile.notation;
    result["level_dbm0"] = std::round(profile.level_dbm0 * 10) / 10;
    result["cycles"] = profile.cycles;
    result["jitter_ms"] = std::round(profile.jitter_ms * 10) / 10;
    if (profile.usable() && line.known.empty())
        result["configuration"] = analog::configuration_lines(profile, name, channel);
    return result;
}

/// One check for one client, who keeps it.
class Checking : public std::enable_shared_from_this<Checking> {
  public:
    using Analyse = std::function<json::object(const analog::CheckReport&)>;

    Checking(Client& client, Analyst& analyst, Analyse analyse)
        : client_(client), analyst_(analyst), analyse_(std::move(analyse)) {}

    base::Result<void> start(analog::Port& port, const analog::CheckRequest& request) {
        const std::weak_ptr<Checking> weak = weak_from_this();
        auto owner = port.start_check(request, {.progress =
                                                    [weak](std::string_view what) {
                                                        if (const auto self = weak.lock()) self->tell(what);
                                                    },
                                                .done =
                                                    [weak](analog::CheckReport report) {
                                                        if (const auto self = weak.lock())
                                                            self->finish(std::move(report));
                                                    }});
        if (!owner) return owner.error();
        owner_ = std::move(*owner);
        return {};
    }
    /// The client has its answer: from now on it is told.
    void answered() {
        answered_ = true;
        for (const auto& text : std::exchange(waiting_, {}))
            tell(text);
    }

  private:
    void tell(std::string_view what) {
        if (answered_) {
            client_.notify("check", {{"progress", what}});
        } else {
            waiting_.emplace_back(what);
        }
    }
    void finish(analog::CheckReport report) {
        const auto shared = std::make_shared<analog::CheckReport>(std::move(report));
        analyst_.analyse([shared, analyse = analyse_] { return analyse(*shared); },
                         [weak = weak_from_this()](json::object result) {
                             if (const auto self = weak.lock())
                                 self->client_.notify("check", {{"result", std::move(result)}});
                         });
    }

    Client& client_;
    Analyst& analyst_;
    const Analyse analyse_;
    std::shared_ptr<void> owner_;
    std::vector<std::string> waiting_;
    bool answered_ = false;
};

class CheckCommand : public Command {
  public:
    CheckCommand(System& system, std::shared_ptr<Analyst> analyst)
        : system_(system), analyst_(std::move(analyst)) {}
    Access access() const override { return Access::operate; }
    Reply run(const json::object&) override {
        return CommandError{rpc_code::refused, std::string(name()) + " needs a connection"};
    }
    void start(const json::object& parameters, Client& client, Answer answer) override {
        const auto text = text_parameter(parameters, "port");
        auto* port = find_port(system_, text);
        if (port == nullptr) {
            answer(no_such_port(system_, text));
            return;
        }
        if (const auto useless = useless_parameter(parameters, port->settings().kind); !useless.empty()) {
            answer(CommandError{rpc_code::refused,
                                base::format("port {}: {}", base::printable(text, 60), useless)});
            return;
        }
        const auto checking =
            std::make_shared<Checking>(client, *analyst_, analysis(parameters, port->settings()));
        if (const auto started = checking->start(*port, request(parameters)); !started) {
            answer(CommandError{rpc_code::refused, base::format("port {}: {}", base::printable(text, 60),
                                                                started.error().message)});
            return;
        }
        answer(json::value(
            json::object{{"checking", true}, {"longest_seconds", analog::longest_check.count()}}));
        // The answer may have been too much for a client that does not read; then all ends with `checking`.
        client.keep(checking);
        checking->answered();
    }

  protected:
    /// What is wrong with a parameter that means nothing on such a port; empty: nothing.
    virtual std::string useless_parameter(const json::object&, config::PortKind) const { return {}; }
    virtual analog::CheckRequest request(const json::object& parameters) const = 0;
    virtual Checking::Analyse analysis(const json::object& parameters,
                                       const config::Port& settings) const = 0;

  private:
    System& system_;
    std::shared_ptr<Analyst> analyst_;
};

class PortTestCommand final : public CheckCommand {
  public:
    using CheckCommand::CheckCommand;
    std::string_view name() const override { return "port.test"; }
    std::string_view summary() const override {
        return "measures an idle line; notifications \"check\" tell progress and result";
    }
    std::vector<Parameter> parameters() const override {
        return {port_parameter,
                {"loop", "string", false, "fxo: loop-back or milliwatt number that is called at the end"},
                {"digit", "string", false, "fxo: breaks the dial tone; 1 when not given, empty: none"},
                {"off_hook", "boolean", false, "fxs: wait until the telephone is lifted"}};
    }

  protected:
    std::string useless_parameter(const json::object& parameters, config::PortKind kind) const override {
        if (kind == config::PortKind::fxo)
            return flag_parameter(parameters, "off_hook")
                       ? "an exchange line has no telephone to lift (off_hook)"
                       : "";
        for (const auto* key : {"loop", "digit"}) {
            if (parameters.contains(key))
                return base::format("it has a telephone; \"{}\" is for exchange lines (fxo)", key);
        }
        return {};
    }
    analog::CheckRequest request(const json::object& parameters) const override {
        analog::CheckRequest request;
        request.kind = analog::CheckKind::test;
        request.number = text_parameter(parameters, "loop");
        request.digit = text_parameter(parameters, "digit", "1");
        request.off_hook = flag_parameter(parameters, "off_hook");
        return request;
    }
    Checking::Analyse analysis(const json::object&, const config::Port&) const override {
        return test_result;
    }
};

class PortLearnCommand final : public CheckCommand {
  public:
    using CheckCommand::CheckCommand;
    std::string_view name() const override { return "port.learn"; }
    std::string_view summary() const override {
        return "records and measures an exchange line's disconnect tone; notifications \"check\" tell "
               "progress and "
               "result";
    }
    std::vector<Parameter> parameters() const override {
        return {port_parameter,
                {"number", "string", false,
                 "a number that is busy, or hangs up; without it the next call is answered"},
                {"seconds", "integer", false, "how long is recorded: 5 to 40; 20 when not given"},
                {"name", "string", false, "of the tone in the configuration"}};
    }

  protected:
    analog::CheckRequest request(const json::object& parameters) const override {
        analog::CheckRequest request;
        request.kind = analog::CheckKind::learn;
        request.number = text_parameter(parameters, "number");
        request.seconds = std::chrono::seconds(integer_parameter(
            parameters, "seconds", 20, analog::shortest_learning.count(), analog::longest_learning.count()));
        return request;
    }
    Checking::Analyse analysis(const json::object& parameters, const config::Port& settings) const override {
        auto tone = text_parameter(parameters, "name");
        if (tone.empty()) tone = base::format("line-{}", settings.channel);
        return [tone, channel = settings.channel](const analog::CheckReport& report) {
            return learn_result(report, tone, channel);
        };
    }
};

}  // namespace

void add_check_commands(Registry& registry, System& system, asio::io_context& context) {
    const auto analyst = std::make_shared<Analyst>(context);
    registry.add(std::make_unique<PortLearnCommand>(system, analyst));
    registry.add(std::make_unique<PortTestCommand>(system, analyst));
}

}  // namespace tipring::control
