// WAV reading and resampling.
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>
#include <string_view>

#include "tipring/farend/audio.hpp"

using namespace tipring::farend;

namespace {

std::vector<std::uint8_t> wav(unsigned rate, unsigned channels, unsigned bits, std::size_t samples,
                              std::uint32_t claimed_bytes) {
    std::vector<std::uint8_t> bytes;
    const auto text = [&](std::string_view tag) {
        for (const char letter : tag)
            bytes.push_back(static_cast<std::uint8_t>(letter));
    };
    const auto number = [&](std::uint32_t value, int size) {
        for (int i = 0; i < size; ++i)
            bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    };
    text("RIFF");
    number(36, 4);
    text("WAVE");
    text("fmt ");
    number(16, 4);
    number(1, 2);
    number(channels, 2);
    number(rate, 4);
    number(rate * channels * bits / 8, 4);
    number(channels * bits / 8, 2);
    number(bits, 2);
    text("data");
    number(claimed_bytes, 4);
    for (std::size_t i = 0; i < samples; ++i)
        number(static_cast<std::uint16_t>(i), 2);
    return bytes;
}

std::vector<std::int16_t> sine(double hertz, unsigned rate, std::size_t samples) {
    std::vector<std::int16_t> out(samples);
    for (std::size_t i = 0; i < samples; ++i) {
        out[i] = static_cast<std::int16_t>(
            10000 * std::sin(2 * std::numbers::pi * hertz * static_cast<double>(i) / rate));
    }
    return out;
}

double rms(const std::vector<std::int16_t>& samples) {
    double sum = 0;
    // The ends are half-empty windows.
    for (std::size_t i = samples.size() / 4; i < samples.size() * 3 / 4; ++i)
        sum += double{samples[i] * 1.0} * samples[i];
    return std::sqrt(sum / (static_cast<double>(samples.size()) / 2));
}

}  // namespace

TEST_CASE("an 8 kHz WAV is taken as it is") {
    const auto clip = decode_wav(wav(8000, 1, 16, 100, 200));
    REQUIRE(clip.has_value());
    REQUIRE(clip->size() == 100);
    CHECK((*clip)[99] == 99);
    // A streamed file does not know its length when it starts.
    CHECK(decode_wav(wav(8000, 1, 16, 100, 0xFFFFFFFF))->size() == 100);
    CHECK(decode_wav(wav(16000, 1, 16, 100, 200))->size() == 50);
}

TEST_CASE("bad WAV files are refused") {
    CHECK(decode_wav({}).has_error());
    CHECK(decode_wav(wav(8000, 2, 16, 10, 20)).error().message == "the WAV file must be 16-bit PCM, mono");
    CHECK(decode_wav(wav(8000, 1, 8, 10, 20)).has_error());
    CHECK(decode_wav(wav(0, 1, 16, 10, 20)).has_error());
    CHECK(decode_wav(wav(96000, 1, 16, 10, 20)).has_error());
    const auto good = wav(8000, 1, 16, 10, 20);
    for (std::size_t size = 0; size < 44; ++size) {
        CHECK(decode_wav(std::span(good).first(size)).has_error());
    }
}

TEST_CASE("resampling keeps what the line can carry and drops what would alias") {
    const auto low = resample(sine(1000, 22050, 22050), 22050, 8000);
    CHECK(low.size() == 8000);
    CHECK(rms(low) == Approx(10000 / std::sqrt(2.0)).epsilon(0.01));
    CHECK(rms(resample(sine(6000, 22050, 22050), 22050, 8000)) < 100);
    CHECK(resample({}, 22050, 8000).empty());
}

TEST_CASE("files that are no audio") {
    CHECK(read_wav("/nonexistent.wav").error().message == "/nonexistent.wav: No such file or directory");
    CHECK(read_wav("/dev/zero").error().message == "/dev/zero: it is no regular file");
    CHECK(read_wav("/etc/passwd").error().message == "/etc/passwd: this is no WAV file");
}
