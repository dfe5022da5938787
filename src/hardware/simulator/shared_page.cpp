#include "simulator/shared_page.hpp"
#include "tipring/base/text.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>
#include <new>
#include <system_error>
#include <utility>

namespace tipring::hardware::simulator {
namespace {

constexpr int needed_seals = F_SEAL_SHRINK | F_SEAL_GROW;

base::Error failure(const char* what) {
    return base::fail(base::format("virtual board: {}: {}", what, std::generic_category().message(errno)));
}

base::Result<void*> map_file(const base::Fd& file) {
    void* memory = ::mmap(nullptr, sizeof(ChannelPage), PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (memory == MAP_FAILED) return failure("cannot map the channel's memory");
    return memory;
}

}  // namespace

base::Result<SharedPage> SharedPage::create(base::Fd& file) {
    base::Fd made(::memfd_create("tipring-channel", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!made) return failure("cannot make the channel's memory");
    if (::ftruncate(made.get(), sizeof(ChannelPage)) != 0) return failure("cannot size the channel's memory");
    if (::fcntl(made.get(), F_ADD_SEALS, needed_seals | F_SEAL_SEAL) != 0) {
        return failure("cannot seal the channel's memory");
    }
    const auto memory = map_file(made);
    if (!memory) return memory.error();
    file = std::move(made);
    return SharedPage(new (*memory) ChannelPage{});
}

base::Result<SharedPage> SharedPage::map(const base::Fd& file) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return failure("cannot examine the channel's memory");
    const int seals = ::fcntl(file.get(), F_GET_SEALS);
    if (!S_ISREG(status.st_mode) || status.st_size != static_cast<off_t>(sizeof(ChannelPage)) || seals < 0 ||
        (seals & needed_seals) != needed_seals) {
        return base::fail(
            "virtual board: the channel's memory is not what this version expects; run the same version on "
            "both sides");
    }
    const auto memory = map_file(file);
    if (!memory) return memory.error();
    return SharedPage(std::launder(static_cast<ChannelPage*>(*memory)));
}

SharedPage::SharedPage(SharedPage&& other) noexcept : page_(std::exchange(other.page_, nullptr)) {}

SharedPage& SharedPage::operator=(SharedPage&& other) noexcept {
    std::swap(page_, other.page_);
    return *this;
}

SharedPage::~SharedPage() {
    if (page_ != nullptr) ::munmap(page_, sizeof(ChannelPage));
}

}  // namespace tipring::hardware::simulator
