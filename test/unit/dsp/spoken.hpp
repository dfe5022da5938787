// Speech of espeak-ng at 8 kHz, in any of its voices. Header only.
#pragma once

#include <array>
#include <catch2/catch.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "signals.hpp"

namespace tipring::test {

struct Voice {
    const char* name;  ///< of espeak-ng, with its variant: "de+f2"
    const char* text;
};

/// One text a language; sibilants, open vowels and digits as people say them on the phone.
inline const std::array<Voice, 12>& voices() {
    static const std::array<Voice, 12> all = {{
        {"en-us",
         "Hello? Yes, this is the lift in building seven. The doors do not open, and there are four of "
         "us in here. Please call back on two five five, oh one nine nine. Hmm, no, we are all right."},
        {"en-gb+f3",
         "Good morning, you have reached the switchboard. Please hold the line while I try to "
         "connect you. I am sorry, the number is engaged. Would you like to leave a message?"},
        {"de+m3",
         "Guten Tag, hier ist die Notrufzentrale, was ist passiert? Bleiben Sie bitte ruhig, wir "
         "schicken sofort jemanden. Wie viele Personen sind im Aufzug? Aha. Ja, ja, ich verstehe."},
        {"fr-fr+f2",
         "Allô, bonjour, ici le service des urgences, je vous écoute. Ne quittez pas, s'il vous "
         "plaît, nous cherchons votre correspondant. Oui, oui, d'accord, c'est entendu."},
        {"ja", "もしもし、はい、こちらは管理室です。エレベーターが止まりましたか。少々お待ちください。"},
        {"es+m5",
         "¿Dígame? Sí, buenas tardes, le llamo desde el ascensor, se ha parado entre dos pisos. Mi "
         "número es el seis, uno, cero, cinco, ocho, ocho. Muchas gracias, esperamos aquí."},
        {"it+f4",
         "Pronto? Sì, buongiorno, chi parla? Un momento, per favore, le passo subito il tecnico. "
         "L'ascensore è fermo al terzo piano e la porta non si apre."},
        {"ru+m2",
         "Алло, здравствуйте, это диспетчерская. Говорите, пожалуйста, громче, вас плохо слышно. "
         "Сколько человек в кабине? Хорошо, мастер уже едет."},
        {"cmn+f1", "喂，你好，请问是哪位？电梯坏了，我们被困在里面，请马上派人来。好的，谢谢。"},
        {"pt-br+m7",
         "Alô, bom dia, central de atendimento, em que posso ajudar? O elevador parou e estamos "
         "presos. Não se preocupe, o técnico já está a caminho."},
        {"sv+f5",
         "Hallå, god dag, det är larmcentralen. Vad har hänt? Hissen har stannat mellan två "
         "våningar. Vi skickar en montör, det tar ungefär tjugo minuter."},
        {"tr+m4",
         "Alo, iyi günler, size nasıl yardımcı olabilirim? Asansör iki kat arasında kaldı, üç kişiyiz. "
         "Tamam, hemen bir teknisyen gönderiyoruz."},
    }};
    return all;
}

/// From espeak-ng's 22,050 Hz to 8 kHz (160 : 441) by windowed-sinc interpolation, low-pass at 3.7 kHz.
inline Samples to_8000(const Samples& in) {
    constexpr std::size_t phases = 160;
    constexpr std::size_t stride = 441;
    constexpr std::size_t taps = 64;
    static const auto table = [] {
        std::vector<std::array<float, taps>> all(phases);
        for (std::size_t phase = 0; phase < phases; ++phase) {
            const double start = static_cast<double>(phase * stride % phases) / phases + taps / 2.0 - 1;
            for (std::size_t k = 0; k < taps; ++k) {
                const double x = static_cast<double>(k) - start;
                const double angle = 2 * std::numbers::pi * 3700 / 22'050 * x;
                const double window = 0.5 + 0.5 * std::cos(2 * std::numbers::pi * x / (taps + 1));
                const double sinc = std::abs(x) < 1e-9 ? 1 : std::sin(angle) / angle;
                all[phase][k] = static_cast<float>(2 * 3700 / 22'050.0 * window * sinc);
            }
        }
        return all;
    }();
    Samples out;
    for (std::size_t i = 0;; ++i) {
        const std::size_t first = i * stride / phases;
        if (first + taps > in.size()) return out;
        float sum = 0;
        for (std::size_t k = 0; k < taps; ++k)
            sum += table[i % phases][k] * static_cast<float>(in[first + k]);
        out.push_back(static_cast<std::int16_t>(std::clamp(sum, -32768.0F, 32767.0F)));
    }
}

/// Speed in words a minute (80..300), pitch 0..99.
inline Samples spoken(const Voice& voice, int speed = 160, int pitch = 50) {
    const std::string command = "espeak-ng --stdout -v " + std::string(voice.name) + " -s " +
                                std::to_string(speed) + " -p " + std::to_string(pitch) + " \"" + voice.text +
                                "\" 2>/dev/null";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
    std::vector<unsigned char> octets;
    std::array<unsigned char, 4096> chunk{};
    for (std::size_t count = 0; pipe && (count = ::fread(chunk.data(), 1, chunk.size(), pipe.get())) > 0;)
        octets.insert(octets.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(count));
    constexpr std::size_t header = 44;
    if (octets.size() < header + 20'000) FAIL("espeak-ng says nothing; apt install espeak-ng");
    const unsigned rate = octets[24] + 256U * octets[25];
    Samples samples((octets.size() - header) / 2);
    for (std::size_t i = 0; i < samples.size(); ++i)
        samples[i] = static_cast<std::int16_t>(octets[header + 2 * i] | (octets[header + 2 * i + 1] << 8));
    REQUIRE(rate == 22'050);
    return to_8000(samples);
}

/// At this level while it sounds (samples of less than a hundredth of the peak do not count).
inline void set_level(Samples& samples, double level_dbm0) {
    double peak = 0;
    for (const double sample : samples)
        peak = std::max(peak, std::abs(sample));
    double sum = 0;
    double count = 0;
    for (const double sample : samples) {
        if (std::abs(sample) < peak / 100) continue;
        sum += sample * sample;
        ++count;
    }
    const double factor = amplitude(level_dbm0) / std::sqrt(2 * sum / std::max(count, 1.0));
    for (auto& sample : samples)
        sample = static_cast<std::int16_t>(std::clamp(sample * factor, -32768.0, 32767.0));
}

}  // namespace tipring::test
