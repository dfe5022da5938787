#include "registrar.hpp"

#include <csignal>
#include <filesystem>
#include <stdexcept>

#include "udp_port.hpp"

namespace tipring::acceptance {
using namespace std::chrono_literals;

namespace {

// Digest (realm "tipring") on REGISTER and on initial INVITEs that do not come from a registered contact's
// dialog.
constexpr const char* script = R"(
request_route {
    if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
    if (is_method("CANCEL")) { if (t_check_trans()) t_relay(); exit; }
    if (has_totag()) {
        if (loose_route()) { t_relay(); } else if (is_method("ACK") && t_check_trans()) { t_relay(); }
        exit;
    }
    if (is_method("REGISTER")) {
        if (!pv_auth_check("tipring", "PASSWORD", "0", "0")) { auth_challenge("tipring", "0"); exit; }
        save("location");
        exit;
    }
    if (is_method("OPTIONS") && $rU == $null) { sl_send_reply("200", "OK"); exit; }
    if (is_method("INVITE")) {
        if (!pv_proxy_authenticate("tipring", "PASSWORD", "0")) { auth_challenge("tipring", "0"); exit; }
        consume_credentials();
    }
    record_route();
    GATEWAY
    if (!lookup("location")) { sl_send_reply("404", "Not Found"); exit; }
    t_relay();
}
)";

void replace_all(std::string& text, const std::string& mark, const std::string& value) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + value.size())) {
        text.replace(at, mark.size(), value);
    }
}

std::string configuration(std::uint16_t port, const std::string& password,
                          const std::string& gateway_numbers) {
    std::string text =
        "#!KAMAILIO\ndebug=1\nlog_stderror=yes\nfork=yes\nchildren=1\ndisable_tcp=yes\nauto_aliases=no\n"
        "listen=udp:127.0.0.1:" +
        std::to_string(port) + "\n";
    for (const auto* module :
         {"kex", "tm", "sl", "rr", "pv", "maxfwd", "textops", "siputils", "usrloc", "registrar", "auth"}) {
        text += "loadmodule \"" + std::string(module) + ".so\"\n";
    }
    text += "modparam(\"usrloc\", \"db_mode\", 0)\n";
    std::string route = script;
    replace_all(route, "PASSWORD", password);
    replace_all(route, "GATEWAY",
                gateway_numbers.empty() ? ""
                                        : "if ($rU =~ \"" + gateway_numbers +
                                              "\") { $du = \"sip:127.0.0.1:5060\"; t_relay(); exit; }");
    return text + route;
}

}  // namespace

Registrar::Registrar(const TemporaryFolder& folder, std::uint16_t port, const std::string& password,
                     const std::string& gateway_numbers) {
    if (!eventually(60s, [port] { return !test::udp_port_bound(port); }))
        throw std::runtime_error("the registrar's port is in use: " + std::to_string(port));
    const auto work = folder.file("kamailio");
    std::filesystem::create_directories(work);
    write_file(work + "/kamailio.cfg", configuration(port, password, gateway_numbers));
    process_ = std::make_unique<Process>(
        std::vector<std::string>{"kamailio", "-f", work + "/kamailio.cfg", "-DD", "-E", "-m", "16", "-M", "4",
                                 "-Y", work, "-w", work},
        work + "/log");
    if (!eventually(60s, [port] { return test::udp_port_bound(port); })) {
        throw std::runtime_error("kamailio did not start:\n" + log());
    }
}

void Registrar::stop() {
    process_->signal(SIGTERM);
    process_->wait(60s);
}

}  // namespace tipring::acceptance
