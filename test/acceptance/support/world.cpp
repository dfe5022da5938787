#include "world.hpp"

#include <cstdlib>
#include <stdexcept>

#include "tipring/hardware/dahdi.hpp"

namespace tipring::acceptance {
namespace {

constexpr unsigned e1_channels = 31;
constexpr unsigned e1_d_position = 16;
constexpr unsigned t1_channels_each = 24;
constexpr unsigned t1_d_position = 24;

/// Without its channels a test cannot even begin.
template <class T>
T opened(base::Result<T> result) {
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(*result);
}

std::string range(unsigned first, unsigned count) {
    return std::to_string(first) + "-" + std::to_string(first + count - 1);
}

class SimulatorWorld final : public World {
  public:
    SimulatorWorld(const TemporaryFolder& folder, unsigned fxs, unsigned fxo, unsigned t1)
        : socket_(folder.file("board.sock")),
          board_({.fxs = fxs, .fxo = fxo, .e1 = 1, .t1 = t1}),
          near_(board_.near()),
          far_(board_.far()) {
        if (const auto served = board_.serve(socket_); !served)
            throw std::runtime_error(served.error().message);
    }
    std::string board_yaml() const override { return "board: {simulator: {socket: " + socket_ + "}}\n"; }
    unsigned fxs(unsigned index) const override { return index; }
    unsigned fxo(unsigned index) const override { return board_.layout().fxs + index; }
    unsigned span() const override { return 2; }
    std::string span_channels() const override { return range(first_span_channel(), e1_channels); }
    unsigned t1_span(unsigned index) const override { return span() + index; }
    unsigned t1_first_channel(unsigned index) const override {
        return first_span_channel() + e1_channels + (index - 1) * t1_channels_each;
    }
    hardware::VirtualBoard* virtual_board() override { return &board_; }

  protected:
    hardware::Board& near_board() override { return *near_; }
    hardware::Board& far_board() override { return *far_; }
    unsigned far_channel(unsigned near_channel) const override { return near_channel; }
    unsigned first_span_channel() const override { return board_.layout().fxs + board_.layout().fxo + 1; }

  private:
    std::string socket_;
    hardware::VirtualBoard board_;
    std::unique_ptr<hardware::Board> near_, far_;
};

// The spans of test/dahdi_vm: 1 <-> 2 are E1 (channels 1-31 and 32-62), 3 <-> 4 analogue (63-86 FXS and
// 87-110 FXO), 5 <-> 6 and 7 <-> 8 T1 (111-134 and 135-158, 159-182 and 183-206).
class DahdiWorld final : public World {
  public:
    DahdiWorld() { board_ = opened(hardware::open_dahdi_board()); }
    std::string board_yaml() const override { return "board: dahdi\n"; }
    unsigned fxs(unsigned index) const override { return first_fxs - 1 + index; }
    unsigned fxo(unsigned index) const override { return first_fxo + most_lines - 1 + index; }
    unsigned span() const override { return 1; }
    std::string span_channels() const override { return range(1, e1_channels); }
    unsigned t1_span(unsigned index) const override { return first_t1_span + (index - 1) * 2; }
    unsigned t1_first_channel(unsigned index) const override {
        return first_t1 + (index - 1) * 2 * t1_channels_each;
    }

  protected:
    hardware::Board& near_board() override { return *board_; }
    hardware::Board& far_board() override { return *board_; }
    unsigned far_channel(unsigned near_channel) const override {
        if (near_channel >= first_t1) return near_channel + t1_channels_each;
        if (near_channel >= first_fxo) return near_channel - analogue_channels;
        if (near_channel >= first_fxs) return near_channel + analogue_channels;
        return near_channel + e1_channels;
    }
    unsigned first_span_channel() const override { return 1; }

  private:
    static constexpr unsigned first_fxs = 63, first_fxo = 87, analogue_channels = 24;
    static constexpr unsigned first_t1_span = 5, first_t1 = 111;
    /// The first half of each span's channels belongs to telephones, the second to exchange lines.
    static constexpr unsigned most_lines = 12;
    std::unique_ptr<hardware::Board> board_;
};

}  // namespace

bool World::is_dahdi() {
    const char* kind = std::getenv("TIPRING_WORLD");
    return kind != nullptr && std::string(kind) == "dahdi";
}

std::unique_ptr<World> World::make(const TemporaryFolder& folder, unsigned fxs, unsigned fxo, unsigned t1) {
    if (is_dahdi()) return std::make_unique<DahdiWorld>();
    return std::make_unique<SimulatorWorld>(folder, fxs, fxo, t1);
}

std::string World::t1_channels(unsigned index) const {
    return range(t1_first_channel(index), t1_channels_each);
}

hardware::Channel World::open_far(unsigned near_channel, dsp::Law law) {
    return opened(far_board().open({far_channel(near_channel)}, {.law = law}));
}

hardware::Channel World::hold(unsigned near_channel) {
    return opened(near_board().open({near_channel}, {.law = dsp::Law::alaw}));
}

std::unique_ptr<farend::Telephone> World::telephone(unsigned fxs_index) {
    return farend::make_telephone(thread_, open_far(fxs(fxs_index)), country_);
}

std::unique_ptr<farend::CentralOffice> World::central_office(unsigned fxo_index) {
    return farend::make_central_office(thread_, open_far(fxo(fxo_index)), country_);
}

std::unique_ptr<farend::IsdnNetwork> World::isdn_network(const farend::IsdnNetwork::Options& options) {
    const unsigned first = first_span_channel();
    auto d_channel = opened(far_board().open_d_channel({far_channel(first + e1_d_position - 1)}));
    std::vector<hardware::Channel> bearers;
    for (unsigned position = 1; position <= e1_channels; ++position) {
        if (position != e1_d_position) bearers.push_back(open_far(first + position - 1));
    }
    return farend::make_isdn_network(thread_, std::move(d_channel), std::move(bearers), options);
}

std::unique_ptr<farend::IsdnNetwork> World::t1_network(unsigned index, farend::IsdnNetwork::Options options) {
    options.switch_type = farend::IsdnSwitch::national;
    options.t1 = true;
    const unsigned first = t1_first_channel(index);
    auto d_channel = opened(far_board().open_d_channel({far_channel(first + t1_d_position - 1)}));
    std::vector<hardware::Channel> bearers;
    for (unsigned position = 1; position < t1_d_position; ++position)
        bearers.push_back(open_far(first + position - 1, dsp::Law::mulaw));
    return farend::make_isdn_network(thread_, std::move(d_channel), std::move(bearers), options);
}

std::unique_ptr<farend::IsdnNetwork> World::t1_trunk(unsigned spans, farend::IsdnNetwork::Options options) {
    constexpr unsigned d_channels = 2;
    options.switch_type = farend::IsdnSwitch::national;
    options.t1 = true;
    farend::IsdnTrunk trunk;
    for (unsigned interface = 0; interface < spans; ++interface) {
        const unsigned first = t1_first_channel(interface + 1);
        const bool has_d_channel = interface < d_channels;
        if (has_d_channel)
            trunk.d_channels.push_back(
                opened(far_board().open_d_channel({far_channel(first + t1_d_position - 1)})));
        for (unsigned position = 1; position < t1_d_position; ++position)
            trunk.bearers.push_back({open_far(first + position - 1, dsp::Law::mulaw), interface});
    }
    return farend::make_isdn_network(thread_, std::move(trunk), options);
}

}  // namespace tipring::acceptance
