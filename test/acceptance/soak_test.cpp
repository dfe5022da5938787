// A thousand short calls in a row, several at a time, leave nothing behind.
#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "support/gateway.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

unsigned calls_wanted() {
    const char* wanted = std::getenv("TIPRING_SOAK_CALLS");
    return wanted != nullptr ? static_cast<unsigned>(std::strtoul(wanted, nullptr, 10)) : 1000;
}
/// Calls before the memory is measured for the first time: caches and pools have their size then.
constexpr unsigned calls_to_warm_up = 100;

enum class First { network, telephone };

/// One short call from the ISDN network to telephone `index`; the step that was missed, empty when none. When
/// the network hangs up first, its release races with the handset that goes down.
std::string isdn_call(farend::IsdnNetwork& network, farend::Telephone& phone, unsigned index,
                      First hangs_up) {
    const auto call = network.place_call("5550100", "Soak", "20" + std::to_string(index));
    const auto missed = [&](const std::string& step) {
        return "telephone " + std::to_string(index) + ": " + step + "; the call is " + call->state() +
               ", cause " + std::to_string(call->cause());
    };
    if (!phone.wait_ringing(patience)) return missed("does not ring");
    phone.lift();
    if (!call->wait_state("connected", patience)) return missed("lifted, not connected");
    if (hangs_up == First::network) call->hang_up(16);
    phone.hang_up();
    if (!call->wait_state("released", patience)) return missed("hung up, not released");
    return "";
}

std::string last_part(const std::string& log) {
    constexpr std::size_t size = 4000;
    return log.substr(log.size() - std::min(size, log.size()));
}

/// What went wrong, from several threads.
class Faults {
  public:
    void add(std::string fault) {
        const std::lock_guard lock(mutex_);
        if (!text_.empty()) text_ += "\n";
        text_ += fault;
    }
    std::string text() const {
        const std::lock_guard lock(mutex_);
        return text_;
    }

  private:
    mutable std::mutex mutex_;
    std::string text_;
};

}  // namespace

TEST_CASE("a thousand calls leave no port, descriptor or memory behind", "[soak]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    std::string map = "country: us\n" + world->board_yaml() +
                      "ports:\n  - {channels: " + std::to_string(world->fxs(1)) + "-" +
                      std::to_string(world->fxs(4)) +
                      ", kind: fxs, number: 201}\nspans:\n  - {span: " + std::to_string(world->span()) +
                      ", name: main, channels: " + world->span_channels() +
                      ", side: user, switch: euroisdn, timers: {T316: 2s}}\n";
    Gateway gateway(folder, map);
    const auto network = world->isdn_network();
    REQUIRE(network->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(30, patience));
    std::vector<std::unique_ptr<farend::Telephone>> phones;
    for (unsigned i = 1; i <= 4; ++i)
        phones.push_back(world->telephone(i));

    std::atomic<unsigned> done{0};
    Faults faults;
    const auto run = [&](unsigned count) {
        std::vector<std::thread> callers;
        std::atomic<unsigned> started{0};
        for (unsigned i = 0; i < 4; ++i) {
            callers.emplace_back([&, i] {
                for (unsigned turn = i; started++ < count && faults.text().empty(); ++turn) {
                    const auto hangs_up = turn % 2 == 0 ? First::network : First::telephone;
                    auto fault = isdn_call(*network, *phones[i], i + 1, hangs_up);
                    if (fault.empty() && !gateway.wait_port_state(world->fxs(i + 1), "idle", patience))
                        fault = "telephone " + std::to_string(i + 1) + ": its port is not idle again";
                    if (!fault.empty()) faults.add(std::move(fault));
                    ++done;
                }
            });
        }
        for (auto& caller : callers)
            caller.join();
        INFO(last_part(gateway.log()));
        REQUIRE(faults.text() == "");
        REQUIRE(gateway.wait_no_calls(patience));
    };

    run(calls_to_warm_up);
    const auto memory_before = gateway.resident_kib();
    const auto descriptors_before = gateway.descriptors();
    run(calls_wanted() - calls_to_warm_up);
    CHECK(done == calls_wanted());
    CHECK(network->active_calls() == 0);
    // The connections of the last questions to the daemon may still be closing.
    CHECK(eventually(patience, [&] { return gateway.descriptors() <= descriptors_before; }));
    INFO("resident before " << memory_before << " KiB, after " << gateway.resident_kib() << " KiB");
    CHECK(gateway.resident_kib() <= memory_before + 1024);
    for (unsigned i = 1; i <= 4; ++i)
        CHECK(gateway.port_state(world->fxs(i)) == "idle");
    CHECK(gateway.stop(patience) == 0);
}
