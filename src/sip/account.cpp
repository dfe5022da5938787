// Account (account.hpp). Thread: core.
#include "account.hpp"

#include <algorithm>

#include "call_headers.hpp"
#include "resolver.hpp"
#include "tipring/base/log.hpp"
#include "tipring/base/text.hpp"

namespace tipring::sip {
namespace {

constexpr std::chrono::seconds dead_time{30};
constexpr std::chrono::seconds probe_interval{5};
/// RFC 3323 4.1.
constexpr char anonymous_from[] = "\"Anonymous\" <sip:anonymous@anonymous.invalid>";
constexpr char anonymous_referrer[] = "<sip:anonymous@anonymous.invalid>";

std::string name_addr(const std::string& display, const std::string& user, const std::string& host) {
    const auto quoted = quote_display(display);
    return base::format("{}<sip:{}@{}>", quoted.empty() ? quoted : quoted + " ", escape_user(user),
                        uri_host(host));
}

/// Of an identity, or of an account.
template <class Owner>
Credentials login_of(const Owner& owner) {
    return {owner.auth_user.empty() ? owner.user : owner.auth_user, owner.password};
}

}  // namespace

Account::Account(base::Reactor& reactor, const config::SipAccount& settings, const config::Sip& sip,
                 const config::Media& media, std::vector<Identity> identities, SourceAddress source)
    : reactor_(reactor),
      settings_(settings),
      sip_(sip),
      media_(media),
      identities_(std::move(identities)),
      source_(source ? std::move(source) : SourceAddress(source_address_towards)),
      probe_timer_(reactor) {
    server_ = split_host_port(settings_.server, settings_.port)
                  .value_or(HostPort{settings_.server, settings_.port});
    find_local_host();
}

bool Account::server_is_name() const {
    return !base::is_ip_address(server_.host);
}

std::string Account::server_text() const {
    constexpr std::uint16_t usual_port = 5060;
    if (server_.port == usual_port) return server_.host;
    return base::format("{}:{}", uri_host(server_.host), server_.port);
}

bool Account::listens_anywhere() const {
    return sip_.listen == "0.0.0.0" || sip_.listen == "::";
}

bool Account::set_addresses(std::vector<std::string> addresses) {
    const bool changed = !addresses.empty() && addresses != addresses_;
    if (changed) addresses_ = std::move(addresses);
    const bool moved = find_local_host();
    if (!changed && !moved) return false;
    log_way();
    return true;
}

/// Without a way there is no address: an invented one would stand in Contact and SDP, and calls would be
/// answered without audio instead of going to the next destination.
bool Account::find_local_host() {
    std::string found;
    if (!listens_anywhere()) {
        found = sip_.listen;
    } else if (resolved()) {
        found = source_(addresses_.front(), server_.port);
    } else if (!settings_.accept_from.empty()) {
        // Until the server's name is known, only accept_from can reach us.
        found = source_(settings_.accept_from.front(), server_.port);
    }
    if (found == local_host_) return false;
    local_host_ = std::move(found);
    return true;
}

void Account::log_way() const {
    if (!resolved()) return;
    if (!has_route()) {
        base::log::warning("sip", "account {}: there is no way to {} ({}) from this machine; tried again",
                           settings_.name, server_.host, addresses_.front());
        return;
    }
    base::log::info("sip", "account {}: server {} is {} port {}, our address is {}", settings_.name,
                    server_.host, addresses_.front(), server_.port, local_host_);
}

std::vector<std::string> Account::trusted() const {
    auto all = addresses_;
    all.insert(all.end(), settings_.accept_from.begin(), settings_.accept_from.end());
    return all;
}

void Account::mark_dead(std::function<void()> probe) {
    if (!dead())
        base::log::warning("sip", "account {}: {}; not used for {}", settings_.name, silence(), dead_time);
    dead_until_ = reactor_.now() + dead_time;
    probe_ = std::move(probe);
    ask();
}

void Account::ask() {
    probe_();
    probe_timer_.start(probe_interval, [this] {
        if (dead()) ask();
    });
}

void Account::mark_alive() {
    if (dead()) base::log::info("sip", "account {}: {} answers again", settings_.name, server_text());
    dead_until_ = {};
    probe_timer_.stop();
}

bool Account::dead() const {
    return reactor_.now() < dead_until_;
}

std::string Account::domain() const {
    if (settings_.domain.empty()) return server_.host;
    const auto parts = split_host_port(settings_.domain, 0);
    return parts ? parts->host : settings_.domain;
}

std::string Account::transport_parameter() const {
    return settings_.transport == config::Transport::tcp ? ";transport=tcp" : "";
}

/// The domain when it is a name or is not the server itself; otherwise the address with its port.
std::string Account::request_host() const {
    const auto name = domain();
    if (!route().empty()) return uri_host(name);
    return base::format("{}:{}{}", uri_host(addresses_.front()), server_.port, transport_parameter());
}

/// Sofia gets literal addresses only. Where the request URI is a name, a pre-loaded route leads to the server
/// (RFC 3261 8.1.2).
std::string Account::route() const {
    if (addresses_.empty() || domain() == addresses_.front()) return {};
    return base::format("<sip:{}:{}{};lr>", uri_host(addresses_.front()), server_.port,
                        transport_parameter());
}

std::string Account::contact(const std::string& user) const {
    return base::format("<sip:{}@{}:{}{}>", escape_user(user), uri_host(local_host_), sip_.listen_port,
                        transport_parameter());
}

std::string Account::probe_uri() const {
    return base::format("sip:{}:{}{}", uri_host(addresses_.front()), server_.port, transport_parameter());
}

MediaPreferences Account::media() const {
    MediaPreferences preferences;
    preferences.codecs = settings_.codecs;
    preferences.telephone_event = settings_.dtmf == config::DtmfMode::rfc4733;
    preferences.packet_ms = settings_.packet_ms;
    preferences.base.jitter_min_ms = media_.jitter_min_ms;
    preferences.base.jitter_max_ms = media_.jitter_max_ms;
    preferences.base.timeout = media_.rtp_timeout;
    preferences.base.cname = "tipring@" + local_host_;
    return preferences;
}

AccountRules Account::rules() const {
    AccountRules rules;
    rules.name = settings_.name;
    rules.local_host = local_host_;
    if (settings_.mode == config::SipMode::gateway) rules.gateway_user = settings_.user;
    for (const auto& identity : identities_)
        rules.users.push_back(identity.user);
    rules.media = media();
    rules.causes = settings_.causes;
    rules.message_waiting = settings_.message_waiting != config::MessageNotices::off;
    return rules;
}

/// In per_port mode a call is placed in the name of the port that it comes from; otherwise in the gateway's.
const Identity* Account::identity_for(const call::CallRequest& request) const {
    const bool per_port = settings_.mode == config::SipMode::per_port;
    for (const auto& identity : identities_) {
        if (!per_port && identity.port.empty()) return &identity;
        if (!per_port) continue;
        // Never by the caller's number: anybody on the telephone network may claim to be one of our ports.
        const bool from_port =
            request.source.kind == routing::DestinationKind::port && identity.port == request.source.name;
        if (from_port) return &identity;
    }
    return nullptr;
}

OutgoingCall Account::outgoing_call(const call::CallRequest& request) const {
    OutgoingCall call;
    const auto* identity = identity_for(request);
    // Whoever sends a call on is no caller: the number and name shown stay those of who called.
    const bool sent_on = !request.diversions.empty() || request.on_behalf;
    const bool own_user = settings_.mode == config::SipMode::per_port && identity != nullptr &&
                          (!sent_on || request.caller.number.empty());
    auto user = own_user ? identity->user : request.caller.number;
    if (user.empty()) user = !settings_.user.empty() ? settings_.user : std::string(anonymous_user);
    auto display = request.caller.name;
    if (display.empty() && identity != nullptr && (own_user || !sent_on)) display = identity->display_name;

    call.id = next_dialog_id();
    call.request_uri = base::format("sip:{}@{}", escape_user(request.called), request_host());
    call.to = base::format("<sip:{}@{}>", escape_user(request.called), uri_host(domain()));
    call.from = name_addr(display, user, domain());
    call.anonymous = request.caller.presentation == call::Presentation::restricted;
    if (call.anonymous) {
        // For the trusted server only (RFC 3325 9.1). A number that the telephone network does not vouch for would be
        // a claim; the server hears whose account it is.
        const bool claimed = !own_user && user == request.caller.number &&
                             (request.caller.screening == call::Screening::unscreened ||
                              request.caller.screening == call::Screening::failed);
        const auto& known = claimed ? settings_.user : user;
        if (!known.empty()) call.asserted = name_addr({}, known, domain());
        call.from = anonymous_from;
    }
    // What the telephone network vouches for is asserted to the server, too (RFC 3325 9.1).
    const bool vouched = request.caller.screening == call::Screening::network ||
                         request.caller.screening == call::Screening::passed;
    if (!call.anonymous && vouched && user == request.caller.number) call.asserted = call.from;
    call.causes = settings_.causes;
    call.hops_left = request.hops_left;
    call.contact = contact(call.anonymous ? anonymous_user : user);
    call.route = route();
    call.credentials = credentials_of(identity);
    using config::ForwardedBy;
    const auto diversions = diversion_value(request.diversions, domain());
    const auto history = history_value(request.diversions, request.called, domain());
    if (!history.empty() && settings_.forwarded_by != ForwardedBy::diversion)
        call.more += "History-Info: " + history + "\r\n";
    if (!diversions.empty() && settings_.forwarded_by != ForwardedBy::history_info)
        call.more += "Diversion: " + diversions + "\r\n";
    const auto user_to_user = user_to_user_value(request.user_to_user);
    if (!user_to_user.empty()) call.more += "User-to-User: " + user_to_user + "\r\n";
    const auto alert_info = alert_info_text(request.alert_info);
    if (!alert_info.empty()) call.more += "Alert-Info: " + alert_info + "\r\n";
    call.media = media();
    return call;
}

Asserted Account::asserted(const call::Party& party) const {
    if (party.number.empty() || party.presentation == call::Presentation::unavailable) return {};
    const bool hidden = party.presentation == call::Presentation::restricted;
    return {name_addr(hidden ? std::string() : party.name, party.number, domain()), hidden};
}

Credentials Account::credentials_of(const Identity* identity) const {
    if (identity != nullptr) return login_of(*identity);
    // the call comes from no port: a span, another server
    return login_of(settings_);
}

Credentials Account::credentials_of(const std::string& user) const {
    const Identity* identity = nullptr;
    for (const auto& known : identities_) {
        if (known.user == user || (identity == nullptr && known.port.empty())) identity = &known;
    }
    return credentials_of(identity);
}

std::string Account::target_uri(const std::string& number) const {
    return base::format("sip:{}@{}", escape_user(number), request_host());
}

std::string Account::address_of(const std::string& user) const {
    return user.empty() ? base::format("<sip:{}>", uri_host(domain())) : name_addr({}, user, domain());
}

std::string Account::referrer(const std::string& user, bool hidden) const {
    if (hidden) return anonymous_referrer;
    return address_of(user.empty() ? settings_.user : user);
}

bool Account::is_own_host(const std::string& host) const {
    return base::equal_ignoring_case(host, domain()) || base::equal_ignoring_case(host, server_.host) ||
           std::find(addresses_.begin(), addresses_.end(), host) != addresses_.end();
}

RegistrationOrder Account::registration(const Identity& identity) const {
    RegistrationOrder order;
    order.address_of_record = base::format("<sip:{}@{}>", escape_user(identity.user), uri_host(domain()));
    order.registrar_uri = "sip:" + request_host();
    order.contact = contact(identity.user);
    order.route = route();
    order.expires = settings_.expires;
    order.credentials = login_of(identity);
    return order;
}

SubscriptionOrder Account::subscription(const Identity& identity) const {
    const auto& mailbox = identity.mailbox.empty() ? identity.user : identity.mailbox;
    SubscriptionOrder order;
    order.uri = base::format("sip:{}@{}", escape_user(mailbox), request_host());
    order.to = address_of(mailbox);
    order.from = address_of(identity.user);
    order.contact = contact(identity.user);
    order.route = route();
    order.expires = settings_.expires;
    order.credentials = credentials_of(&identity);
    return order;
}

}  // namespace tipring::sip
