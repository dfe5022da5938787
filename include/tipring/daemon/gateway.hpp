// Gateway: owns every part of the running daemon and wires them together. Thread: core.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <memory>

#include "tipring/base/result.hpp"
#include "tipring/config/config.hpp"

namespace tipring::daemon {

class Gateway {
  public:
    Gateway(boost::asio::io_context& context, config::Config config);
    ~Gateway();
    Gateway(const Gateway&) = delete;
    Gateway& operator=(const Gateway&) = delete;

    /// Opens the control socket, the board, the ports and SIP. The error names what could not be opened and
    /// what to do.
    base::Result<void> start();
    /// Reads the configuration again and takes over what has changed, without ending a call; a faulty file changes
    /// nothing. What came of it is logged.
    void reload();
    /// Releases the calls, puts the lines on-hook, un-registers; `done` runs within two seconds.
    void stop(std::function<void()> done);

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tipring::daemon
