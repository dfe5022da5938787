// Real-time rights: see the header.
#include "realtime.hpp"

#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tipring/base/text.hpp"

namespace tipring::media {

namespace {

bool may_lock_without_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) return true;
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3]{};
    if (::syscall(SYS_capget, &header, data) != 0) return false;
    return (data[0].effective & (1U << CAP_IPC_LOCK)) != 0;
}

}  // namespace

std::string make_realtime(std::thread& thread, int priority) {
    sched_param parameters{};
    parameters.sched_priority = priority;
    const int error = ::pthread_setschedparam(thread.native_handle(), SCHED_FIFO, &parameters);
    if (error == 0) return {};
    return base::format(
        "the media thread runs at normal priority, audio may break up under load: SCHED_FIFO {} was refused "
        "({}); "
        "set LimitRTPRIO={} in the systemd unit, or \"rtprio {}\" in /etc/security/limits.conf",
        priority, std::strerror(error), priority, priority);
}

std::string lock_memory() {
    // With a finite limit the lock would succeed now and make a later allocation of the process fail.
    int error = EPERM;
    if (may_lock_without_limit()) {
        // On fault: only what is used becomes resident, not whole thread stacks.
        if (::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0) return {};
        error = errno;
    }
    return base::format(
        "memory is not locked, audio may break up when the machine swaps ({}); set LimitMEMLOCK=infinity in "
        "the "
        "systemd unit, or \"memlock unlimited\" in /etc/security/limits.conf",
        std::strerror(error));
}

}  // namespace tipring::media
