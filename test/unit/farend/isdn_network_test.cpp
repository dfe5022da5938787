// The model of the ISDN network against itself: network side at the far end of a simulated E1, user side at
// the near end.
#include <sys/socket.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "patience.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/farend/far_end.hpp"
#include "tipring/hardware/simulator.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using farend::IsdnNetwork;
using test::patience;

namespace {

struct Side {
    std::unique_ptr<hardware::DChannel> d_channel;
    std::vector<hardware::Channel> bearers;
};

Side open_side(hardware::Board& board) {
    Side side;
    for (const auto& info : board.channels().value()) {
        if (info.kind == hardware::ChannelKind::d_channel)
            side.d_channel = board.open_d_channel(info.number).value();
        if (info.kind == hardware::ChannelKind::bearer)
            side.bearers.push_back(board.open(info.number, {}).value());
    }
    return side;
}

struct Trunk {
    explicit Trunk(const IsdnNetwork::Options& user_options = {.network_side = false, .answer_after = 0ms},
                   const IsdnNetwork::Options& network_options = {.answer_after = 0ms}) {
        auto far_side = open_side(*far_board);
        auto near_side = open_side(*near_board);
        REQUIRE(far_side.bearers.size() == 30);
        network = farend::make_isdn_network(thread, std::move(far_side.d_channel),
                                            std::move(far_side.bearers), network_options);
        user = farend::make_isdn_network(thread, std::move(near_side.d_channel), std::move(near_side.bearers),
                                         user_options);
    }
    bool up() { return network->wait_up(patience) && user->wait_up(patience); }

    hardware::VirtualBoard board{{.e1 = 1}};
    std::unique_ptr<hardware::Board> near_board = board.near(), far_board = board.far();
    farend::FarEndThread thread;
    std::unique_ptr<IsdnNetwork> network, user;
};

/// Two T1 spans under one D-channel, or two.
farend::IsdnTrunk open_spans(hardware::Board& board, unsigned d_channels = 1) {
    farend::IsdnTrunk trunk;
    for (const auto& info : board.channels().value()) {
        const unsigned interface = info.span.value - 1;
        if (info.kind == hardware::ChannelKind::bearer) {
            trunk.bearers.push_back({board.open(info.number, {}).value(), interface});
        } else if (interface < d_channels) {
            trunk.d_channels.push_back(board.open_d_channel(info.number).value());
        }
    }
    return trunk;
}

/// A D-channel that was closed on its other side: readable for ever, with an error.
struct ClosedDChannel final : hardware::DChannel {
    explicit ClosedDChannel(std::atomic<unsigned>& times_looked_at) : looked_at(times_looked_at) {
        int ends[2] = {-1, -1};
        REQUIRE(::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) == 0);
        end = base::Fd(ends[0]);
        base::Fd(ends[1]).reset();
    }
    int descriptor() const noexcept override {
        ++looked_at;
        return end.get();
    }
    base::Result<std::size_t> read(std::span<std::uint8_t>) override { return base::fail("closed"); }
    base::Result<void> write(std::span<const std::uint8_t>) override { return {}; }
    bool alarm() const noexcept override { return false; }
    std::uint64_t errors() const noexcept override { return 0; }

    std::atomic<unsigned>& looked_at;
    base::Fd end;
};

/// Clearing takes one more exchange of messages after the call has ended for its holder.
bool all_cleared(const IsdnNetwork& network) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (network.active_calls() != 0 && std::chrono::steady_clock::now() < end)
        std::this_thread::yield();
    return network.active_calls() == 0;
}

}  // namespace

TEST_CASE("a call goes through with number, name, speech and DTMF both ways") {
    Trunk trunk;
    REQUIRE(trunk.up());
    const auto caller = trunk.network->place_call("+441632960007", "Ada", "5551234");
    const auto called = trunk.user->wait_call(patience);
    REQUIRE(called);
    CHECK(called->info().called == "5551234");
    CHECK(called->info().calling == "+441632960007");
    CHECK(called->info().calling_name == "Ada");
    CHECK(called->info().channel == 31);
    REQUIRE(caller->wait_state("connected", patience));
    REQUIRE(called->wait_state("connected", patience));
    CHECK(caller->wait_state("alerting", 0ms));  // passed on the way
    CHECK(caller->info().channel == 31);

    called->start_recording();
    caller->play(farend::tone(1000, 0, 500ms), false);
    REQUIRE(caller->wait_playing_done(patience));
    caller->send_dtmf("19#");
    CHECK(called->wait_digits("19#", patience));
    CHECK(farend::level_at(called->stop_recording(), 1000) > -30);
    called->send_dtmf("5");
    CHECK(caller->wait_digits("5", patience));

    caller->hang_up(31);
    REQUIRE(called->wait_state("released", patience));
    CHECK(called->cause() == 31);
    CHECK(caller->cause() == 31);
    CHECK(all_cleared(*trunk.network));
    CHECK(all_cleared(*trunk.user));
}

TEST_CASE("the called side may let it ring, answer later and hang up") {
    Trunk trunk({.network_side = false, .answer_after = std::nullopt});
    REQUIRE(trunk.up());
    const auto caller = trunk.network->place_call("", "", "201");
    const auto called = trunk.user->wait_call(patience);
    REQUIRE(called);
    CHECK(called->info().calling.empty());
    REQUIRE(caller->wait_state("proceeding", patience));
    CHECK_FALSE(caller->wait_state("alerting", 20ms));
    called->alert();
    REQUIRE(caller->wait_state("alerting", patience));
    called->answer();
    REQUIRE(caller->wait_state("connected", patience));
    called->hang_up(16);
    REQUIRE(caller->wait_state("released", patience));
    CHECK(caller->cause() == 16);
    CHECK_FALSE(caller->wait_state("nonsense", 10s));  // at once: the call is over
}

TEST_CASE("a network that rejects gives its cause") {
    Trunk trunk;
    REQUIRE(trunk.up());
    for (const int cause : {17, 1, 34, 21}) {
        trunk.network->set_options({.reject_with = cause});
        const auto caller = trunk.user->place_call("201", "", "5551234");
        REQUIRE(caller->wait_state("released", patience));
        CHECK(caller->cause() == cause);
        const auto seen = trunk.network->wait_call(patience);
        REQUIRE(seen);
        CHECK(seen->state() == "released");
    }
    CHECK(all_cleared(*trunk.user));
}

TEST_CASE("thirty calls fill the trunk, and one more finds no circuit") {
    Trunk trunk;
    REQUIRE(trunk.up());
    std::vector<std::shared_ptr<farend::IsdnCall>> calls;
    for (int i = 0; i < 30; ++i)
        calls.push_back(trunk.network->place_call("1", "", std::to_string(200 + i)));
    for (const auto& call : calls)
        REQUIRE(call->wait_state("connected", patience));
    const auto late = trunk.network->place_call("1", "", "299");
    REQUIRE(late->wait_state("released", patience));
    CHECK(late->cause() == 34);
    CHECK(trunk.network->active_calls() == 30);
    for (const auto& call : calls)
        call->hang_up(16);
    CHECK(all_cleared(*trunk.network));
    CHECK(all_cleared(*trunk.user));
}

TEST_CASE("a call without a D-channel ends with cause 38, and a call may outlive its network") {
    Trunk trunk;
    REQUIRE(trunk.up());
    const auto talking = trunk.network->place_call("1", "", "201");
    REQUIRE(talking->wait_state("connected", patience));
    trunk.network.reset();
    CHECK(talking->state() == "released");
    talking->hang_up(16);
    talking->answer();

    hardware::VirtualBoard alone({.e1 = 1});
    const auto board = alone.far();
    auto side = open_side(*board);
    const auto network =
        farend::make_isdn_network(trunk.thread, std::move(side.d_channel), std::move(side.bearers), {});
    CHECK_FALSE(network->wait_up(20ms));
    const auto call = network->place_call("1", "", "201");
    CHECK(call->state() == "setup");
    REQUIRE(call->wait_state("released", patience));
    CHECK(call->cause() == 38);
    CHECK(network->active_calls() == 0);
}

TEST_CASE("a number goes digit by digit where both ends do that") {
    using farend::IsdnSwitch;
    const auto type = GENERATE(IsdnSwitch::euroisdn, IsdnSwitch::qsig);
    Trunk trunk({.network_side = false, .switch_type = type, .overlap = true, .number_length = 4},
                {.switch_type = type, .overlap = true});
    REQUIRE(trunk.up());
    const auto caller = trunk.network->place_call({.called = "20", .calling = "1", .complete = false});
    REQUIRE(caller->wait_state("overlap", patience));
    const auto called = trunk.user->wait_call(patience);
    REQUIRE(called);
    CHECK(called->info().called == "20");
    caller->dial("13");
    REQUIRE(caller->wait_state("connected", patience));
    CHECK(called->info().called == "2013");
    caller->hang_up(16);

    const auto complete = trunk.network->place_call("1", "", "201");
    REQUIRE(complete->wait_state("connected", patience));
    CHECK_FALSE(complete->wait_state("overlap", 0ms));
    complete->hang_up(16);
    CHECK(all_cleared(*trunk.network));
    CHECK(all_cleared(*trunk.user));
}

TEST_CASE("a number that is too short is refused where numbers go in one piece") {
    Trunk trunk({.network_side = false, .number_length = 4, .answer_after = 0ms});
    REQUIRE(trunk.up());
    const auto caller = trunk.network->place_call("1", "", "201");
    REQUIRE(caller->wait_state("released", patience));
    CHECK(caller->cause() == 28);
    CHECK_FALSE(caller->wait_state("overlap", 0ms));
    const auto again = trunk.network->place_call("1", "", "2013");
    CHECK(again->wait_state("connected", patience));
    again->hang_up(16);
    CHECK(all_cleared(*trunk.network));
    CHECK(all_cleared(*trunk.user));
}

TEST_CASE("either side holds a call, takes it back, and hears what the other one does") {
    Trunk trunk;
    REQUIRE(trunk.up());
    const auto caller = trunk.network->place_call("5550100", "", "5551234");
    const auto called = trunk.user->wait_call(patience);
    REQUIRE(called);
    REQUIRE(caller->wait_state("connected", patience));
    REQUIRE(called->wait_state("connected", patience));
    const bool by_caller = GENERATE(true, false);
    const auto& holder = by_caller ? caller : called;
    const auto& other = by_caller ? called : caller;
    holder->request(farend::IsdnRequest::hold);
    REQUIRE(holder->wait_news("hold ack", patience));
    CHECK(other->wait_news("hold", 0ms));
    CHECK(holder->info().channel == 0);
    holder->request(farend::IsdnRequest::retrieve);
    REQUIRE(holder->wait_news("retrieve ack", patience));
    CHECK(other->wait_news("retrieve", patience));
    CHECK(holder->info().channel == other->info().channel);
    CHECK(holder->info().channel != 0);
    holder->start_recording();
    other->play(farend::tone(1000, 0, 500ms), false);
    REQUIRE(other->wait_playing_done(patience));
    CHECK(farend::level_at(holder->stop_recording(), 1000) > -30);
    holder->request(farend::IsdnRequest::notify_hold);
    CHECK(other->wait_news("notify 121", patience));
    CHECK_FALSE(holder->wait_news("hold ack", 0ms, 2));
    called->request(farend::IsdnRequest::identify);
    CHECK(caller->wait_news("identify", patience));
    CHECK(called->wait_news("identify ack", patience));
    holder->hang_up(16);
    CHECK(other->wait_state("released", patience));
    CHECK(all_cleared(*trunk.network));
}

TEST_CASE("a user has two of its calls joined by the network, as the type of exchange has it") {
    using farend::IsdnSwitch, farend::IsdnTransfers;
    const auto type = GENERATE(IsdnSwitch::euroisdn, IsdnSwitch::national, IsdnSwitch::lucent5e,
                               IsdnSwitch::lucent4e, IsdnSwitch::dms100);
    const auto transfers = GENERATE(IsdnTransfers::joined, IsdnTransfers::refused, IsdnTransfers::ignored);
    CAPTURE(static_cast<int>(type), static_cast<int>(transfers));
    Trunk trunk({.network_side = false, .switch_type = type, .answer_after = 0ms},
                {.switch_type = type, .answer_after = 0ms, .transfers = transfers});
    REQUIRE(trunk.up());
    const bool from_network = GENERATE(false, true);
    const auto& caller = from_network ? trunk.network : trunk.user;
    const auto placed = caller->place_call("5551234", "", "5550100");
    const auto taken = (from_network ? trunk.user : trunk.network)->wait_call(patience);
    REQUIRE((taken && placed->wait_state("connected", patience) && taken->wait_state("connected", patience)));
    const auto &first = from_network ? taken : placed, &one = from_network ? placed : taken;
    const auto second = trunk.user->place_call("5551234", "", "5550101");
    const auto two = trunk.network->wait_call(patience);
    REQUIRE((two && second->wait_state("connected", patience)));
    first->transfer_to(second);
    if (transfers == IsdnTransfers::joined) {
        CHECK(first->wait_state("released", patience));
        CHECK(second->wait_state("released", patience));
        CHECK(first->cause() == 16);
        CHECK((one->wait_news("transfer", 0ms) && two->wait_news("transfer", 0ms)));
        CHECK(all_cleared(*trunk.network));
        two->start_recording();
        one->play(farend::tone(1000, 0, 500ms), false);
        REQUIRE(one->wait_playing_done(patience));
        CHECK(farend::level_at(two->stop_recording(), 1000) > -30);
        return;
    }
    const bool refused = transfers == IsdnTransfers::refused;
    // EuroISDN asks in the second call, and has the first one's link in it.
    const auto& asked = type == IsdnSwitch::euroisdn ? two : one;
    if (refused) CHECK(asked->wait_news("transfer reject", patience));
    if (!refused && type == IsdnSwitch::dms100) CHECK(first->wait_news("not possible", patience));
    first->hang_up(16);
    CHECK(one->wait_state("released", patience));
    CHECK_FALSE(one->wait_news("transfer", 0ms));
    CHECK(second->state() == "connected");
}

TEST_CASE("on a trunk, overlap and retrieval name the interface") {
    hardware::VirtualBoard board{{.t1 = 2}};
    const auto near_board = board.near(), far_board = board.far();
    farend::FarEndThread thread;
    const auto network =
        farend::make_isdn_network(thread, open_spans(*far_board), {.t1 = true, .overlap = true});
    const auto user = farend::make_isdn_network(
        thread, open_spans(*near_board),
        {.network_side = false, .t1 = true, .overlap = true, .number_length = 4, .answer_after = 0ms});
    REQUIRE(network->wait_up(60s));
    REQUIRE(user->wait_up(60s));
    constexpr unsigned last_of_the_second = 1U << 8U | 23U;
    const auto caller = network->place_call({.called = "20", .calling = "1", .complete = false});
    REQUIRE(caller->wait_state("overlap", 5s));
    CHECK(caller->info().channel == last_of_the_second);
    const auto called = user->wait_call(5s);
    REQUIRE(called);
    CHECK(called->info().channel == last_of_the_second);
    caller->dial("13");
    REQUIRE(caller->wait_state("connected", 5s));
    CHECK(caller->info().channel == last_of_the_second);
    const bool by_caller = GENERATE(true, false);
    const auto& holder = by_caller ? caller : called;
    holder->request(farend::IsdnRequest::hold);
    REQUIRE(holder->wait_news("hold ack", 5s));
    holder->request(farend::IsdnRequest::retrieve);
    REQUIRE(holder->wait_news("retrieve ack", 5s));
    CHECK(caller->info().channel == last_of_the_second);
    CHECK(called->info().channel == last_of_the_second);
    caller->hang_up(16);
    CHECK(all_cleared(*network));
    CHECK(all_cleared(*user));
}

TEST_CASE("on a trunk, what the network does not hear holds for its second D-channel, too") {
    hardware::VirtualBoard board{{.t1 = 2}};
    const auto near_board = board.near(), far_board = board.far();
    farend::FarEndThread thread;
    IsdnNetwork::Options options{.switch_type = farend::IsdnSwitch::national,
                                 .t1 = true,
                                 .answer_after = 0ms,
                                 .timers = {{"T200", 200}, {"N200", 2}, {"T203", 1000}}};
    const auto network = farend::make_isdn_network(thread, open_spans(*far_board, 2), options);
    options.network_side = false;
    const auto user = farend::make_isdn_network(thread, open_spans(*near_board, 2), options);
    REQUIRE(network->wait_up(patience));
    REQUIRE(user->wait_up(patience));
    constexpr unsigned of_the_second = 1U << 8U | 23U;
    const auto kept = network->place_call("1", "", "201");
    REQUIRE(kept->wait_state("connected", patience));
    REQUIRE(kept->info().channel == of_the_second);
    network->set_options({.answer_after = 0ms, .ignore_restarts = true});

    board.set_faults(base::ChannelNumber{1}, {.unplugged = true});
    std::shared_ptr<farend::IsdnCall> call;
    for (const auto end = std::chrono::steady_clock::now() + patience;
         !call && std::chrono::steady_clock::now() < end;) {
        // Lost with the first D-channel, until its end is noticed.
        user->restart(of_the_second);
        user->place_call("1", "", "202");
        call = network->wait_call(500ms);
    }
    REQUIRE(call);  // behind the RESTART
    CHECK(kept->state() == "connected");
}

TEST_CASE("the thread rests though a D-channel is closed") {
    std::atomic<unsigned> looked_at{0};
    farend::FarEndThread thread;
    const auto network =
        farend::make_isdn_network(thread, std::make_unique<ClosedDChannel>(looked_at), {}, {});
    CHECK_FALSE(network->wait_up(100ms));
    const unsigned before = looked_at;
    CHECK_FALSE(network->wait_up(100ms));
    CHECK(looked_at - before < 10);
}
