// Feeds anything to the readers of message summaries, of headers about the way of a call, and of the small
// bodies of INFO and NOTIFY; and to what chooses a telephone's ring. What is read must survive being written and
// read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "call_headers.hpp"
#include "message_summary.hpp"
#include "phone_sounds.hpp"

using namespace tipring;

namespace {

void check(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto summary = sip::read_message_summary(text)) {
        check(summary->new_messages <= 65535 && summary->old_messages <= 65535);
        check(summary->mailbox.size() <= 128);
    }
    const auto diversions = sip::read_diversions({text});
    check(diversions.size() <= sip::most_kept_diversions);
    const auto written = sip::diversion_value(diversions, "pbx.example");
    check(written.find_first_of("\r\n") == std::string::npos);
    const auto again = sip::read_diversions({written});
    check(again.size() == diversions.size());
    for (std::size_t i = 0; i < again.size(); ++i) {
        check(again[i].number == diversions[i].number && again[i].reason == diversions[i].reason);
        check(again[i].presentation == diversions[i].presentation);
        check(again[i].counter == diversions[i].counter && again[i].counter >= 1 && again[i].counter <= 99);
    }
    const auto history = sip::read_history({text, text});
    check(history.size() <= sip::most_kept_diversions);
    for (const auto& diversion : history)
        check(diversion.number.size() <= 128 && diversion.counter >= 1 && diversion.counter <= 99);
    check(call::forwardings_of(history) <= call::most_forwardings);
    check(sip::alert_info_text(text).find_first_of("\r\n") == std::string::npos);
    const auto alert_info = sip::read_alert_info({text, text});
    check(alert_info.size() <= 256 && alert_info.find_first_of("\r\n") == std::string::npos);
    check(analog::ring_pattern(alert_info) <= 7);
    if (const auto status = sip::sipfrag_status("message/sipfrag", text))
        check(*status >= 100 && *status < 700);
    sip::info_flash("application/dtmf-relay", text);
    sip::info_flash(text, "Signal=hf");
    return 0;
}
