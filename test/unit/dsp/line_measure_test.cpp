// Measures of a line: against signals whose level, frequency, noise and echo are known.
#include "tipring/dsp/line_measure.hpp"

#include <catch2/catch.hpp>

#include "signals.hpp"

using namespace tipring;
using test::Samples;

TEST_CASE("the milliwatt tone has 0 dBm0 and its frequency to 0.1 Hz, through either law") {
    for (const auto law : {dsp::Law::alaw, dsp::Law::mulaw}) {
        auto samples = test::played(dsp::milliwatt_1004(), 2000);
        test::through(law, samples);
        const auto measured = dsp::measure_tone(samples);
        CHECK(measured.frequency_hz == Approx(1004).margin(0.1));
        CHECK(measured.level_dbm0 == Approx(0).margin(0.1));
        CHECK(measured.signal_to_noise_db > 35);
        CHECK(dsp::total_level_dbm0(samples) == Approx(0).margin(0.15));
        CHECK(dsp::tone_level_dbm0(samples, 1004) == Approx(0).margin(0.1));
        CHECK(dsp::tone_level_dbm0(samples, 1500) < -40);
    }
}

TEST_CASE("decibels are told with one decimal") {
    CHECK(dsp::decibels(-13.44) == "-13.4");
    CHECK(dsp::decibels(-0.04) == "0.0");
    CHECK(dsp::decibels(-0.06) == "-0.1");
    CHECK(dsp::decibels(99) == "99.0");
}

TEST_CASE("frequency, level and noise of weak tones, with hum") {
    for (const double hz : {300.0, 425.3, 1003.7, 2100.0, 3199.9}) {
        for (const double level : {-10.0, -35.0}) {
            CAPTURE(hz, level);
            auto samples = test::mix({{hz, level}, {50, -30}}, 2000);
            test::add(samples, test::noise(level - 20, 2000, 4));
            const auto measured = dsp::measure_tone(samples);
            CHECK(measured.frequency_hz == Approx(hz).margin(0.1));
            CHECK(measured.level_dbm0 == Approx(level).margin(0.2));
            CHECK(measured.signal_to_noise_db == Approx(20).margin(1.5));
        }
    }
    CHECK(dsp::measure_tone(test::quiet(100)).frequency_hz == 0);
    CHECK(dsp::measure_tone({}).level_dbm0 == -99);
    CHECK(dsp::total_level_dbm0(test::quiet(1000)) <= -90);
    CHECK(dsp::total_level_dbm0({}) == -99);
}

TEST_CASE("echo: return loss and delay, under noise and other sound") {
    const auto sent = test::noise(-15, 4000, 41);
    for (const std::size_t delay : {0U, 9U, 160U, 900U}) {
        for (const double loss : {3.0, 12.0, 24.0}) {
            CAPTURE(delay, loss);
            Samples heard(sent.size());
            const double gain = std::pow(10, -loss / 20);
            for (std::size_t i = delay; i < heard.size(); ++i)
                heard[i] = static_cast<std::int16_t>(-gain * sent[i - delay]);
            test::add(heard, test::noise(-50, 4000, 42));
            const auto echo = dsp::measure_echo(sent, heard);
            CHECK(echo.found);
            CHECK(echo.delay == std::chrono::microseconds(125 * delay));
            CHECK(echo.return_loss_db == Approx(loss).margin(1));
        }
    }
    CHECK_FALSE(dsp::measure_echo(sent, test::quiet(4000)).found);
    CHECK_FALSE(dsp::measure_echo(test::quiet(4000), sent).found);
    CHECK_FALSE(dsp::measure_echo({}, {}).found);
    const auto stranger = dsp::measure_echo(sent, test::noise(-30, 4000, 43));
    CHECK((!stranger.found || stranger.return_loss_db > 25));
}

TEST_CASE("echo of speech: an echo path of several paths") {
    const auto sent = test::speech_like(5000, 44);
    Samples heard(sent.size());
    for (std::size_t i = 60; i < heard.size(); ++i)
        heard[i] = static_cast<std::int16_t>(sent[i - 40] / 4 - sent[i - 43] / 8);
    const auto echo = dsp::measure_echo(sent, heard);
    double before = 0;
    double after = 0;
    for (std::size_t i = 0; i < sent.size(); ++i) {
        before += std::pow(sent[i], 2);
        after += std::pow(heard[i], 2);
    }
    CHECK(echo.found);
    CHECK(echo.return_loss_db == Approx(10 * std::log10(before / after)).margin(2.5));
    CHECK(std::abs(echo.delay.count() - 5000) <= 500);
}

TEST_CASE("verdicts") {
    using dsp::LineGrade;
    CHECK(dsp::judge_level(-7, -6).grade == LineGrade::good);
    CHECK(dsp::judge_level(-10, -6).words == "level -10.0 dBm0, expected -6.0: somewhat low");
    CHECK(dsp::judge_level(0.04, -6).words == "level 0.0 dBm0, expected -6.0: too high");
    CHECK(dsp::judge_return_loss(18).grade == LineGrade::good);
    CHECK(dsp::judge_return_loss(9.46).words == "return loss 9.5 dB: low, echo may be heard");
    CHECK(dsp::judge_return_loss(3).grade == LineGrade::bad);
    CHECK(dsp::judge_noise(36).grade == LineGrade::good);
    CHECK(dsp::judge_noise(30).grade == LineGrade::fair);
    CHECK(dsp::judge_noise(10).words == "signal to noise 10.0 dB: too noisy for fax and modems");
}
