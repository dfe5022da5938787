// What the telephones' users have set by their star codes, kept over a restart. Thread: core; a thread of its
// own writes the file, so that a slow disk holds nobody up.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "tipring/base/fd.hpp"
#include "tipring/base/result.hpp"

namespace tipring::analog {

/// What the called party of one call is told of the telephone's number.
enum class Identity : std::uint8_t { usual, hidden, shown };

struct PhoneState {
    std::string forward_all, forward_busy, forward_no_answer;  ///< numbers; empty: not forwarded
    bool do_not_disturb = false;
    bool call_waiting = true;
    std::map<std::string, std::string> speed;  ///< two digits -> number
    std::string last_dialled, last_caller;
    Identity last_identity = Identity::usual;  ///< of the call to last_dialled
    friend bool operator==(const PhoneState&, const PhoneState&) = default;
};

using PhoneStates = std::map<std::string, PhoneState>;  ///< by the port's number

/// Digits, *, #, + and A to D, 1 to 64 of them: what the file takes for a number.
bool is_dialable(const std::string& text);

/// The file's text and back. What is no number is not written. Lines that make no sense are left out; `faults` counts them.
std::string to_text(const PhoneStates& states);
PhoneStates parse_states(const std::string& text, unsigned& faults);

class ServiceStore {
  public:
    /// Reads the file (none: nothing is set). An empty path keeps everything in memory only, and so does a file that
    /// another process holds (a lock beside it, PATH.lock), which is logged. What cannot be read is logged and left as
    /// it is until the first change.
    explicit ServiceStore(std::string path);
    /// Writes what is still to be written.
    ~ServiceStore();

    const PhoneState& of(const std::string& number);
    /// Written to the file within a second: a new file beside it, then renamed.
    void set(const std::string& number, const PhoneState& state);

  private:
    struct Writer;
    PhoneStates states_;
    base::Fd lock_;
    std::unique_ptr<Writer> writer_;
};

}  // namespace tipring::analog
