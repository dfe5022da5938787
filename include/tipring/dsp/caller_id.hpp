// Caller ID on an analogue line: messages as audio, and the receivers of all standards in parallel.
// Sources: Telcordia GR-30/GR-31, ETSI EN 300 659-1/-2/-3, BT SIN 227/242, NTT Technical Reference "Telephone
// service interfaces"; docs/caller-id.md says what was measured.
// Thread: messages are made on any thread; the receivers run on the media thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/result.hpp"

namespace tipring::dsp {

enum class CallerIdStandard : std::uint8_t { mdmf, sdmf, etsi, bt, ntt, dtmf };
std::string_view name(CallerIdStandard standard);

enum class Disclosure : std::uint8_t {
    given,
    restricted,   ///< "P": the caller does not want it to be seen
    unavailable,  ///< "O": the network does not know it
};

/// What a message says. Text is ISO 8859-1 on the line; what cannot be written there becomes '?'.
struct CallerId {
    std::string number;  ///< dialable characters, at most 20; empty unless `disclosure` is given
    std::string name;    ///< at most 30 characters; sdmf and dtmf carry none
    Disclosure disclosure = Disclosure::given;
    /// Local time; month 0: no date.
    std::uint8_t month = 0, day = 0, hour = 0, minute = 0;
    friend bool operator==(const CallerId&, const CallerId&) = default;
};

/// `start` number `stop`; without a number: `information` code `stop`. A receiver knows the usual codes of
/// both families (B10, B00; D1, D2, D3) whatever stands here.
struct CallerIdDtmfCodes {
    char start = 'A', stop = 'C';  ///< start 0: the number stands alone
    /// 'B': the code has two digits, the second is 0 (B10, B00). Any other: one digit (D1, D3).
    char information = 'B';
    char restricted = '1', unavailable = '0';  ///< 0: nothing between start and stop
};

struct CallerIdSignal {
    CallerIdStandard standard = CallerIdStandard::mdmf;
    double level_dbm0 = -13.5;  ///< of the FSK carrier; of DTMF's low tone (its high tone is 2 dB louder)
    CallerIdDtmfCodes codes;
    /// Type II, to a phone in a call: no channel seizure, 80 mark bits.
    bool off_hook = false;
};

using Samples = std::vector<std::int16_t>;  ///< linear, 8 kHz

/// The message as audio (without alerting signal). A given number that is empty, too long, or holds what nobody
/// can dial (spaces, dashes, dots and brackets are left out) is sent as unavailable. Thread: any; allocates.
Samples caller_id_audio(const CallerIdSignal& signal, const CallerId& caller);
/// A visual message-waiting indication: MDMF and ETSI 0x82, SDMF 0x06; fails for standards without one. Only
/// ETSI says how many (at most 255).
base::Result<Samples> message_waiting_audio(const CallerIdSignal& signal, bool waiting, unsigned count);
/// 2130 + 2750 Hz. CAS of Telcordia (80 ms) and DT-AS of ETSI (100 ms; off-hook 80 ms); level of each tone.
Samples alerting_tone(std::chrono::milliseconds duration, double level_dbm0);

/// What a receiver understood, in fixed storage, so that it can be an event of the media engine.
struct HeardCallerId {
    CallerIdStandard standard = CallerIdStandard::mdmf;
    Disclosure disclosure = Disclosure::given;
    std::array<char, 24> number{};  ///< zero-terminated
    std::array<char, 40> name{};    ///< zero-terminated, ISO 8859-1 printable
    std::uint8_t month = 0, day = 0, hour = 0, minute = 0;
    bool message_waiting = false;  ///< it is no call but a message-waiting indication
    std::uint8_t messages = 0;     ///< of that: 0 = lamp off; 1 when it is on and no number was told

    std::string_view number_text() const noexcept { return number.data(); }
    std::string_view name_text() const noexcept { return name.data(); }
};

/// Listens for FSK (Bell 202 and V.23) and DTMF at once; what fails its checksum, its parity or its framing is
/// never reported. MDMF that comes over V.23 is `bt` when it has a call type, else `etsi`.
class CallerIdReceiver {
  public:
    explicit CallerIdReceiver(const CallerIdDtmfCodes& codes = {});
    ~CallerIdReceiver();
    CallerIdReceiver(CallerIdReceiver&&) noexcept;
    CallerIdReceiver& operator=(CallerIdReceiver&&) noexcept;
    /// Real-time safe. True when a whole message has been understood with these samples: heard(). It goes on
    /// listening for the next. Give it the line only while nobody dials on it.
    bool process(std::span<const std::int16_t> linear) noexcept;
    const HeardCallerId& heard() const noexcept;
    /// Real-time safe. Forgets what was begun (a new ring, a new call).
    void reset() noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// CAS / DT-AS: 2130 + 2750 Hz (within 1 %), 75 to 140 ms, at least -38 dBm0 a tone, 7 dB twist, and not much
/// else at the same time. Real-time safe after construction.
class AlertingToneDetector {
  public:
    AlertingToneDetector();
    ~AlertingToneDetector();
    AlertingToneDetector(AlertingToneDetector&&) noexcept;
    AlertingToneDetector& operator=(AlertingToneDetector&&) noexcept;
    /// True once, when a tone of the right length has ended.
    bool process(std::span<const std::int16_t> linear) noexcept;
    void reset() noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tipring::dsp
