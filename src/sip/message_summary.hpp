// Reads application/simple-message-summary (RFC 3842 5.2), written for hostile input. Pure. Thread: any.
#pragma once

#include <optional>
#include <string_view>

#include "tipring/sip/service.hpp"

namespace tipring::sip {

/// nullopt when the first line does not say whether messages wait, or the text is longer than 4096 octets.
/// Counts above 65535 are given as that. Lines that cannot be read are skipped.
std::optional<MessageSummary> read_message_summary(std::string_view text);

}  // namespace tipring::sip
