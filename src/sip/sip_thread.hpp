// SipThread: the one thread in which every Sofia object lives. post() is the only door in.
// Thread: any for post(); start() and end() belong to the core thread.
#pragma once

#include <functional>
#include <memory>

#include "tipring/base/result.hpp"

struct su_root_s;  // Sofia's su_root_t

namespace tipring::sip {

class SipThread {
  public:
    using Task = std::function<void()>;

    SipThread();
    ~SipThread();
    SipThread(const SipThread&) = delete;
    SipThread& operator=(const SipThread&) = delete;

    /// Starts the thread and runs `prepare` in it; returns its result (the thread has ended again when that
    /// is an error).
    base::Result<void> start(std::function<base::Result<void>(su_root_s*)> prepare);
    /// Runs `task` on the SIP thread, in the order of the posts. A task that can no longer run is destroyed
    /// there or here.
    void post(Task task);
    /// Ends the loop and joins; `last` is the last thing that runs in the thread. `abandon`: the root is left
    /// to the end of the process, because objects in it have not finished (they would abort when it is
    /// destroyed).
    void end(Task last, bool abandon);
    bool running() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tipring::sip
