// MessageEdits: what libpri cannot be told to write into its messages, written into the frame on its way out: the
// location of a cause, a User-user element of any protocol, the screening indicator of a number, the Progress indicators of
// another network. Q.921 may send a frame late or twice, so an edit stays
// until the next SETUP with its call reference, or until newer ones have pushed it out. Both ends may use the same
// reference value at a time; the flag tells their calls apart (Q.931 4.3). Pure. Thread: core.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

#include "tipring/call/cause.hpp"
#include "tipring/call/leg.hpp"

namespace tipring::isdn {

class MessageEdits {
  public:
    /// Of our own SETUP with this call reference value; `screening`: of the calling number that it shows, as in Q.931
    /// table 4-11.
    void add_setup(std::uint16_t reference, const call::UserToUser& user,
                   std::optional<std::uint8_t> screening = {});
    /// Of our CONNECT for a call of the other end: the screening of the connected number that it shows.
    void add_answer(std::uint16_t reference, std::uint8_t screening);
    /// Of our ALERTING and PROGRESS, or of our CONNECT (`of_answer`), for a call of the other end; none: as libpri has it.
    void add_progress(std::uint16_t reference, const std::vector<call::ProgressIndicator>& indicators,
                      bool of_answer);
    /// Of the messages that clear the call with this cause; `ours`: this end has begun it.
    void add_clearing(std::uint16_t reference, bool ours, std::uint8_t cause, call::Location location);
    /// A SETUP of the other end begins a call: what was for the last one with its reference ends.
    void note_received(std::span<const std::uint8_t> frame);

    /// The frame as it should be; empty: as it is.
    std::vector<std::uint8_t> apply(std::span<const std::uint8_t> frame) const;

  private:
    enum class Kind { setup, progress, answer, answer_progress, clearing };
    struct Edit {
        std::uint16_t reference = 0;
        bool ours = true;
        Kind kind = Kind::clearing;
        call::UserToUser user{};
        std::optional<std::uint8_t> screening{};
        std::vector<call::ProgressIndicator> indicators{};
        std::uint8_t cause = 0;
        call::Location location = call::Location::user;
    };
    void add(Edit edit);
    static bool is_for(Kind kind, std::uint8_t message_type);
    static std::vector<std::uint8_t> applied(const Edit& edit, std::span<const std::uint8_t> frame);

    std::deque<Edit> edits_;
};

}  // namespace tipring::isdn
