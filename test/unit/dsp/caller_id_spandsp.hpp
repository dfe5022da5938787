// SpanDSP's caller ID modem (adsi_tx, adsi_rx) as the other side of the line: an implementation that shares nothing
// with ours. Header only.
#pragma once

#include <spandsp.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "signals.hpp"
#include "tipring/dsp/caller_id.hpp"

namespace tipring::test {

struct AdsiFree {
    void operator()(adsi_rx_state_t* rx) const { adsi_rx_free(rx); }
    void operator()(adsi_tx_state_t* tx) const { adsi_tx_free(tx); }
};

/// What SpanDSP read in a message, field by field.
struct AdsiMessage {
    bool intact = true;  ///< the fields fill the message
    std::string number, name, date;
    std::string number_absence, name_absence;  ///< 'P', 'O'; DTMF: "B10", "D1" ...
    std::uint8_t call_type = 0;
};

/// `standard`: ADSI_STANDARD_...
class AdsiReceiver {
  public:
    explicit AdsiReceiver(int standard)
        : standard_(standard), rx_(adsi_rx_init(nullptr, standard, put_message, this)) {}
    AdsiReceiver(const AdsiReceiver&) = delete;
    AdsiReceiver& operator=(const AdsiReceiver&) = delete;

    std::vector<AdsiMessage> listen(std::span<const std::int16_t> line) {
        for (; !line.empty(); line = line.subspan(std::min<std::size_t>(80, line.size())))
            adsi_rx(rx_.get(), line.data(), static_cast<int>(std::min<std::size_t>(80, line.size())));
        return std::move(heard_);
    }

  private:
    static void put_message(void* self, const std::uint8_t* message, int length) {
        static_cast<AdsiReceiver*>(self)->take(message, length);
    }
    void take(const std::uint8_t* message, int length) {
        AdsiMessage read;
        int at = -1;
        int fields = 0;
        std::uint8_t type = 0;
        std::uint8_t message_type = 0;
        const std::uint8_t* body = nullptr;
        int body_length = 0;
        while ((at = adsi_next_field(rx_.get(), message, length, at, &type, &body, &body_length)) > 0) {
            if (fields++ == 0) {
                message_type = type;
            } else if (body_length > 0) {
                take_field(read, message_type, type,
                           {reinterpret_cast<const char*>(body), static_cast<std::size_t>(body_length)});
            }
        }
        if (at == -2) read.intact = false;
        heard_.push_back(read);
    }
    void take_field(AdsiMessage& read, std::uint8_t message_type, std::uint8_t type,
                    std::string_view body) const {
        if (standard_ == ADSI_STANDARD_CLIP_DTMF) {
            (type == 'A' ? read.number : read.number_absence) =
                type == 'A' ? std::string(body) : std::string(1, static_cast<char>(type)) + std::string(body);
        } else if (message_type == CLASS_SDMF_CALLERID) {
            read.date = body.substr(0, 8);
            const auto rest = body.substr(std::min<std::size_t>(8, body.size()));
            (rest.size() == 1 ? read.number_absence : read.number) = rest;
        } else if (type == MCLASS_DATETIME) {
            read.date = body;
        } else if (type == MCLASS_CALLER_NUMBER) {  // of all standards alike, and so is its absence
            read.number = body;
        } else if (type == MCLASS_ABSENCE1) {
            read.number_absence = body;
        } else if (type == MCLASS_CALLER_NAME) {
            read.name = body;
        } else if (type == MCLASS_ABSENCE2) {
            read.name_absence = body;
        } else if (type == CLIP_CALLTYPE && standard_ == ADSI_STANDARD_CLIP) {
            read.call_type = static_cast<std::uint8_t>(body[0]);
        } else {
            read.intact = false;
        }
    }

    int standard_;
    std::vector<AdsiMessage> heard_;
    std::unique_ptr<adsi_rx_state_t, AdsiFree> rx_;
};

/// A field of a message for SpanDSP's sender: the first one is the kind of the message.
struct AdsiField {
    std::uint8_t type;
    std::string body;
};

/// By the power of the first 40 ms.
inline void set_power(Samples& audio, double dbm0) {
    const double factor = std::pow(10, (dbm0 - power_dbm0(std::span(audio).first(320))) / 20);
    for (auto& sample : audio)
        sample = static_cast<std::int16_t>(std::clamp(sample * factor, -32768.0, 32767.0));
}

/// As SpanDSP sends it, at `level_dbm0`: of the carrier, or of each tone of DTMF.
inline Samples adsi_sent(int standard, const std::vector<AdsiField>& fields, double level_dbm0) {
    const std::unique_ptr<adsi_tx_state_t, AdsiFree> tx(adsi_tx_init(nullptr, standard));
    std::array<std::uint8_t, 256> message{};
    int length = -1;
    for (const auto& field : fields) {
        length = adsi_add_field(tx.get(), message.data(), length, field.type,
                                reinterpret_cast<const std::uint8_t*>(field.body.data()),
                                static_cast<int>(field.body.size()));
    }
    Samples audio;
    if (adsi_tx_put_message(tx.get(), message.data(), length) <= 0) return audio;
    std::array<std::int16_t, 80> block{};
    constexpr std::size_t most = 10 * 8000;
    for (int count = 1; count > 0 && audio.size() < most;) {
        count = adsi_tx(tx.get(), block.data(), static_cast<int>(block.size()));
        audio.insert(audio.end(), block.begin(), block.begin() + count);
    }
    set_power(audio, level_dbm0 + (standard == ADSI_STANDARD_CLIP_DTMF ? 10 * std::log10(2) : 0));
    return audio;
}

/// SpanDSP's alerting tone, at `level_dbm0` a tone.
inline Samples adsi_alert(double level_dbm0) {
    const std::unique_ptr<adsi_tx_state_t, AdsiFree> tx(adsi_tx_init(nullptr, ADSI_STANDARD_CLASS));
    adsi_tx_send_alert_tone(tx.get());
    Samples audio(110 * 8);
    adsi_tx(tx.get(), audio.data(), static_cast<int>(audio.size()));
    set_power(audio, level_dbm0 + 10 * std::log10(2));
    return audio;
}

}  // namespace tipring::test
