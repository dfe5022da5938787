// The outside world of the simulator when it lives in the daemon (demo, first steps): a telephone on every
// FXS port, an exchange on every FXO line, an ISDN network on every span. Thread: core makes it; the models
// have their own thread.
#pragma once

#include <memory>
#include <vector>

#include "tipring/config/config.hpp"
#include "tipring/control/system.hpp"
#include "tipring/farend/far_end.hpp"
#include "tipring/hardware/simulator.hpp"

namespace tipring::daemon {

class InProcessWorld {
  public:
    InProcessWorld(const config::Config& config, hardware::VirtualBoard& board);

    /// A telephone, an exchange or a network for each line of the configuration that has none yet.
    void add_lines(const config::Config& config);
    /// What the networks were made for: each keeps its wires, name, side and switch as long as this object lives, also
    /// when the gateway has its span no more.
    const std::vector<config::Span>& spans() const { return spans_; }
    /// What the sim commands act on; lives as long as this object.
    control::Simulation& simulation() { return simulation_; }

  private:
    void add_port(const config::Config& config, const config::Port& port);
    void add_span(const config::Span& span);
    /// False: the virtual board has not got them.
    bool add_wires(farend::IsdnTrunk& trunk, const config::Span& span);

    std::unique_ptr<hardware::Board> far_;
    farend::FarEndThread thread_;
    std::vector<std::unique_ptr<farend::Telephone>> telephones_;
    std::vector<std::unique_ptr<farend::CentralOffice>> exchanges_;
    std::vector<std::unique_ptr<farend::IsdnNetwork>> networks_;
    std::vector<config::Span> spans_;
    control::Simulation simulation_;
};

}  // namespace tipring::daemon
