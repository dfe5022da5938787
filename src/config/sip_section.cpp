// sip: listening address, and one account (written directly) or several (accounts:).
#include <algorithm>

#include "sections.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void read_codecs(Mapping& mapping, std::vector<Codec>& codecs) {
    if (!mapping.has("codecs")) {
        mapping.take("codecs");
        return;
    }
    std::vector<Codec> chosen;
    for (const Node* node : mapping.list("codecs")) {
        const auto word = base::lower(node->text);
        if (word != "pcma" && word != "pcmu") {
            mapping.problem_at(
                *node, "codecs",
                base::format("\"{}\" is no codec that Tipring has", base::printable(node->text, 60)),
                "use pcma (G.711 A-law) and pcmu (G.711 mu-law)");
            continue;
        }
        const auto codec = word == "pcma" ? Codec::pcma : Codec::pcmu;
        if (std::find(chosen.begin(), chosen.end(), codec) == chosen.end()) chosen.push_back(codec);
    }
    if (!chosen.empty()) {
        codecs = chosen;
    } else if (const Node* node = mapping.take("codecs");
               node != nullptr && node->kind == Node::Kind::sequence && node->items.empty()) {
        mapping.problem_at(*node, "codecs", "the list is empty", "name at least one: pcma, pcmu");
    }
}

void read_times(Mapping& mapping, SipAccount& account) {
    milliseconds expires{};
    if (mapping.duration("expires", seconds(30), std::chrono::hours(24), expires)) {
        account.expires = std::chrono::duration_cast<seconds>(expires);
    }
    milliseconds packet{};
    if (mapping.duration("packet_time", milliseconds(10), milliseconds(60), packet)) {
        if (packet.count() % 10 != 0) {
            mapping.problem_at("packet_time", "packets carry whole blocks of 10 ms",
                               "use 10ms, 20ms, 30ms, 40ms, 50ms or 60ms");
        }
        account.packet_ms = static_cast<unsigned>(packet.count());
    }
    mapping.duration("dead_after", milliseconds(500), seconds(32), account.dead_after);
}

/// All keys of an account but its name.
void read_account(Mapping& mapping, SipAccount& account) {
    std::string server;
    if (mapping.text("server", server)) {
        if (const auto parsed = parse_host_port(server)) {
            account.server = parsed->host;
            if (parsed->port != 0) account.port = parsed->port;
        } else {
            mapping.problem_at("server", parsed.error().message, "write host or host:port");
        }
    }
    mapping.choice<SipMode>(
        "mode", {{"per_port", SipMode::per_port}, {"gateway", SipMode::gateway}, {"peer", SipMode::peer}},
        account.mode);
    mapping.choice<Transport>("transport", {{"udp", Transport::udp}, {"tcp", Transport::tcp}},
                              account.transport);
    mapping.choice<DtmfMode>("dtmf", {{"rfc4733", DtmfMode::rfc4733}, {"inband", DtmfMode::inband}},
                             account.dtmf);
    mapping.choice<bool>("transfer", {{"refer", true}, {"local", false}}, account.refer);
    mapping.choice<bool>("flash", {{"info", true}, {"off", false}}, account.flash_info);
    mapping.choice<MessageNotices>("message_waiting",
                                   {{"notify", MessageNotices::notify},
                                    {"subscribe", MessageNotices::subscribe},
                                    {"off", MessageNotices::off}},
                                   account.message_waiting);
    if (mapping.text("domain", account.domain)) {
        const auto parsed = parse_host_port(account.domain);
        if (!parsed)
            mapping.problem_at("domain", parsed.error().message,
                               "write the domain of the SIP addresses, for example example.com");
    }
    mapping.text("user", account.user);
    mapping.text("auth_user", account.auth_user);
    mapping.secret(account.password);
    read_codecs(mapping, account.codecs);
    read_times(mapping, account);
    read_causes(mapping, account.causes);
    mapping.choice<ForwardedBy>("forwarded_by",
                                {{"diversion", ForwardedBy::diversion},
                                 {"history_info", ForwardedBy::history_info},
                                 {"both", ForwardedBy::both}},
                                account.forwarded_by);
    if (mapping.has("accept_from")) account.accept_from.clear();
    for (const Node* node : mapping.list("accept_from")) {
        // Literals only: a name could change its address behind the operator's back.
        const auto parsed = parse_host_port(node->text);
        if (parsed && parsed->port == 0 && base::is_ip_address(parsed->host)) {
            account.accept_from.push_back(parsed->host);
        } else {
            mapping.problem_at(*node, "accept_from",
                               base::format("\"{}\" is no IP address", base::printable(node->text, 60)),
                               "write addresses, for example [192.0.2.7, 192.0.2.8]");
        }
    }
}

void complete(Mapping& mapping, SipAccount& account) {
    if (account.server.empty() && !mapping.has("server"))
        mapping.problem("the account has no server", "add server: host or host:port");
    if (account.mode == SipMode::gateway && account.user.empty())
        mapping.problem("mode gateway registers one user for all, and none is named", "add user:");
    if (account.domain.empty()) account.domain = account.server;
    if (account.auth_user.empty()) account.auth_user = account.user;
}

}  // namespace

void read_sip(Context& context, const Node* node, Sip& sip) {
    if (node == nullptr) return;
    Mapping mapping(context, *node, "sip");
    std::string listen;
    if (mapping.text("listen", listen)) {
        const auto parsed = parse_host_port(listen);
        if (parsed && base::is_ip_address(parsed->host)) {
            sip.listen = parsed->host;
            if (parsed->port != 0) sip.listen_port = parsed->port;
        } else {
            mapping.problem_at("listen",
                               parsed ? base::format("\"{}\" is no IP address", base::printable(listen, 60))
                                      : parsed.error().message,
                               "write address or address:port, for example 0.0.0.0:5060");
        }
    }
    SipAccount shared;
    shared.codecs = {Codec::pcma, Codec::pcmu};
    const std::size_t before = context.problems.size();
    read_account(mapping, shared);
    const Node* accounts = mapping.take("accounts");
    mapping.finish();
    if (accounts == nullptr) {
        // A server that is there but wrong was reported already.
        if (shared.server.empty() && context.problems.size() != before) return;
        const bool wanted = mapping.has("server") || mapping.has("mode") || mapping.has("user") ||
                            mapping.has("password") || mapping.has("password_file");
        if (!wanted) return;
        complete(mapping, shared);
        sip.accounts.push_back(std::move(shared));
        return;
    }
    if (mapping.has("server")) {
        mapping.problem_at(*accounts, "accounts", "sip.server and sip.accounts are both given",
                           "move the server into the list of accounts");
    }
    if (accounts->kind != Node::Kind::sequence) {
        mapping.problem_at(*accounts, "accounts", "this is no list",
                           "write \"- {name: office, server: pbx.example.com}\" lines");
        return;
    }
    for (std::size_t i = 0; i < accounts->items.size(); ++i) {
        if (accounts->items[i].unreadable) continue;
        Mapping entry(context, accounts->items[i], base::format("sip.accounts[{}]", i));
        if (!entry.is_mapping()) continue;
        SipAccount account = shared;
        account.name.clear();
        entry.name("name", account.name);
        account.name_at = entry.place("name");
        read_account(entry, account);
        entry.finish();
        if (!entry.has("name"))
            entry.problem("the account has no name", "add name:, routes and ports refer to it");
        if (!entry.has("server") || !account.server.empty()) complete(entry, account);
        sip.accounts.push_back(std::move(account));
    }
}

}  // namespace tipring::config
