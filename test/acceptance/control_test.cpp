// tipringctl and the daemon's life: tables, exit codes, --check, stop under load.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>

#include "support/gateway.hpp"
#include "support/sip_phone.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

std::string reception_map(const World& world) {
    return "country: us\n" + world.board_yaml() + "ports:\n  - {channels: " + std::to_string(world.fxs(1)) +
           "-" + std::to_string(world.fxs(2)) + ", kind: fxs, number: 201, label: Reception}\n";
}

/// A daemon that gets a signal in the middle of its start: it reads its file from a pipe, which waits.
class StartingDaemon {
  public:
    explicit StartingDaemon(int signal) {
        REQUIRE(::mkfifo(file_.c_str(), 0600) == 0);
        process_.emplace(std::vector<std::string>{program("tipringd"), "--config", file_},
                         folder_.file("tipringd.log"));
        base::Fd pipe;
        REQUIRE(eventually(patience, [&] {
            pipe = base::Fd(::open(file_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
            return static_cast<bool>(pipe);
        }));
        process_->signal(signal);
        // What it finds when it reads the file again.
        std::filesystem::remove(file_);
        write_file(file_, map_with("1-2", "201-202"));
        const auto first = map_with("1", "201");
        // It is not there any more when the signal has ended it.
        std::signal(SIGPIPE, SIG_IGN);
        CHECK(::write(pipe.get(), first.data(), first.size()) == static_cast<ssize_t>(first.size()));
    }
    Process& process() { return *process_; }
    std::size_t ports() const { return control_.reachable() ? control_.call("ports").as_array().size() : 0; }

  private:
    TemporaryFolder folder_;
    std::string file_ = folder_.file("tipring.yaml"), socket_ = folder_.file("control.sock");
    ControlClient control_{socket_};
    std::optional<Process> process_;

    std::string map_with(const std::string& channels, const std::string& numbers) const {
        return "country: us\nboard: {simulator: {fxs: 2}}\nports:\n  - {channels: " + channels +
               ", kind: fxs, number: " + numbers + "}\ncontrol: {socket: " + socket_ +
               "}\nmedia: {rtp_ports: 30000-30999}\n";
    }
};

}  // namespace

TEST_CASE("tipringctl shows ports and calls, and hangs up", "[control]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, reception_map(*world));
    const auto channel = std::to_string(world->fxs(1));
    const auto status = ctl(folder, gateway, {"status"});
    CHECK(status.status == 0);
    CHECK(status.output.find("idle") != std::string::npos);
    const auto ports = ctl(folder, gateway, {"ports"});
    CHECK(ports.status == 0);
    CHECK(ports.output.find("Reception") != std::string::npos);

    const auto caller = world->telephone(1);
    const auto called = world->telephone(2);
    caller->lift();
    REQUIRE(caller->wait_for_tone("dial", patience));
    caller->dial_dtmf("202");
    REQUIRE(called->wait_ringing(patience));
    called->lift();
    REQUIRE(gateway.wait_port_state(world->fxs(1), "talking", patience));
    CHECK(ctl(folder, gateway, {"calls"}).output.find("202") != std::string::npos);
    CHECK(ctl(folder, gateway, {"port", channel}).output.find("talking") != std::string::npos);
    CHECK(ctl(folder, gateway, {"hangup", "all"}).status == 0);
    CHECK(gateway.wait_no_calls(patience));
    caller->hang_up();
    called->hang_up();
    CHECK(gateway.wait_port_state(world->fxs(1), "idle", patience));
    CHECK(ctl(folder, gateway, {"events"}).output.find("call") != std::string::npos);
    CHECK(ctl(folder, gateway, {"log", "level", "debug"}).status == 0);
    CHECK(ctl(folder, gateway, {"port", "999"}).status == 1);
    CHECK(ctl(folder, gateway, {"no-such-command"}).status == 2);
    CHECK(ctl(folder, gateway, {"--json", "ports"}).output.front() == '[');
}

TEST_CASE("without a daemon tipringctl says so plainly", "[control]") {
    TemporaryFolder folder;
    const auto outcome =
        run_to_end(folder, {program("tipringctl"), "--socket", folder.file("none.sock"), "status"});
    CHECK(outcome.status == 3);
    CHECK(outcome.output.find("not running") != std::string::npos);
}

TEST_CASE("--check accepts every example and names every mistake of a bad file", "[check]") {
    TemporaryFolder folder;
    // Beside a real board the examples for other boards are rightly refused.
    std::vector<std::string> examples{"simulator"};
    if (!World::is_dahdi())
        examples.insert(examples.end(),
                        {"fxs-box", "fxo-box", "mixed-office", "e1-trunk", "hotel", "pbx-trunk", "t1-trunk"});
    for (const auto& name : examples) {
        const auto outcome = run_to_end(
            folder,
            {program("tipringd"), "--check", std::string(TIPRING_SOURCE_DIR "/config/") + name + ".yaml"});
        INFO(name << ": " << outcome.output);
        CHECK(outcome.status == 0);
    }
    write_file(folder.file("bad.yaml"),
               "country: atlantis\nboard: {simulator: {fxs: 2}}\nports:\n"
               "  - {chanel: 1, kind: fxs, number: 201}\n"
               "  - {channel: 2, kind: fxs, number: 202, dial_tone: 5}\n"
               "  - {channel: 2, kind: fxs, number: 203}\n"
               "  - {channel: 9, kind: fxs, number: 204}\n"
               "tones:\n  - {name: endless, cadence: '440'}\n");
    const auto outcome = run_to_end(folder, {program("tipringd"), "--check", folder.file("bad.yaml")});
    INFO(outcome.output);
    CHECK(outcome.status == 1);
    for (const auto* part :
         {"bad.yaml:1:", "bad.yaml:4:", "channel", "bad.yaml:5:", "bad.yaml:6:", "bad.yaml:9:", "cadence"}) {
        CHECK(outcome.output.find(part) != std::string::npos);
    }
}

TEST_CASE("--check notes what is good and will hardly do", "[check]") {
    TemporaryFolder folder;
    write_file(folder.file("lift.yaml"),
               "country: de\nboard: {simulator: {fxs: 2}}\nports:\n"
               "  - {channel: 1, kind: fxs, number: 201, profile: elevator}\n"
               "  - {channel: 2, kind: fxs, number: 202, profile: elevator, hotline: 201}\n"
               "state_file: " +
                   folder.file("nowhere/state") + "\ncontrol: {socket: " + folder.file("none/control") +
                   "}\n");
    const auto outcome = run_to_end(folder, {program("tipringd"), "--check", folder.file("lift.yaml")});
    INFO(outcome.output);
    CHECK(outcome.status == 0);
    CHECK(outcome.output.find("port 201 calls nobody") != std::string::npos);
    CHECK(outcome.output.find("port 202 calls nobody") == std::string::npos);
    CHECK(outcome.output.find("state_file: there is no folder") != std::string::npos);
    CHECK(outcome.output.find("control.socket: there is no folder") != std::string::npos);
}

TEST_CASE("channels that the board has not got leave the others working", "[life]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    const auto head = "country: us\n" + world->board_yaml() + "ports:\n";
    const std::string missing = "  - {channel: 240, kind: fxs, number: 209}\n";
    write_file(folder.file("none.yaml"),
               head + missing + "control: {socket: " + folder.file("none.sock") + "}\n");
    const auto none = run_to_end(folder, {program("tipringd"), "--config", folder.file("none.yaml")});
    CHECK(none.status == 1);
    CHECK(none.output.find("none of the channels") != std::string::npos);

    const auto wrong_kind = std::to_string(world->fxo(1));
    Gateway gateway(
        folder, head + missing + "  - {channel: " + wrong_kind + ", kind: fxs, number: 208}\n" +
                    "  - {channel: " + std::to_string(world->fxs(1)) + ", kind: fxs, number: 201}\n" +
                    "  - {channel: " + std::to_string(world->fxs(2)) + ", kind: fxs, number: 202}\n" +
                    "spans:\n  - {span: 9, name: absent, side: user, channels: 200-230}\n" +
                    "  - {span: 7, name: elsewhere, side: user, channels: " + world->span_channels() + "}\n" +
                    "routes:\n  - {called: \"77\", to: [span absent, port 209, port 208, port 202]}\n");
    CHECK(gateway.port_state(240) == "missing");
    CHECK(gateway.port_state(world->fxo(1)) == "missing");
    CHECK(gateway.port_state(world->fxs(1)) == "idle");
    CHECK(ctl(folder, gateway, {"ports"}).output.find("MISSING") != std::string::npos);
    const auto sheet = ctl(folder, gateway, {"port", "240"}).output;
    CHECK(sheet.find("Last error") != std::string::npos);
    CHECK(sheet.find("channel 240") != std::string::npos);
    const auto spans = ctl(folder, gateway, {"spans"}).output;
    INFO(spans);
    CHECK(spans.find("absent") != std::string::npos);
    CHECK(spans.find("MISSING") != std::string::npos);
    CHECK(spans.find("channel 215") != std::string::npos);
    CHECK(spans.find("write span: " + std::to_string(world->span())) != std::string::npos);

    const auto caller = world->telephone(1);
    const auto called = world->telephone(2);
    caller->lift();
    REQUIRE(caller->wait_for_tone("dial", patience));
    caller->dial_dtmf("77");
    CHECK(called->wait_ringing(patience));
}

TEST_CASE("a channel that another program held is used as soon as it is free", "[life]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    auto held = world->hold(world->fxs(1));
    Gateway gateway(folder, reception_map(*world));
    CHECK(gateway.port_state(world->fxs(1)) == "missing");
    CHECK(gateway.port_state(world->fxs(2)) == "idle");
    held = {};
    REQUIRE(gateway.wait_port_state(world->fxs(1), "idle", patience));
    const auto phone = world->telephone(1);
    phone->lift();
    CHECK(phone->wait_for_tone("dial", patience));
}

TEST_CASE("SIGTERM during a call ends the daemon cleanly in under two seconds", "[life]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, reception_map(*world) +
                                "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n"
                                "    - {name: office, server: 127.0.0.1:5091, mode: peer}\n");
    SipPhone client(folder,
                    {.user = "700", .registrar = {}, .password = {}, .auto_answer = true, .says = {}});
    REQUIRE(client.ready());
    const auto phone = world->telephone(1);
    call_up(*phone, client, "700");
    // The limit is the product's promise, as far as the machine runs; the emulated one gets more.
    const auto promised = World::is_dahdi() ? 8000ms : 2000ms;
    test::machine_watch().restart();
    const auto asked = std::chrono::steady_clock::now();
    CHECK(gateway.stop(patience) == 0);
    CHECK(std::chrono::steady_clock::now() - asked <= promised + test::machine_watch().stood_still());
    CHECK(client.wait_event("CALL_CLOSED", patience));
}

TEST_CASE("signals during the start wait for its end", "[life][reload]") {
    SECTION("SIGHUP: the file is read again") {
        StartingDaemon daemon(SIGHUP);
        CHECK(eventually(patience, [&] { return daemon.ports() == 2; }));
        daemon.process().signal(SIGTERM);
        CHECK(daemon.process().wait(patience) == 0);
    }
    SECTION("SIGTERM: the daemon ends as ever") {
        StartingDaemon daemon(SIGTERM);
        CHECK(daemon.process().wait(patience) == 0);
        CHECK(daemon.process().output_contains("stopped"));
    }
}
