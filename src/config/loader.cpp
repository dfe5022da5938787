#include "tipring/config/loader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <tuple>

#include "countries.hpp"
#include "sections.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

/// The telephones of a virtual board are nobody's, and whoever tries it need not be root.
void read_service_state(Mapping& mapping, Config& config) {
    mapping.duration("forward_no_answer", std::chrono::seconds(5), std::chrono::minutes(5),
                     config.forward_no_answer);
    config.state_file = config.board.kind == BoardKind::dahdi ? Config::usual_state_file : "";
    if (!mapping.text("state_file", config.state_file)) return;
    if (parse_boolean(config.state_file) == false) {
        config.state_file.clear();
    } else if (!config.state_file.starts_with('/')) {
        mapping.problem_at(
            "state_file", "the service runs in no particular folder",
            base::format("write the whole path, for example {}, or off", Config::usual_state_file));
    }
}

void read_all(Context& context, const Node& root, Config& config) {
    Mapping mapping(context, root, "");
    mapping.country("country", config.country);
    if (mapping.text("digit_map", config.digit_map) && context.options.check_digit_map) {
        const auto good = context.options.check_digit_map(config.digit_map);
        if (!good) mapping.problem_at("digit_map", good.error().message, "write for example 1xx|0x.T");
    }
    read_emergency_numbers(mapping, config.emergency);
    read_board(context, mapping.take("board"), config.board);
    read_sip(context, mapping.take("sip"), config.sip);
    const Node* defaults = mapping.take("defaults");
    read_ports(context, mapping.take("ports"), defaults, config);
    read_spans(context, mapping.take("spans"), config);
    read_groups(context, mapping.take("groups"), config);
    read_tones(context, mapping.take("tones"), config);
    read_services(context, mapping.take("services"), config.services);
    read_service_state(mapping, config);
    read_routes(context, mapping.take("routes"), config);
    read_media(context, mapping.take("media"), config.media);
    read_control(context, mapping.take("control"), config.control);
    read_log(context, mapping.take("log"), config.log);
    const auto before = context.problems.size();
    mapping.finish();
    const bool misspelt = context.problems.size() != before;
    const auto empty = [&](std::string_view key) {
        const Node* node = mapping.take(key);
        return node == nullptr ? !mapping.has(key)
                               : node->items.empty() &&
                                     (node->kind == Node::Kind::sequence || node->kind == Node::Kind::null);
    };
    const bool readable = root.kind != Node::Kind::scalar && root.kind != Node::Kind::sequence;
    if (readable && !misspelt && empty("ports") && empty("spans")) {
        context.problem({mapping.place().mark, "ports"}, "no port and no span is configured",
                        "add ports: with the lines of the board");
    }
    check_duplicates(context, config);
    check_groups(context, config);
    check_references(context, config);
}

std::vector<Problem> in_order(std::vector<Problem> problems) {
    std::stable_sort(problems.begin(), problems.end(), [](const Problem& a, const Problem& b) {
        return std::tie(a.at.mark.line, a.at.mark.column) < std::tie(b.at.mark.line, b.at.mark.column);
    });
    // A list of channels may repeat one complaint for each of its members.
    const auto same = [](const Problem& a, const Problem& b) { return to_text(a) == to_text(b); };
    problems.erase(std::unique(problems.begin(), problems.end(), same), problems.end());
    return problems;
}

LoadResult failed(const std::string& path, std::string message, std::string advice) {
    LoadResult result;
    result.problems.push_back({{{path, 0, 0}, ""}, std::move(message), std::move(advice)});
    return result;
}

}  // namespace

std::string to_text(const Problem& problem) {
    const auto& mark = problem.at.mark;
    std::string text = mark.file;
    if (mark.line != 0) text += base::format(":{}:{}", mark.line, mark.column);
    text += ": ";
    if (!problem.at.key.empty()) text += problem.at.key + ": ";
    text += problem.message;
    if (!problem.advice.empty()) text += "; " + problem.advice;
    return text;
}

LoadResult load_text(const std::string& text, const std::string& name, const LoadOptions& options) {
    Context context(name, options);
    LoadResult result;
    Config config;
    config.file = name;
    auto yaml = parse_yaml(text);
    for (auto& problem : yaml.problems) {
        context.problem(context.place(problem.at, std::move(problem.key)), std::move(problem.message),
                        std::move(problem.advice));
    }
    if (yaml.root) read_all(context, *yaml.root, config);
    // A board that could not be read would be held against another one.
    if (yaml.root && options.check_whole && !context.has_problem_in("board")) {
        for (auto& problem : options.check_whole(config))
            context.problems.push_back(std::move(problem));
    }
    result.problems = in_order(std::move(context.problems));
    if (!result.problems.empty()) return result;
    result.config = std::move(config);
    return result;
}

LoadResult load_file(const std::string& path, const LoadOptions& options) {
    const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    const auto reason = [] { return std::generic_category().message(errno); };
    if (!file)
        return failed(path, base::format("cannot open the file: {}", reason()),
                      "check the path and its permissions");
    std::string text;
    std::string chunk(65536, '\0');
    while (text.size() <= max_file_bytes) {
        const auto count = ::read(file.get(), chunk.data(), chunk.size());
        if (count < 0)
            return failed(path, base::format("cannot read the file: {}", reason()),
                          "give the path of a configuration file");
        if (count == 0) break;
        text.append(chunk, 0, static_cast<std::size_t>(count));
    }
    LoadOptions here = options;
    if (here.folder.empty()) {
        const auto slash = path.rfind('/');
        here.folder = slash == std::string::npos ? "." : path.substr(0, slash);
    }
    return load_text(text, path, here);
}

}  // namespace tipring::config
