// The DAHDI back end over a driver that is only a table: what it asks for, and how it takes every answer.
#include <array>
#include <catch2/catch.hpp>
#include <cmath>

#include "dahdi/bearer.hpp"
#include "dahdi/board.hpp"
#include "dahdi_fake.hpp"

using namespace tipring;
using namespace tipring::hardware;
using Catch::Contains;
using test::FakeDriver;

namespace {

struct Fixture {
    FakeDriver driver;
    std::unique_ptr<Board> board;

    Fixture() {
        driver.add_channel(1, DAHDI_SIG_FXOKS);
        driver.add_channel(2, DAHDI_SIG_FXSKS);
        driver.add_channel(3, DAHDI_SIG_NONE);
        driver.add_channel(4, DAHDI_SIG_CLEAR, 2);
        driver.add_channel(16, DAHDI_SIG_HDLCFCS, 2);
        board = dahdi::open_board(driver).value();
    }
    Channel open(std::uint32_t number, dsp::Law law = dsp::Law::mulaw) {
        ChannelOptions options;
        options.law = law;
        return board->open({number}, options).value();
    }
};

using Block = std::array<std::uint8_t, block_samples>;

std::vector<std::uint8_t> octets(std::size_t count, std::uint8_t value) {
    return std::vector<std::uint8_t>(count, value);
}

}  // namespace

TEST_CASE("dahdi: without the driver the board says what to install") {
    FakeDriver driver;
    driver.open_error = ENOENT;
    const auto board = dahdi::open_board(driver);
    REQUIRE(board.has_error());
    CHECK_THAT(board.error().message, Contains("/dev/dahdi/ctl") && Contains("dahdi-dkms"));
}

TEST_CASE("dahdi: the inventory leaves out what is not configured") {
    Fixture fixture;
    const auto channels = fixture.board->channels().value();
    REQUIRE(channels.size() == 4);
    CHECK(channels[0].kind == ChannelKind::fxs);
    CHECK(channels[1].kind == ChannelKind::fxo);
    CHECK(channels[2].kind == ChannelKind::bearer);
    CHECK(channels[2].span == base::SpanNumber{2});
    CHECK(channels[3].kind == ChannelKind::d_channel);
    CHECK(channels[0].law == dsp::Law::mulaw);
    CHECK(fixture.board->spans().value().size() == 2);
}

TEST_CASE("dahdi: opening sets blocks and buffers, and the law of a B-channel only") {
    Fixture fixture;
    const auto line = fixture.open(1);
    CHECK(fixture.driver.asked(DAHDI_SPECIFY, 1));
    CHECK(fixture.driver.asked(DAHDI_SET_BLOCKSIZE, 80));
    CHECK(fixture.driver.buffers.numbufs == 8);
    CHECK(fixture.driver.buffers.bufsize == 80);
    CHECK(fixture.driver.buffers.txbufpolicy == DAHDI_POLICY_IMMEDIATE);
    CHECK(fixture.driver.count(DAHDI_SETLAW) == 0);
    const auto bearer = fixture.open(4, dsp::Law::alaw);
    CHECK(fixture.driver.asked(DAHDI_SETLAW, DAHDI_LAW_ALAW));
}

TEST_CASE("dahdi: what cannot be opened") {
    Fixture fixture;
    ChannelOptions as_fxs;
    as_fxs.kind = ChannelKind::fxs;
    CHECK_THAT(fixture.board->open({2}, as_fxs).error().message,
               Contains("channel 2 is configured as fxsks"));
    CHECK_THAT(fixture.board->open({3}, {}).error().message, Contains("channel 3 is configured as unused"));
    CHECK_THAT(fixture.board->open({16}, {}).error().message, Contains("channel 16 is configured as dchan"));
    CHECK_THAT(fixture.board->open({99}, {}).error().message, Contains("no channel 99"));
    CHECK_THAT(fixture.board->open_d_channel({4}).error().message,
               Contains("channel 4 is configured as bchan"));
    fixture.driver.failures[DAHDI_SPECIFY] = -EBUSY;
    CHECK_THAT(fixture.board->open({1}, {}).error().message, Contains("in use"));
    fixture.driver.failures.clear();
    fixture.driver.failures[DAHDI_GET_BLOCKSIZE] = 0;
    CHECK_THAT(fixture.board->open({1}, {}).error().message, Contains("instead of 80"));
}

TEST_CASE("dahdi: hook operations of the two kinds of line") {
    Fixture fixture;
    auto fxs = fixture.open(1);
    // The driver's answer on a non-blocking descriptor is not a failure.
    fixture.driver.failures[DAHDI_HOOK] = -EINPROGRESS;
    CHECK(fxs.control->ring({1000, 4000}).has_value());
    CHECK(fixture.driver.asked(DAHDI_HOOK, DAHDI_RING));
    CHECK(fixture.driver.cadence.ringcadence[0] == 1000);
    CHECK(fixture.driver.cadence.ringcadence[1] == 4000);
    CHECK(fixture.driver.cadence.ringcadence[2] == 0);
    CHECK(fxs.control->stop_ring().has_value());
    CHECK(fixture.driver.asked(DAHDI_HOOK, DAHDI_RINGOFF));
    CHECK(fxs.control->seize().has_value());
    CHECK(fixture.driver.asked(DAHDI_HOOK, DAHDI_OFFHOOK));
    CHECK(fxs.control->release().has_value());
    CHECK(fixture.driver.asked(DAHDI_HOOK, DAHDI_ONHOOK));
    CHECK_THAT(fxs.control->flash().error().message, Contains("channel 1"));
    CHECK(fxs.control->ring({}).has_error());
    CHECK(fxs.control->ring({1000}).has_error());

    auto fxo = fixture.open(2);
    CHECK(fixture.driver.channels[2].starttime == 250);
    CHECK(fxo.control->seize().has_value());
    CHECK(fixture.driver.asked(DAHDI_HOOK, DAHDI_START));
    CHECK(fxo.control->flash().has_value());
    CHECK(fixture.driver.asked(DAHDI_HOOK, DAHDI_FLASH));
    CHECK(fxo.control->ring({1000, 4000}).has_error());
    fixture.driver.failures[DAHDI_HOOK] = -EBUSY;
    CHECK_THAT(fxo.control->seize().error().message, Contains("channel 2: cannot seize the line"));
}

TEST_CASE("dahdi: the longest flash of an fxs port is the one asked for, or the driver's own") {
    Fixture fixture;
    ChannelOptions options;
    options.longest_flash = std::chrono::milliseconds(700);
    REQUIRE(fixture.board->open({1}, options).has_value());
    CHECK(fixture.driver.channels[1].rxflashtime == 700);
    fixture.open(1);
    CHECK(fixture.driver.channels[1].rxflashtime == 1250);
    options.longest_flash = std::chrono::milliseconds(99);
    CHECK_THAT(fixture.board->open({1}, options).error().message, Contains("99 ms is outside of 100..5000"));
    fixture.driver.failures[DAHDI_SET_PARAMS] = -EIO;
    CHECK_THAT(fixture.board->open({1}, {}).error().message, Contains("channel 1: cannot set its timing"));
}

TEST_CASE("dahdi: a flash towards an exchange has the length asked for") {
    Fixture fixture;
    auto line = fixture.open(2);
    CHECK(line.control->flash(std::chrono::milliseconds(600)).has_value());
    CHECK(fixture.driver.channels[2].flashtime == 600);
    CHECK(fixture.driver.channels[2].starttime == 250);
    CHECK(fixture.driver.asked(DAHDI_HOOK, DAHDI_FLASH));
    CHECK_THAT(line.control->flash(std::chrono::milliseconds(49)).error().message, Contains("50..2000 ms"));
    CHECK(line.control->flash(std::chrono::milliseconds(2001)).has_error());
    CHECK(fixture.open(1).control->flash(std::chrono::milliseconds(600)).has_error());
}

TEST_CASE("dahdi: pulses are dialled by the driver, on a seized line only") {
    Fixture fixture;
    auto line = fixture.open(2);
    CHECK(fixture.driver.channels[2].pulsebreaktime == 50);
    CHECK(fixture.driver.channels[2].pulsemaketime == 50);
    CHECK(fixture.driver.channels[2].pulseaftertime == 750);
    ChannelOptions faster;
    faster.pulses = {.open = std::chrono::milliseconds(33),
                     .closed = std::chrono::milliseconds(17),
                     .pause = std::chrono::milliseconds(400)};
    CHECK(fixture.board->open({2}, faster).has_value());
    CHECK(fixture.driver.channels[2].pulsebreaktime == 33);
    CHECK(fixture.driver.channels[2].pulsemaketime == 17);
    CHECK(fixture.driver.channels[2].pulseaftertime == 400);
    CHECK_THAT(line.control->dial_pulse("12").error().message,
               Contains("channel 2") && Contains("not seized"));
    fixture.driver.channels[2].txhooksig = 1;
    CHECK(line.control->dial_pulse("1290").has_value());
    CHECK(fixture.driver.dialled == "P1290");
    CHECK(line.control->dial_pulse("").has_error());
    CHECK(line.control->dial_pulse("12#").has_error());
    CHECK(line.control->dial_pulse(std::string(65, '1')).has_error());
    fixture.driver.failures[DAHDI_DIAL] = -ENODATA;
    CHECK_THAT(line.control->dial_pulse("1").error().message, Contains("tone zone"));
    CHECK(fixture.open(1).control->dial_pulse("1").has_error());

    Block block{};
    fixture.driver.events = {DAHDI_EVENT_DIALCOMPLETE};
    CHECK(line.bearer->read(block).event.kind == LineEventKind::pulses_dialled);
}

TEST_CASE("dahdi: polarity, audio to a phone on the hook, message lamp") {
    Fixture fixture;
    auto& driver = fixture.driver;
    driver.failures[DAHDI_SETPOLARITY] = -ENOTTY;  // at opening it is only tried
    auto port = fixture.open(1);
    CHECK(driver.asked(DAHDI_SETPOLARITY, 0));
    CHECK_THAT(port.control->set_polarity(true).error().message,
               Contains("channel 1: cannot reverse polarity") && Contains("cannot do that"));
    driver.failures[DAHDI_SETPOLARITY] = -EINVAL;
    CHECK_THAT(port.control->set_polarity(false).error().message, Contains("not during a ring burst"));
    driver.failures.clear();
    CHECK(port.control->set_polarity(true).has_value());
    CHECK(driver.asked(DAHDI_SETPOLARITY, 1));

    CHECK(port.control->prepare_on_hook_audio(std::chrono::milliseconds(6000)).has_value());
    CHECK(driver.asked(DAHDI_ONHOOKTRANSFER, 6000));
    driver.failures[DAHDI_ONHOOKTRANSFER] = -ENOTTY;
    CHECK(port.control->prepare_on_hook_audio(std::chrono::milliseconds(1)).has_value());
    driver.failures[DAHDI_ONHOOKTRANSFER] = -EIO;
    CHECK(port.control->prepare_on_hook_audio(std::chrono::milliseconds(1)).has_error());

    CHECK(port.control->set_message_lamp(3).has_value());
    CHECK(driver.lamp_type == DAHDI_VMWI_HVAC);
    CHECK(driver.asked(DAHDI_VMWI, 3));
    CHECK(port.control->set_message_lamp(0).has_value());
    CHECK(driver.asked(DAHDI_VMWI, 0));
    driver.failures[DAHDI_VMWI_CONFIG] = -ENOTTY;
    CHECK_THAT(port.control->set_message_lamp(1).error().message, Contains("no message lamp"));

    auto line = fixture.open(2);
    CHECK(line.control->set_polarity(true).has_error());
    CHECK(line.control->prepare_on_hook_audio(std::chrono::milliseconds(1)).has_error());
    CHECK(line.control->set_message_lamp(1).has_error());
}

TEST_CASE("dahdi: a card that measures its line tells whether another telephone is off-hook") {
    Fixture fixture;
    auto line = fixture.open(2);
    auto& channel = fixture.driver.channels[2];
    channel.rxhooksig = 1;
    const auto [millivolts, open, in_use] = GENERATE(table<int, bool, bool>({{-48'000, true, false},
                                                                             {7'000, true, true},
                                                                             {-7'000, true, true},
                                                                             {7'000, false, false},
                                                                             {0, true, false}}));
    CAPTURE(millivolts, open);
    fixture.driver.line_millivolts = millivolts;
    channel.txhooksig = open ? 0 : 1;
    CHECK(line.control->status()->voltage == std::abs(millivolts) / 1000.0);
    CHECK(line.control->status()->in_use == in_use);
    fixture.driver.failures[WCTDM_GET_STATS] = -ENOTTY;
    CHECK_FALSE(line.control->status()->voltage);
    CHECK_FALSE(line.control->status()->in_use);
}

TEST_CASE("dahdi: the hardware gain of an exchange line, in tenths of a dB and each way for itself") {
    Fixture fixture;
    const auto line = fixture.open(2);
    CHECK(line.control->set_hardware_gain(-3.5, std::nullopt).has_value());
    CHECK(fixture.driver.hardware_gains == std::map<bool, int>{{false, -35}});
    CHECK(line.control->set_hardware_gain(std::nullopt, 12).has_value());
    CHECK(fixture.driver.hardware_gains == std::map<bool, int>{{false, -35}, {true, 120}});
    CHECK(line.control->set_hardware_gain(-15.1, std::nullopt).has_error());
    CHECK(line.control->set_hardware_gain(std::nullopt, std::nan("")).has_error());
    CHECK(fixture.driver.count(DAHDI_SET_HWGAIN) == 2);
    CHECK(fixture.open(1).control->set_hardware_gain(1, 1).has_error());
    const auto answer = GENERATE(-ENOTTY, -EINVAL, -ENOSYS);
    fixture.driver.failures[DAHDI_SET_HWGAIN] = answer;
    const auto refused = line.control->set_hardware_gain(std::nullopt, 3);
    REQUIRE(refused.has_error());
    CHECK(refused.error().message ==
          "channel 2: the driver has no hardware gain; remove hardware_transmit_gain_db and use "
          "transmit_gain_db");
}

TEST_CASE(
    "dahdi: what the drivers were told of the power of their lines is read, and warned of where it is too "
    "little") {
    Fixture fixture;
    CHECK(fixture.board->driver_power().empty());
    const std::string module = "/sys/module/wctdm24xxp";
    fixture.driver.files[module + "/initstate"] = "live";
    auto power = fixture.board->driver_power();
    REQUIRE(power.size() == 1);
    CHECK(power[0].driver == "wctdm24xxp");
    CHECK_FALSE(power[0].readable);
    CHECK(power_warnings(power[0]).empty());
    fixture.driver.files[module + "/parameters/loopcurrent"] = "23";
    fixture.driver.files[module + "/parameters/lowpower"] = "0";
    power = fixture.board->driver_power();
    CHECK(power[0].readable);
    CHECK(power[0].loop_current_ma == 23);
    CHECK(power[0].low_power == 0);
    CHECK(power_warnings(power[0]).empty());
    fixture.driver.files[module + "/parameters/loopcurrent"] = "15";
    fixture.driver.files[module + "/parameters/lowpower"] = "1";
    const auto warnings = power_warnings(fixture.board->driver_power()[0]);
    REQUIRE(warnings.size() == 2);
    CHECK_THAT(warnings[0], Contains("driver wctdm24xxp: loopcurrent=15 counts as 20 mA"));
    CHECK_THAT(warnings[1], Contains("driver wctdm24xxp: lowpower=1"));
}

TEST_CASE("dahdi: a B-channel gets its gains in audio mode and has no hook") {
    Fixture fixture;
    auto channel = fixture.open(4, dsp::Law::alaw);
    CHECK(channel.control->set_gain(0, -6).has_value());
    CHECK(fixture.driver.count(DAHDI_SETGAINS) == 0);
    CHECK(channel.control->start_audio().has_value());
    CHECK(fixture.driver.asked(DAHDI_AUDIOMODE, 1));
    CHECK(fixture.driver.asked(DAHDI_FLUSH, DAHDI_FLUSH_BOTH));
    CHECK(fixture.driver.gains.rxgain[77] == 77);
    CHECK(fixture.driver.gains.txgain[0x2A] != 0x2A);
    CHECK(channel.control->stop_audio().has_value());
    CHECK(fixture.driver.asked(DAHDI_AUDIOMODE, 0));
    CHECK(channel.control->seize().has_error());
    CHECK(channel.control->release().has_error());
    CHECK(channel.control->set_gain(13, 0).has_error());
    CHECK(channel.control->set_gain(0, std::nan("")).has_error());
}

TEST_CASE("dahdi: the echo canceller runs while audio does, with a length that the driver knows") {
    Fixture fixture;
    const std::string file = "/sys/bus/dahdi_spans/devices/span-1/dahdi!chan!001!001/ec_factory";
    auto channel = fixture.open(1);
    fixture.driver.files[file] = "";
    CHECK_THAT(channel.control->set_echo_canceller(128).error().message,
               Contains("channel 1 has no echo canceller"));
    CHECK(channel.control->set_echo_canceller(0).has_value());
    fixture.driver.files[file] = "MG2";
    CHECK(channel.control->set_echo_canceller(100).has_value());
    CHECK(channel.control->start_audio().has_value());
    CHECK(fixture.driver.asked(DAHDI_ECHOCANCEL, 128));
    CHECK(channel.control->stop_audio().has_value());
    CHECK(fixture.driver.asked(DAHDI_ECHOCANCEL, 0));
    CHECK(channel.control->set_echo_canceller(1025).has_error());
}

TEST_CASE("dahdi: the state of a line") {
    Fixture fixture;
    auto fxs = fixture.open(1);
    auto fxo = fixture.open(2);
    fixture.driver.channels[1].rxisoffhook = 1;
    CHECK(fxs.control->status()->off_hook);
    fixture.driver.channels[2].rxhooksig = 3;
    CHECK(fxo.control->status()->ringing);
    CHECK(fxo.control->status()->battery);
    fixture.driver.channels[2].rxhooksig = 0;
    CHECK_FALSE(fxo.control->status()->ringing);
    CHECK_FALSE(fxo.control->status()->battery);
    CHECK_FALSE(fxo.control->status()->alarm);
    fixture.driver.spans[1].alarms = DAHDI_ALARM_RED;
    CHECK(fxo.control->status()->alarm);
}

TEST_CASE("dahdi: events come before samples, and nothing but events while audio is stopped") {
    Fixture fixture;
    auto channel = fixture.open(1);
    auto& driver = fixture.driver;
    Block block{};
    CHECK(channel.bearer->read(block).status == Bearer::ReadStatus::empty);
    driver.received.push_back(octets(80, 1));
    CHECK(channel.bearer->read(block).status == Bearer::ReadStatus::empty);
    CHECK_FALSE(channel.bearer->write(block));
    driver.events = {DAHDI_EVENT_DIALCOMPLETE, DAHDI_EVENT_RINGOFFHOOK};
    auto result = channel.bearer->read(block);
    CHECK(result.status == Bearer::ReadStatus::event);
    CHECK(result.event.kind == LineEventKind::off_hook);

    REQUIRE(channel.control->start_audio().has_value());
    driver.events = {DAHDI_EVENT_TX_CED_DETECTED, DAHDI_EVENT_PULSE_START};
    result = channel.bearer->read(block);
    CHECK(result.status == Bearer::ReadStatus::event);
    CHECK(result.event.kind == LineEventKind::pulse_start);
    result = channel.bearer->read(block);
    CHECK(result.status == Bearer::ReadStatus::block);
    CHECK(block == [] {
        Block all{};
        all.fill(1);
        return all;
    }());
    CHECK(channel.bearer->read(block).status == Bearer::ReadStatus::empty);
}

TEST_CASE("dahdi: an event at the moment of a write loses neither block nor event") {
    Fixture fixture;
    auto channel = fixture.open(1);
    auto& driver = fixture.driver;
    REQUIRE(channel.control->start_audio().has_value());
    driver.events = {DAHDI_EVENT_WINKFLASH, DAHDI_EVENT_NONE + DAHDI_EVENT_DIALCOMPLETE, DAHDI_EVENT_ONHOOK};
    Block block{};
    CHECK(channel.bearer->write(block));
    CHECK(driver.sent.size() == 1);
    CHECK(channel.bearer->read(block).event.kind == LineEventKind::flash);
    CHECK(channel.bearer->read(block).event.kind == LineEventKind::on_hook);
    CHECK(channel.bearer->read(block).status == Bearer::ReadStatus::empty);
    // Nobody reads: the driver's queue is taken once, then blocks are refused instead of events lost.
    for (int i = 0; i < 100; ++i)
        driver.events.push_back(DAHDI_EVENT_WINKFLASH);
    CHECK_FALSE(channel.bearer->write(block));
    std::size_t flashes = 0;
    while (channel.bearer->read(block).status == Bearer::ReadStatus::event)
        ++flashes;
    CHECK(flashes == 100);
    driver.write_full = true;
    CHECK_FALSE(channel.bearer->write(block));
}

TEST_CASE("dahdi: short reads make whole blocks, a lost card is a failure") {
    Fixture fixture;
    auto channel = fixture.open(1);
    auto& driver = fixture.driver;
    REQUIRE(channel.control->start_audio().has_value());
    Block block{};
    driver.received.push_back(octets(30, 1));
    CHECK(channel.bearer->read(block).status == Bearer::ReadStatus::empty);
    driver.received.push_back(octets(50, 2));
    CHECK(channel.bearer->read(block).status == Bearer::ReadStatus::block);
    CHECK(block[29] == 1);
    CHECK(block[30] == 2);
    driver.read_error = ENODEV;
    CHECK(channel.bearer->read(block).status == Bearer::ReadStatus::failed);
}

TEST_CASE("dahdi: the bearer converts between the law of a line and that of its user") {
    Fixture fixture;
    auto channel = fixture.open(1, dsp::Law::alaw);
    REQUIRE(channel.control->start_audio().has_value());
    Block block{};
    block.fill(dsp::silence(dsp::Law::alaw));
    CHECK(channel.bearer->write(block));
    CHECK(fixture.driver.sent.at(0) ==
          octets(80, dsp::encode(dsp::Law::mulaw, dsp::decode(dsp::Law::alaw, 0xD5))));
    fixture.driver.received.push_back(octets(80, dsp::encode(dsp::Law::mulaw, 8000)));
    CHECK(channel.bearer->read(block).status == Bearer::ReadStatus::block);
    CHECK(dsp::decode(dsp::Law::alaw, block[5]) == Approx(8000).epsilon(0.05));
}

TEST_CASE("dahdi: a D-channel counts damaged frames and follows the alarm") {
    Fixture fixture;
    auto& driver = fixture.driver;
    driver.spans[2].alarms = DAHDI_ALARM_RED;
    auto opened = fixture.board->open_d_channel({16});
    REQUIRE(opened.has_value());
    auto& channel = **opened;
    CHECK(driver.buffers.numbufs == 32);
    CHECK(driver.buffers.bufsize == 1024);
    CHECK(channel.alarm());
    std::array<std::uint8_t, 300> frame{};
    driver.events = {DAHDI_EVENT_NOALARM, DAHDI_EVENT_ABORT, DAHDI_EVENT_BADFCS};
    for (int i = 0; i < 3; ++i)
        CHECK(channel.read(frame).value() == 0);
    CHECK_FALSE(channel.alarm());
    CHECK(channel.errors() == 2);
    CHECK(channel.read(frame).value() == 0);
    driver.received.push_back(octets(8, 9));
    CHECK(channel.read(frame).value() == 8);
    CHECK(frame[7] == 9);

    driver.events = {DAHDI_EVENT_ALARM};
    CHECK(channel.write(octets(10, 1)).has_value());
    CHECK(channel.alarm());
    CHECK(driver.sent.back().size() == 10);
    driver.write_full = true;
    CHECK_THAT(channel.write(octets(10, 1)).error().message, Contains("channel 16") && Contains("lost"));
    driver.events = {DAHDI_EVENT_REMOVED};
    CHECK(channel.read(frame).has_error());
    driver.read_error = ENODEV;
    CHECK(channel.read(frame).has_error());
}
