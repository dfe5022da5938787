#include "line_bench.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <filesystem>
#include <sstream>
#include <stdexcept>

namespace tipring::acceptance {
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

// Generous, because the virtual machine emulates its processor.
constexpr auto patience = 30s;

std::string phone_number(unsigned pair) {
    return std::to_string(200 + pair);
}
std::string line_number(unsigned pair) {
    return std::to_string(900 + pair);
}

std::string with_keys(const std::string& keys) {
    return (keys.empty() ? "" : ", " + keys) + "}\n";
}

std::string port_map(const World& world, const std::vector<LineBench::Pair>& pairs, const std::string& more,
                     const std::string& routes) {
    std::string text = "country: us\n" + world.board_yaml() + more + "ports:\n";
    std::string own_lines;
    for (unsigned pair = 1; pair <= pairs.size(); ++pair) {
        const auto& [line, phone] = pairs[pair - 1];
        const auto hotline = phone.find("hotline:") == std::string::npos
                                 ? ", hotline: \"" + line_number(pair) + "5551\""
                                 : std::string();
        text += "  - {channel: " + std::to_string(world.fxs(pair)) +
                ", kind: fxs, number: " + phone_number(pair) + hotline + with_keys(phone);
        text += "  - {channel: " + std::to_string(world.fxo(pair)) +
                ", kind: fxo, number: " + line_number(pair) + ", to: " + phone_number(pair) + with_keys(line);
        own_lines +=
            "  - {called: " + line_number(pair) + "., strip: 3, to: [port " + line_number(pair) + "]}\n";
        own_lines += "  - {from: [port " + line_number(pair) + "], to: [port " + phone_number(pair) + "]}\n";
    }
    return text + "routes:\n" + routes + own_lines;
}

}  // namespace

LineBench::LineBench(const std::vector<Pair>& pairs, const std::string& more, const std::string& routes,
                     const std::string& media)
    : world_(World::make(folder_, static_cast<unsigned>(pairs.size()), static_cast<unsigned>(pairs.size()))),
      gateway_(std::make_unique<Gateway>(folder_, port_map(*world_, pairs, more, routes), media)) {
    for (unsigned pair = 1; pair <= pairs.size(); ++pair) {
        phones_.push_back(world_->telephone(pair));
        offices_.push_back(world_->central_office(pair));
    }
}

bool LineBench::hear_ringing() {
    if (!World::is_dahdi()) return true;
    for (const auto& office : offices_)
        office->ring();
    bool heard = true;
    for (unsigned pair = 1; pair <= size(); ++pair) {
        // A whole burst: the driver tells no end of one that was cut short.
        heard = eventually(patience, [&] { return line_state(pair) == "ring_wait"; }) && heard;
        office(pair).stop_ringing();
    }
    return all_idle() && heard;
}

bool LineBench::settle(unsigned pair) {
    phone(pair).play(farend::Clip(8000 * 3 / 2), false);
    return phone(pair).wait_playing_done(patience);
}

bool LineBench::call_out(const std::vector<unsigned>& pairs) {
    for (const auto pair : pairs) {
        office(pair).set_service({.number_length = 4, .answer_after = 0ms});
        phone(pair).lift();
    }
    return std::all_of(pairs.begin(), pairs.end(), [this](unsigned pair) {
        return office(pair).wait_state("talking", patience) && wait_line(pair, "talking", patience);
    });
}

bool LineBench::all_idle() {
    for (const auto& phone : phones_)
        phone->hang_up();
    return eventually(patience, [this] {
        const auto ports = gateway_->call("ports");
        return std::ranges::all_of(ports.as_array(), [](const json::value& port) {
            return port.as_object().at("state").as_string() == "idle";
        });
    });
}

bool LineBench::wait_line(unsigned pair, const std::string& state, std::chrono::milliseconds limit) const {
    return gateway_->wait_port_state(world_->fxo(pair), state, limit);
}

std::string LineBench::line_state(unsigned pair) const {
    return gateway_->port_state(world_->fxo(pair));
}

json::object LineBench::sheet(unsigned pair) const {
    Process tipringctl(
        {program("tipringctl"), "--socket", gateway_->socket(), "--json", "port", line_number(pair)},
        folder_.file("sheet.json"));
    if (tipringctl.wait(patience) != 0) throw std::runtime_error("tipringctl: " + tipringctl.output());
    const auto sheet = json::parse(tipringctl.output()).as_object();
    std::filesystem::remove(folder_.file("sheet.json"));
    return sheet;
}

std::uint64_t LineBench::refused(unsigned pair, const std::string& reason) const {
    const auto counters = sheet(pair).at("counters").as_object();
    const auto* times = counters.at("refused").as_object().if_contains(reason);
    return times == nullptr ? 0 : times->to_number<std::uint64_t>();
}

std::vector<std::string> LineBench::records(unsigned pair) const {
    std::vector<std::string> found;
    const auto endpoint = "\"fxo " + std::to_string(world_->fxo(pair)) + "\"";
    std::istringstream log(gateway_->log());
    for (std::string line; std::getline(log, line);) {
        const bool named = line.find(endpoint) != std::string::npos;
        if (named && line.find(" record ") != std::string::npos) found.push_back(line);
    }
    return found;
}

std::string LineBench::record(unsigned pair, const std::string& key, std::size_t count) const {
    std::vector<std::string> found;
    const bool there = eventually(patience, [&] {
        found = records(pair);
        return found.size() >= count;
    });
    if (!there) return "no record";
    const auto& line = found.at(count - 1);
    const auto begin = line.find(" " + key + "=");
    if (begin == std::string::npos) return "";
    const auto value = begin + key.size() + 2;
    const bool quoted = value < line.size() && line[value] == '"';
    const auto end = line.find(quoted ? '"' : ' ', value + 1);
    return quoted ? line.substr(value + 1, end - value - 1) : line.substr(value, end - value);
}

}  // namespace tipring::acceptance
