#include "sip_phone.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <filesystem>

namespace tipring::acceptance {
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t silence_afterwards = 8000 * 120;

std::string configuration(const std::string& folder, const SipPhone::Options& options) {
    const auto text = [](auto value) { return std::to_string(value); };
    return "poll_method epoll\n"
           "net_interface 127.0.0.1\n"
           "sip_listen 127.0.0.1:" +
           text(options.sip_port) +
           "\n"
           "audio_path /usr/share/baresip\n"
           "audio_player aubridge," +
           options.user +
           "\n"
           "audio_alert aubridge,alert-" +
           options.user +
           "\n"
           "audio_source aufile," +
           folder +
           "/says.wav\n"
           "audio_srate 8000-8000\naudio_channels 1-1\nausrc_srate 8000\nauplay_srate 8000\n"
           "rtp_ports " +
           text(options.first_rtp_port) + "-" + text(options.first_rtp_port + 98) +
           "\n"
           "call_local_timeout 120\ncall_max_calls 40\n"
           "snd_path " +
           folder +
           "/rec\n"
           "module_path /usr/lib/baresip/modules\n"
           "module g711.so\nmodule aufile.so\nmodule sndfile.so\nmodule aubridge.so\n"
           "module_tmp account.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n"
           "ctrl_tcp_listen 127.0.0.1:" +
           text(options.control_port) + "\n";
}

std::string account(const SipPhone::Options& options) {
    const bool registers = !options.registrar.empty();
    const auto host = registers ? options.registrar : "127.0.0.1:" + std::to_string(options.sip_port);
    std::string line = "<sip:" + options.user + "@" + host + ">;audio_codecs=" + options.codecs;
    line +=
        registers ? ";regint=300;auth_user=" + options.user + ";auth_pass=" + options.password : ";regint=0";
    line += options.auto_answer ? ";answermode=auto" : ";answermode=manual";
    return line + "\n";
}

base::Fd connect_control(std::uint16_t port) {
    base::Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
    return fd;
}

}  // namespace

SipPhone::SipPhone(const TemporaryFolder& folder, Options options)
    : options_(std::move(options)), folder_(folder.file("sip-" + options_.user)) {
    std::filesystem::create_directories(folder_ + "/rec");
    if (options_.says.empty()) options_.says = farend::tone(700, 0, 4s);
    // The client hangs up by itself when its file ends.
    options_.says.resize(options_.says.size() + silence_afterwards, 0);
    if (const auto written = farend::write_wav(folder_ + "/says.wav", options_.says); !written) {
        throw std::runtime_error(written.error().message);
    }
    write_file(folder_ + "/config", configuration(folder_, options_));
    write_file(folder_ + "/accounts", account(options_));
    write_file(folder_ + "/contacts", "");
    std::vector<std::string> command_line{"baresip", "-f", folder_};
    if (options_.trace) command_line.push_back("-s");
    process_ = std::make_unique<Process>(command_line, folder_ + "/log", Priority::realtime);
    ready_ = eventually(60s,
                        [this] {
                            socket_ = connect_control(options_.control_port);
                            return static_cast<bool>(socket_) || !process_->running();
                        }) &&
             socket_;
    if (ready_) reader_ = std::thread([this] { read_events(); });
}

SipPhone::~SipPhone() {
    process_->signal(SIGTERM);
    process_->wait(3s);
    if (socket_) ::shutdown(socket_.get(), SHUT_RDWR);
    if (reader_.joinable()) reader_.join();
}

void SipPhone::command(const std::string& name, const std::string& parameters) {
    const auto text = json::serialize(json::object{{"command", name}, {"params", parameters}});
    const auto netstring = std::to_string(text.size()) + ":" + text + ",";
    [[maybe_unused]] const auto sent =
        ::send(socket_.get(), netstring.data(), netstring.size(), MSG_NOSIGNAL);
}

void SipPhone::dial(const std::string& uri) {
    command("dial", uri);
}
void SipPhone::answer() {
    command("accept");
}
void SipPhone::hang_up() {
    command("hangup");
}
void SipPhone::send_digit(char digit) {
    command("sndcode", std::string(1, digit));
}
void SipPhone::vanish() {
    process_->signal(SIGKILL);
    process_->wait(std::chrono::seconds(5));
}

void SipPhone::hold(bool on) {
    command(on ? "hold" : "resume");
}

void SipPhone::read_events() {
    std::string pending;
    char buffer[8192];
    for (;;) {
        const auto got = ::recv(socket_.get(), buffer, sizeof buffer, 0);
        if (got <= 0) return;
        pending.append(buffer, static_cast<std::size_t>(got));
        for (;;) {
            const auto colon = pending.find(':');
            if (colon == std::string::npos) break;
            const auto length = std::strtoul(pending.c_str(), nullptr, 10);
            if (pending.size() < colon + 1 + length + 1) break;
            add_event(pending.substr(colon + 1, length));
            pending.erase(0, colon + 1 + length + 1);
        }
    }
}

void SipPhone::add_event(const std::string& json_text) {
    boost::system::error_code error;
    const auto value = json::parse(json_text, error);
    if (error || !value.is_object() || !value.as_object().contains("event")) return;
    const auto field = [&](const char* key) -> std::string {
        const auto* found = value.as_object().if_contains(key);
        return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
    };
    const std::lock_guard lock(mutex_);
    events_.push_back({field("type"), field("param") + " " + field("peeruri")});
}

bool SipPhone::wait_event(const std::string& type, std::chrono::milliseconds limit) {
    return eventually(limit, [&] {
        const std::lock_guard lock(mutex_);
        return std::any_of(events_.begin(), events_.end(),
                           [&](const Event& event) { return event.type == type; });
    });
}

bool SipPhone::wait_registered(std::chrono::milliseconds limit) const {
    return eventually(limit, [this] { return process_->output_contains(" binding]"); });
}

std::string SipPhone::event_text(const std::string& type) const {
    const std::lock_guard lock(mutex_);
    const auto found =
        std::find_if(events_.rbegin(), events_.rend(), [&](const Event& e) { return e.type == type; });
    return found == events_.rend() ? std::string() : found->text;
}

void SipPhone::forget() {
    const std::lock_guard lock(mutex_);
    events_.clear();
}

std::string SipPhone::digits() const {
    std::string found;
    const auto text = process_->output();
    const std::string mark = "received event: '";
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
        if (text.compare(at + mark.size() + 1, 9, "' (end=1)") == 0) found += text[at + mark.size()];
    }
    return found;
}

std::string SipPhone::newest_recording() const {
    std::string newest;
    for (const auto& entry : std::filesystem::directory_iterator(folder_ + "/rec")) {
        const auto path = entry.path().string();
        if (path.ends_with("-dec.wav") && path > newest) newest = path;
    }
    return newest;
}

farend::Clip SipPhone::heard() {
    // The recording is written to its end when the client has closed the call.
    wait_event("CALL_CLOSED", 60s);
    const auto path = newest_recording();
    if (path.empty()) return {};
    const auto clip = farend::read_wav(path);
    return clip ? *clip : farend::Clip{};
}

}  // namespace tipring::acceptance
