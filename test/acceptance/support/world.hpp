// The outside world of an acceptance test: what hangs on the other end of the gateway's wires. Two kinds
// behind one interface: a virtual board served to the daemon by the test process, or the far side of real
// cross-connected DAHDI spans (environment TIPRING_WORLD=dahdi, inside the virtual machine of test/dahdi_vm).
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "process.hpp"
#include "tipring/farend/far_end.hpp"
#include "tipring/hardware/board.hpp"
#include "tipring/hardware/simulator.hpp"

namespace tipring::acceptance {

class World {
  public:
    /// The kind that TIPRING_WORLD names ("simulator" when it is unset), with this many FXS ports and FXO
    /// lines, 12 of each at most, and T1 spans, 2 at most.
    static std::unique_ptr<World> make(const TemporaryFolder& folder, unsigned fxs = 4, unsigned fxo = 2,
                                       unsigned t1 = 0);
    static bool is_dahdi();
    virtual ~World() = default;

    /// The `board:` line of the port map.
    virtual std::string board_yaml() const = 0;
    /// Board channel of the gateway's i-th FXS port or FXO line, from 1.
    virtual unsigned fxs(unsigned index) const = 0;
    virtual unsigned fxo(unsigned index) const = 0;
    /// The E1 span as the port map wants it: number and channel range.
    virtual unsigned span() const = 0;
    virtual std::string span_channels() const = 0;
    /// The i-th T1 span, from 1: number, first channel, channel range.
    virtual unsigned t1_span(unsigned index) const = 0;
    virtual unsigned t1_first_channel(unsigned index) const = 0;
    std::string t1_channels(unsigned index) const;

    /// The gateway's own channel, held by this program, so that the gateway cannot open it.
    hardware::Channel hold(unsigned near_channel);
    /// The far end of a port, made anew; it hangs up when destroyed.
    std::unique_ptr<farend::Telephone> telephone(unsigned fxs_index);
    std::unique_ptr<farend::CentralOffice> central_office(unsigned fxo_index);
    std::unique_ptr<farend::IsdnNetwork> isdn_network(const farend::IsdnNetwork::Options& options = {});
    /// Of the i-th T1 span: NI-2, and the law of a T1.
    std::unique_ptr<farend::IsdnNetwork> t1_network(unsigned index,
                                                    farend::IsdnNetwork::Options options = {});

    /// Of an NFAS trunk of the first `spans` T1 spans, interfaces 0 to spans - 1, with a D-channel on the first two.
    std::unique_ptr<farend::IsdnNetwork> t1_trunk(unsigned spans, farend::IsdnNetwork::Options options = {});

    /// Only with the virtual board: nullptr otherwise.
    virtual hardware::VirtualBoard* virtual_board() { return nullptr; }
    /// The lines carry what robbed-bit wires cannot: polarity, the message lamp, impairments, parallel
    /// telephones.
    bool has_virtual_lines() { return virtual_board() != nullptr; }

  protected:
    World() = default;
    virtual hardware::Board& near_board() = 0;
    virtual hardware::Board& far_board() = 0;
    virtual unsigned far_channel(unsigned near_channel) const = 0;
    virtual unsigned first_span_channel() const = 0;

  private:
    hardware::Channel open_far(unsigned near_channel, dsp::Law law = dsp::Law::alaw);

    farend::FarEndThread thread_;
    hardware::CountryTones country_ = hardware::country_tones("us").value();
};

}  // namespace tipring::acceptance
