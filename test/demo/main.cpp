// tipring_demo: starts a SIP registrar, a SIP client and the gateway on its simulator, carries the calls and
// judges what was heard. Usage: tipring_demo FOLDER [--stay]   recordings and logs go to FOLDER; --stay waits
// for Ctrl-C with everything running.
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <thread>

#include "demo_calls.hpp"
#include "support/registrar.hpp"

namespace {

using namespace tipring;
using namespace std::chrono_literals;
using demo::CallResult;

constexpr std::uint16_t registrar_port = 5070;
constexpr const char* password = "tipring-demo";

/// Speech of espeak-ng as 8 kHz samples, normalised to an active level of -16 dBm0.
farend::Clip voice(const acceptance::TemporaryFolder& work, const std::string& name,
                   const std::string& variant, const std::string& text) {
    const auto raw = work.file(name + "-22k.wav"), converted = work.file(name + ".wav");
    for (const auto& command :
         {std::vector<std::string>{"espeak-ng", "-v", variant, "-s", "150", "-w", raw, text},
          std::vector<std::string>{"sox", raw, "-r", "8000", "-c", "1", "-b", "16", converted, "norm",
                                   "-6"}}) {
        acceptance::Process process(command, work.file("voice.log"));
        if (process.wait(30s) != 0) throw std::runtime_error("cannot make speech: " + process.output());
    }
    const auto clip = farend::read_wav(converted);
    if (!clip) throw std::runtime_error(clip.error().message);
    return *clip;
}

farend::Clip with_lead_in(farend::Clip clip) {
    clip.insert(clip.begin(), static_cast<std::size_t>(demo::lead_in.count()) * 8, 0);
    return clip;
}

CallResult carry(const std::function<CallResult()>& call, demo::Timeline& timeline) {
    try {
        return call();
    } catch (const std::exception& problem) {
        timeline.fail(problem.what());
        CallResult failed;
        failed.title = "(see above)";
        failed.failure = problem.what();
        return failed;
    }
}

void stay(acceptance::Gateway& gateway) {
    std::printf(
        "\nThe gateway goes on running. In another terminal (Ctrl-C here ends it):\n\n"
        "  export TIPRING_SOCKET=%s\n"
        "  alias tipringctl=%s\n"
        "  tipringctl ports\n  tipringctl sim lift 1\n  tipringctl sim hear 1\n  tipringctl sim dial 1 202\n"
        "  tipringctl sim lift 2\n  tipringctl calls\n  tipringctl events --follow\n",
        gateway.socket().c_str(), acceptance::program("tipringctl").c_str());
    std::fflush(stdout);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    int number = 0;
    sigwait(&signals, &number);
}

int run(const std::string& folder, bool staying) {
    std::filesystem::create_directories(folder);
    acceptance::TemporaryFolder work;
    demo::Timeline timeline;
    timeline.begin("Starting");
    const auto caller_voice = voice(work, "caller", "en-gb",
                                    "Good morning. This is the telephone on the two wire line. One, two, "
                                    "three, four, five, six. Can you hear me well?");
    const auto client_voice = voice(
        work, "client", "en-us+f3",
        "Hello, this is the computer on the network. I hear you loud and clear. Seven, eight, nine, ten.");
    for (const auto& [name, clip] :
         {std::pair{"caller", &caller_voice}, std::pair{"client", &client_voice}}) {
        if (const auto written = farend::write_wav(folder + "/" + name + ".wav", with_lead_in(*clip));
            !written) {
            throw std::runtime_error(written.error().message);
        }
    }
    acceptance::Registrar registrar(work, registrar_port, password, "^[89]");
    timeline.step("SIP registrar (Kamailio) listens on 127.0.0.1:5070");
    acceptance::Gateway gateway(work, acceptance::read_file(TIPRING_SOURCE_DIR "/config/simulator.yaml"));
    timeline.step("tipringd runs on the simulator with config/simulator.yaml");
    acceptance::SipPhone client(work, {.user = "300",
                                       .registrar = "127.0.0.1:" + std::to_string(registrar_port),
                                       .password = password,
                                       .says = with_lead_in(client_voice)});
    if (!client.ready() || !client.wait_registered(20s))
        throw std::runtime_error("the SIP client does not register:\n" + client.log());
    timeline.step("SIP client (baresip) has registered as 300");
    if (!gateway.wait_registered(4, 20s) || !gateway.wait_span_up(20s))
        throw std::runtime_error("the gateway is not ready:\n" + gateway.log());
    timeline.step("the gateway has registered its telephones, and the E1 is up");

    demo::DemoCalls calls(gateway, client, folder, caller_voice, client_voice, timeline);
    std::vector<CallResult> results;
    for (const auto& call : {&demo::DemoCalls::phone_calls_client, &demo::DemoCalls::client_calls_phone,
                             &demo::DemoCalls::phone_calls_outside, &demo::DemoCalls::outside_calls_client,
                             &demo::DemoCalls::isdn_calls_phone, &demo::DemoCalls::client_calls_isdn}) {
        results.push_back(carry([&] { return (calls.*call)(); }, timeline));
    }
    timeline.print_table(results);
    std::size_t good = 0;
    for (const auto& result : results)
        good += result.good() ? 1 : 0;
    for (auto& result : results) {
        for (auto& direction : result.directions) {
            if (direction.listener != "SIP client") continue;
            const auto copy =
                folder + "/" + result.title.substr(0, result.title.find('.')) + "-SIP-client.wav";
            std::error_code ignored;
            std::filesystem::copy_file(direction.file, copy,
                                       std::filesystem::copy_options::overwrite_existing, ignored);
        }
    }
    std::printf(
        "\n%zu of %zu calls good. \"level\" is heard minus said; \"gap\" the longest missing "
        "piece.\nRecordings: %s\n",
        good, results.size(), folder.c_str());
    acceptance::write_file(folder + "/tipringd.log", gateway.log());
    if (staying) stay(gateway);
    return good == results.size() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr, "usage: tipring_demo FOLDER [--stay]\n");
        return 2;
    }
    // Blocked in every thread, so that --stay can wait for them.
    sigset_t signals;
    sigemptyset(&signals);
    const bool staying = argc > 2 && std::string(argv[2]) == "--stay";
    if (staying) {
        sigaddset(&signals, SIGINT);
        sigaddset(&signals, SIGTERM);
        sigprocmask(SIG_BLOCK, &signals, nullptr);
    }
    try {
        return run(argv[1], staying);
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "\nThe demo failed: %s\n", problem.what());
        return 1;
    }
}
