// What differs between two configurations (tipring/config/changes.hpp). Thread: any.
#include "tipring/config/changes.hpp"

#include <algorithm>

namespace tipring::config {
namespace {

Port without_places(Port port) {
    port.channel_at = port.number_at = port.group_at = {};
    return port;
}

Span without_places(Span span) {
    span.number_at = span.name_at = span.channels_at = span.d_channel_at = span.line.at = {};
    for (auto& member : span.nfas)
        member = without_places(std::move(member));
    return span;
}

Sip without_places(Sip sip) {
    for (auto& account : sip.accounts)
        account.name_at = {};
    return sip;
}

}  // namespace

bool same(const Port& one, const Port& other) {
    return without_places(one) == without_places(other);
}

bool same(const Span& one, const Span& other) {
    return without_places(one) == without_places(other);
}

std::vector<std::string> sections_for_restart(const Config& running, const Config& loaded) {
    std::vector<std::string> sections;
    const auto compare = [&](const char* section, bool equal) {
        if (!equal) sections.emplace_back(section);
    };
    compare("board", running.board == loaded.board);
    compare("sip", without_places(running.sip) == without_places(loaded.sip));
    compare("media", running.media == loaded.media);
    compare("control", running.control == loaded.control);
    compare("state_file", running.state_file == loaded.state_file);
    compare("log.file", running.log.file == loaded.log.file);
    return sections;
}

Span with_call_settings(const Span& running, const Span& loaded) {
    auto span = running;
    span.label = loaded.label;
    span.account = loaded.account;
    span.number_default = loaded.number_default;
    span.line = loaded.line;
    span.channel_wish = loaded.channel_wish;
    span.restart = loaded.restart;
    span.numbers = loaded.numbers;
    span.digit_map = loaded.digit_map;
    span.digit_timeout = loaded.digit_timeout;
    span.dial_tone = loaded.dial_tone;
    span.announcement = loaded.announcement;
    span.call_waiting = loaded.call_waiting;
    span.advice_of_charge = loaded.advice_of_charge;
    span.hold = loaded.hold;
    for (std::size_t i = 0; i < std::min(span.nfas.size(), loaded.nfas.size()); ++i)
        span.nfas[i] = with_call_settings(span.nfas[i], loaded.nfas[i]);
    return span;
}

}  // namespace tipring::config
