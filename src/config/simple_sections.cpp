// board, media, control and log.
#include "sections.hpp"
#include "tipring/base/log.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

using std::chrono::milliseconds;

void read_simulator(Context& context, const Node& node, Board& board) {
    const auto before = context.problems.size();
    Mapping mapping(context, node, "board.simulator");
    mapping.whole("fxs", 0, 512, board.fxs);
    mapping.whole("fxo", 0, 512, board.fxo);
    mapping.whole("e1", 0, 16, board.e1);
    mapping.whole("t1", 0, 16, board.t1);
    mapping.text("socket", board.socket);
    mapping.finish();
    const bool sized = board.fxs + board.fxo + board.e1 + board.t1 > 0;
    if (sized && !board.socket.empty()) {
        mapping.problem_at(node, "socket", "a board behind a socket has its own size",
                           "remove fxs, fxo, e1 and t1, or the socket");
    }
    if (!sized && board.socket.empty() && context.problems.size() == before) {
        mapping.problem("the virtual board has no lines", "write for example simulator: {fxs: 4, fxo: 2}");
    }
}

void read_duration_ms(Mapping& mapping, std::string_view key, milliseconds lowest, milliseconds highest,
                      unsigned& target) {
    milliseconds value{};
    if (mapping.duration(key, lowest, highest, value)) target = static_cast<unsigned>(value.count());
}

}  // namespace

void read_board(Context& context, const Node* node, Board& board) {
    if (node == nullptr) return;
    if (node->kind == Node::Kind::scalar) {
        if (node->text == "dahdi") return;
        const bool simulator = node->text == "simulator";
        context.problem(context.place(node->at, "board"),
                        simulator
                            ? "the virtual board has no lines"
                            : base::format("\"{}\" is no kind of board", base::printable(node->text, 60)),
                        simulator ? "write for example board: {simulator: {fxs: 4, fxo: 2}}"
                                  : "use dahdi, or {simulator: {fxs: 4}}");
        return;
    }
    Mapping mapping(context, *node, "board");
    if (const Node* simulator = mapping.take("simulator")) {
        board.kind = BoardKind::simulator;
        read_simulator(context, *simulator, board);
    } else if (mapping.has("dahdi")) {
        mapping.problem_at("dahdi", "the driver's cards have no settings here", "write board: dahdi");
    } else if (node->kind == Node::Kind::mapping && node->entries.empty()) {
        mapping.problem("the kind of board is missing", "use dahdi, or {simulator: {fxs: 4}}");
    }
    mapping.finish();
}

void read_media(Context& context, const Node* node, Media& media) {
    if (node == nullptr) return;
    Mapping mapping(context, *node, "media");
    std::string ports;
    if (mapping.text("rtp_ports", ports)) {
        const auto range = parse_range(ports);
        // A call takes an even port and the odd one above it.
        if (!range || range->first < 1024 || range->last > 65535 || range->last - range->first < 3) {
            mapping.problem_at(
                "rtp_ports",
                range ? base::format("\"{}\" is no usable range of UDP ports", base::printable(ports, 60))
                      : range.error().message,
                "write first-last within 1024-65535, at least four ports, two for each call at a time");
        } else {
            media.first_port = static_cast<std::uint16_t>(range->first);
            media.last_port = static_cast<std::uint16_t>(range->last);
        }
    }
    mapping.whole("dscp", 0, 63, media.dscp);
    read_duration_ms(mapping, "jitter_min", milliseconds(10), milliseconds(200), media.jitter_min_ms);
    read_duration_ms(mapping, "jitter_max", milliseconds(10), milliseconds(200), media.jitter_max_ms);
    mapping.duration("rtp_timeout", milliseconds(0), std::chrono::minutes(10), media.rtp_timeout);
    mapping.whole("realtime_priority", 0, 99, media.realtime_priority);
    read_duration_ms(mapping, "write_lead", milliseconds(10), milliseconds(100), media.write_lead_ms);
    mapping.finish();
    if (media.jitter_min_ms > media.jitter_max_ms) {
        mapping.problem_at("jitter_min", "jitter_min is above jitter_max", "make it smaller");
    }
}

void read_control(Context& context, const Node* node, Control& control) {
    if (node == nullptr) return;
    Mapping mapping(context, *node, "control");
    // sun_path of a Unix socket holds 107 characters.
    if (mapping.text("socket", control.socket) &&
        (control.socket.empty() || control.socket.front() != '/' || control.socket.size() > 107)) {
        mapping.problem_at("socket", "this is no absolute path of at most 107 characters",
                           "use for example /run/tipring/control.sock");
    }
    mapping.name("group", control.group);
    mapping.finish();
}

void read_log(Context& context, const Node* node, Log& log) {
    if (node == nullptr) return;
    Mapping mapping(context, *node, "log");
    using base::log::Level;
    Level level = Level::info;
    if (mapping.choice<Level>("level",
                              {{"trace", Level::trace},
                               {"debug", Level::debug},
                               {"info", Level::info},
                               {"warning", Level::warning},
                               {"error", Level::error}},
                              level)) {
        log.level = base::log::name(level);
    }
    if (mapping.text("file", log.file) && !log.file.starts_with('/')) {
        mapping.problem_at("file", "the service runs in no particular folder",
                           "write the whole path, for example /var/log/tipring/tipring.log");
    }
    mapping.finish();
}

}  // namespace tipring::config
