// Levels, tones, spectrum and WAV files.
#include <unistd.h>
#include <catch2/catch.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include "spectrum.hpp"
#include "speech.hpp"

using namespace tipring;
using namespace std::chrono_literals;

namespace {

class TemporaryFile {
  public:
    TemporaryFile() {
        std::string path = (std::filesystem::temp_directory_path() / "tipring-wav-XXXXXX").string();
        const int descriptor = ::mkstemp(path.data());
        REQUIRE(descriptor >= 0);
        ::close(descriptor);
        path_ = path;
    }
    ~TemporaryFile() { std::remove(path_.c_str()); }
    const std::string& path() const { return path_; }

    std::string octets() const {
        std::ifstream file(path_, std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void write(const std::string& octets) const {
        std::ofstream(path_, std::ios::binary | std::ios::trunc) << octets;
    }

  private:
    std::string path_;
};

}  // namespace

TEST_CASE("levels in dBm0") {
    CHECK(farend::level_dbm0(farend::tone(1000, 0, 1000ms, -13)) == Approx(-13).margin(0.02));
    CHECK(farend::level_dbm0(farend::tone(350, 440, 1000ms, -13)) == Approx(-10).margin(0.05));
    CHECK(farend::level_dbm0({}) == -99);
    CHECK(farend::level_dbm0(test::quiet(100)) == -99);
    CHECK(farend::level_dbm0(farend::tone(1000, 0, 100ms, 3.14)) == Approx(3.14).margin(0.02));
    const auto pair = farend::tone(350, 440, 1000ms, -20);
    CHECK(farend::level_at(pair, 440) == Approx(-20).margin(0.05));
    CHECK(farend::level_at(pair, 400) < -60);
    CHECK(farend::level_at({}, 400) == -99);
    CHECK(farend::tone(400, 0, -5ms).empty());
    auto paused = farend::tone(1000, 0, 1000ms, -20);
    test::append(paused, test::quiet(3000));
    CHECK(farend::active_level_dbm0(paused) == Approx(-20).margin(0.05));
    CHECK(farend::active_level_dbm0(test::quiet(300)) == -99);
}

TEST_CASE("the strongest tones of a moment") {
    const auto near = [](double wanted) { return Approx(wanted).margin(2); };
    for (const auto& [first, second] :
         {std::pair{350.0, 440.0}, {440.0, 480.0}, {413.0, 438.0}, {697.0, 1209.0}}) {
        const auto [a, b] = farend::strongest_tones(farend::tone(first, second, 200ms));
        CHECK(std::min(a, b) == near(first));
        CHECK(std::max(a, b) == near(second));
    }
    const auto [one, none] = farend::strongest_tones(farend::tone(425, 0, 200ms));
    CHECK(one == near(425));
    CHECK(none == 0);
    CHECK(farend::strongest_tones(test::quiet(200)) == std::pair{0.0, 0.0});
    CHECK(farend::strongest_tones(farend::tone(425, 0, 200ms, -60)) == std::pair{0.0, 0.0});
    CHECK(farend::strongest_tones({}) == std::pair{0.0, 0.0});
    std::mt19937 random(1);
    std::normal_distribution<double> normal(0, 3000);
    farend::Clip noise(1600);
    for (auto& sample : noise)
        sample = static_cast<std::int16_t>(normal(random));
    CHECK(farend::strongest_tones(noise).first == 0);
}

TEST_CASE("WAV files come back as they were written") {
    const TemporaryFile file;
    const auto clip = test::speech(1, 300);
    REQUIRE(farend::write_wav(file.path(), clip).has_value());
    CHECK(farend::read_wav(file.path()).value() == clip);
    REQUIRE(farend::write_wav(file.path(), {}).has_value());
    CHECK(farend::read_wav(file.path()).value().empty());
    CHECK(farend::write_wav("/nowhere/at/all.wav", clip).has_error());
    CHECK(farend::read_wav("/nowhere/at/all.wav").has_error());
}

TEST_CASE("broken WAV files are refused or read as far as they go") {
    const TemporaryFile file;
    REQUIRE(farend::write_wav(file.path(), test::speech(1, 20)).has_value());
    const auto good = file.octets();
    const auto changed = [&](std::size_t at, char value) {
        auto octets = good;
        octets[at] = value;
        file.write(octets);
        return farend::read_wav(file.path());
    };
    CHECK(changed(0, 'X').has_error());
    CHECK(changed(22, 2).has_error());                 // stereo
    CHECK(changed(34, 8).has_error());                 // 8 bit
    CHECK(changed(16, 4).has_error());                 // short format
    CHECK(changed(43, '\x7f').value().size() == 160);  // a size beyond the end
    for (std::size_t size = 0; size < good.size(); ++size) {
        file.write(good.substr(0, size));
        const auto read = farend::read_wav(file.path());
        CHECK((read.has_error() || read->size() <= 160));
    }
}
