// SharedPage: a ChannelPage in a sealed memory file, mapped by both sides. Thread: core and the virtual
// board's.
#pragma once

#include "simulator/channel_page.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/base/result.hpp"

namespace tipring::hardware::simulator {

/// Owner of one mapping. Move-only.
class SharedPage {
  public:
    /// A new, empty page; `file` receives the descriptor that the other side maps.
    static base::Result<SharedPage> create(base::Fd& file);
    /// Maps a page that another process made. Fails unless it has the right size and is sealed against
    /// shrinking (touching a page that was cut off would end this process).
    static base::Result<SharedPage> map(const base::Fd& file);

    SharedPage(SharedPage&& other) noexcept;
    SharedPage& operator=(SharedPage&& other) noexcept;
    SharedPage(const SharedPage&) = delete;
    SharedPage& operator=(const SharedPage&) = delete;
    ~SharedPage();

    ChannelPage& operator*() const noexcept { return *page_; }
    ChannelPage* operator->() const noexcept { return page_; }

  private:
    explicit SharedPage(ChannelPage* page) : page_(page) {}
    ChannelPage* page_;
};

}  // namespace tipring::hardware::simulator
