// SipThread (sip_thread.hpp).
#include "sip_thread.hpp"

// The type of su_msg's data has to be declared before Sofia's header: one owned closure.
struct TipringPosted;
#define SU_MSG_ARG_T struct TipringPosted
#include <sofia-sip/su.h>
#include <sofia-sip/su_wait.h>

#include <pthread.h>

#include <future>
#include <mutex>
#include <thread>

#include "steady_time.hpp"
#include "tipring/base/log.hpp"

struct TipringPosted {
    std::function<void()>* task;
};

namespace tipring::sip {
namespace {

/// Runs in the SIP thread. Takes the closure out, so that the deinitializer finds nothing left to free.
void run_posted(su_root_magic_t*, su_msg_r, TipringPosted* posted) {
    const std::unique_ptr<std::function<void()>> task(std::exchange(posted->task, nullptr));
    if (task) (*task)();
}

/// Called when the message is freed, delivered or not.
void free_posted(TipringPosted* posted) {
    delete std::exchange(posted->task, nullptr);
}

}  // namespace

struct SipThread::State {
    std::thread thread;
    /// Guards `root` against a post during the end of the thread.
    mutable std::mutex mutex;
    su_root_t* root = nullptr;
    /// Written before su_root_break, read after the loop, both in the SIP thread.
    bool abandon = false;

    void run(const std::function<base::Result<void>(su_root_t*)>& prepare,
             std::promise<base::Result<void>>& prepared);
};

void SipThread::State::run(const std::function<base::Result<void>(su_root_t*)>& prepare,
                           std::promise<base::Result<void>>& prepared) {
    pthread_setname_np(pthread_self(), "tipring-sip");
    keep_sofia_time_steady();
    su_init();
    auto* own_root = su_root_create(nullptr);
    if (own_root == nullptr) {
        prepared.set_value(base::fail("the SIP thread cannot create its event loop"));
        su_deinit();
        return;
    }
    su_root_threading(own_root, 0);
    auto result = prepare(own_root);
    const bool good = result.has_value();
    if (good) {
        const std::lock_guard lock(mutex);
        root = own_root;
    }
    prepared.set_value(std::move(result));
    if (good) su_root_run(own_root);
    {
        const std::lock_guard lock(mutex);
        root = nullptr;
    }
    if (abandon) return;
    su_root_destroy(own_root);
    su_deinit();
}

SipThread::SipThread() : state_(std::make_unique<State>()) {}

SipThread::~SipThread() {
    end({}, true);
}

base::Result<void> SipThread::start(std::function<base::Result<void>(su_root_t*)> prepare) {
    std::promise<base::Result<void>> prepared;
    auto result = prepared.get_future();
    // `prepared` may be destroyed as soon as its value is taken, so the thread owns it.
    try {
        state_->thread =
            std::thread([state = state_.get(), prepare = std::move(prepare),
                         prepared = std::move(prepared)]() mutable { state->run(prepare, prepared); });
    } catch (const std::system_error& no_thread) {
        return base::fail(base::format("the SIP thread cannot be started: {}", no_thread.what()));
    }
    auto outcome = result.get();
    if (!outcome) state_->thread.join();
    return outcome;
}

void SipThread::post(Task task) {
    const std::lock_guard lock(state_->mutex);
    if (state_->root == nullptr) return;
    su_msg_r message = SU_MSG_R_INIT;
    if (su_msg_create(message, su_root_task(state_->root), su_task_null, run_posted, sizeof(TipringPosted)) !=
        0) {
        base::log::error("sip", "out of memory: a message to the SIP thread was lost");
        return;
    }
    su_msg_data(message)->task = new Task(std::move(task));
    su_msg_deinitializer(message, free_posted);
    su_msg_send(message);
}

void SipThread::end(Task last, bool abandon) {
    if (!state_->thread.joinable()) return;
    post([state = state_.get(), last = std::move(last), abandon] {
        if (last) last();
        state->abandon = abandon;
        su_root_break(state->root);
    });
    state_->thread.join();
}

bool SipThread::running() const {
    const std::lock_guard lock(state_->mutex);
    return state_->root != nullptr;
}

}  // namespace tipring::sip
