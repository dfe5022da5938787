// The audit of a span: what the channels, our calls and libpri's calls say about each other, and what to do when
// they disagree. Pure functions of lists; the span makes the lists and does the repairs. Thread: any.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tipring::isdn {

/// The allocator's word.
struct AuditedChannel {
    unsigned position = 0;
    bool in_use = false;
};

/// One of our calls.
struct AuditedCall {
    std::uint64_t serial = 0;      ///< never used twice
    const void* record = nullptr;  ///< libpri's call; null: none yet, or none any more
    unsigned position = 0;         ///< 0: none for the moment (collision)
    bool has_leg = false;
    bool started = false;   ///< SETUP was sent or received
    bool clearing = false;  ///< has a guard of its own
};

enum class Discrepancy {
    channel_without_call,  ///< in use, and no call of ours is on it
    call_without_channel,  ///< a call names a channel that counts as free
    shared_channel,        ///< a second call on a channel; the finding is the later call
    call_without_leg,      ///< nobody can end it from our side
    call_not_started,      ///< has a channel, and no SETUP followed
    call_without_record,   ///< libpri has forgotten it
    record_without_call,   ///< libpri has a call that we do not know
};

struct Finding {
    Discrepancy kind = Discrepancy::channel_without_call;
    unsigned position = 0;         ///< channel concerned, 0: unknown
    std::uint64_t serial = 0;      ///< call concerned, 0: none
    const void* record = nullptr;  ///< record_without_call
    friend bool operator==(const Finding&, const Finding&) = default;
};

/// Everything that does not fit, each thing once. `records`: the calls that libpri has.
std::vector<Finding> discrepancies(const std::vector<AuditedChannel>& channels,
                                   const std::vector<AuditedCall>& calls,
                                   const std::vector<const void*>& records);

struct Verdict {
    std::vector<Finding> fresh;  ///< seen for the first time: to be logged
    std::vector<Finding> due;    ///< seen in the audit before, too: to be repaired
};
Verdict judge(const std::vector<Finding>& before, const std::vector<Finding>& now);

/// "channel 3 is in use without a call"
std::string describe(const Finding& finding);

}  // namespace tipring::isdn
