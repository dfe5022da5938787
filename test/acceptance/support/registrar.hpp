// A real registrar and proxy (Kamailio) on 127.0.0.1: digest for REGISTER and INVITE, one password for all
// users.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "process.hpp"

namespace tipring::acceptance {

class Registrar {
  public:
    /// Numbers that match `gateway_numbers` (a regular expression) go to the gateway on 127.0.0.1:5060;
    /// empty: none do.
    Registrar(const TemporaryFolder& folder, std::uint16_t port, const std::string& password,
              const std::string& gateway_numbers = {});
    bool running() { return process_->running(); }
    void stop();
    std::string log() const { return process_->output(); }

  private:
    std::unique_ptr<Process> process_;
};

}  // namespace tipring::acceptance
