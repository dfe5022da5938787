// SimulatedNetwork: the far side of a primary-rate span, and NetworkCall, one call on it. Private to farend.
// Thread: the far-end thread does all work; public members are called from any thread and only leave orders
// or read what is guarded by a mutex.
#pragma once

#include <array>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "audio_port.hpp"
#include "bearer_stream.hpp"
#include "far_end_thread.hpp"
#include "impaired_d_channel.hpp"
#include "isdn_link.hpp"
#include "joined_parties.hpp"
#include "looped_bearer.hpp"

namespace tipring::farend {

class SimulatedNetwork;

class NetworkCall final : public AudioPortOf<IsdnCall>, public std::enable_shared_from_this<NetworkCall> {
  public:
    NetworkCall(SimulatedNetwork& network, IsdnCallInfo info, dsp::Law law);

    IsdnCallInfo info() const override;
    std::string state() const override;
    /// True as soon as the state was reached, even when the call has gone on since; false early when it never
    /// will be.
    bool wait_state(std::string_view state, std::chrono::milliseconds limit) override;
    int cause() const override;
    void alert() override;
    void answer() override;
    void hang_up(int q850_cause) override;
    void dial(const std::string& digits) override;
    void request(IsdnRequest what) override;
    void advise(const IsdnCharge& charge) override;
    void transfer_to(const std::shared_ptr<IsdnCall>& other) override;
    bool wait_news(std::string_view word, std::chrono::milliseconds limit, unsigned count) override;

  private:
    friend class SimulatedNetwork;
    void enter(const std::string& state);
    void set_channel(unsigned channel);
    void set_connected(const std::string& number);
    /// More of the called number has come; all of it.
    std::string add_digits(const std::string& digits);
    void tell(const std::string& news);
    void later(std::function<void(SimulatedNetwork&)> task);
    void order(void (SimulatedNetwork::*what)(const std::shared_ptr<NetworkCall>&, int), int value);

    mutable std::mutex mutex_;  ///< guards the next six
    std::condition_variable changed_;
    std::vector<std::string> news_;
    SimulatedNetwork* network_;  ///< null when the network is gone
    IsdnCallInfo info_;
    std::string state_ = "setup";
    std::set<std::string, std::less<>> reached_{"setup"};
    int cause_ = 0;
    // far-end thread only
    q931_call* record_ = nullptr;
    unsigned position_ = 0;
    bool arrived_here_ = false;  ///< the gateway has placed it
    bool released_ = false;
    std::unique_ptr<BearerStream> stream_;
    std::optional<base::TimePoint> answer_at_;
    std::optional<base::TimePoint> hang_up_at_;
    std::optional<base::TimePoint> give_up_at_;  ///< waits for the D-channel
};

class SimulatedNetwork final : public IsdnNetwork, private FarEndModel {
  public:
    SimulatedNetwork(FarEndThread& thread, IsdnTrunk trunk, const Options& options);
    ~SimulatedNetwork() override;

    bool wait_up(std::chrono::milliseconds limit) override;
    std::shared_ptr<IsdnCall> place_call(const std::string& calling, const std::string& name,
                                         const std::string& called) override;
    std::shared_ptr<IsdnCall> place_call(const IsdnCallInfo& info) override;
    std::shared_ptr<IsdnCall> wait_call(std::chrono::milliseconds limit) override;
    void set_options(const Options& options) override;
    std::size_t active_calls() const override;
    void loop(unsigned timeslot, const LoopFaults& faults) override;
    void end_loop(unsigned timeslot) override;
    void restart(unsigned channel) override;
    void impair(const FrameFaults& faults) override {
        for (auto& line : d_channels_)
            line->impair(faults);
    }
    void impair(const FrameFaults& faults, std::size_t d_channel) override {
        d_channels_.at(d_channel)->impair(faults);
    }
    FrameFaults::Counts frame_counts() const override { return d_channels_.front()->counts(); }
    bool wait_data_link(std::size_t d_channel, bool up, std::chrono::milliseconds limit) override;
    Totals totals() const override;

  private:
    friend class NetworkCall;
    using CallPointer = std::shared_ptr<NetworkCall>;

    void tick(base::TimePoint now) override;
    bool wants_ticks() const override;
    void add_wakeups(std::vector<pollfd>& wakeups) const override;
    /// The D-channels that live: an exchange does not keep a message waiting for its audio.
    void add_prompts(std::vector<pollfd>& prompts) const override;
    void take_prompt() override { run_links(); }
    void run_links();

    void on_event(const IsdnEvent& event);
    void on_data_link(std::size_t link, bool up);
    IsdnLink& link_in_use();
    void on_setup(const IsdnEvent& event);
    void cross(const IsdnEvent& setup);
    void give_way(const IsdnEvent& setup);
    void connect(const CallPointer& call);
    /// The number is as long as it has to be, or said to be complete.
    bool is_complete(const IsdnCallInfo& info) const;
    /// Rejects, rings and answers, or waits for the test, as the options say.
    void go_on(const CallPointer& call);
    void on_more_called(const CallPointer& call, const IsdnCallInfo& more);
    void dial_now(const CallPointer& call, int digit);
    void on_restart(std::optional<unsigned> channel);
    void send_setup(const CallPointer& call);
    void alert_now(const CallPointer& call, int);
    void answer_now(const CallPointer& call, int);
    void hang_up_now(const CallPointer& call, int cause);
    // isdn_services.cpp
    void request_now(const CallPointer& call, int what);
    void on_news(const CallPointer& call, const IsdnEvent& event);
    void on_transfer(const CallPointer& call, const IsdnEvent& event);
    void on_request(const facility::Request& request);
    bool may_join(const CallPointer& call, const CallPointer& other) const;
    void join(const CallPointer& call, const CallPointer& other);
    void advise_now(const CallPointer& call, const IsdnCharge& charge);
    void transfer_now(const CallPointer& call, const CallPointer& other);
    /// The call is over for whoever holds it; its record may still be clearing.
    void end(const CallPointer& call, int cause);
    void forget(const CallPointer& call);
    void finish(const CallPointer& call, int cause);
    void remember(const CallPointer& call);
    void start_audio(const CallPointer& call);
    void follow_channel(const CallPointer& call, std::optional<unsigned> channel);
    /// The highest free channel: the gateway begins at the other end by default.
    unsigned free_channel() const;
    bool is_free(unsigned position) const;
    CallPointer find(const q931_call* record) const;
    /// By the reference as the other end writes it.
    CallPointer find(std::uint16_t reference) const;

    FarEndThread::Impl& thread_;
    std::vector<std::unique_ptr<ImpairedDChannel>> d_channels_;
    std::map<unsigned, hardware::Channel> bearers_;
    const bool network_side_, overlap_;
    const std::size_t number_length_;
    const dsp::Law law_;
    std::map<unsigned, LoopedBearer> loops_;  ///< far-end thread only
    std::vector<JoinedParties> joined_;       ///< far-end thread only
    IsdnLink link_;
    std::unique_ptr<IsdnLink> backup_link_;

    mutable std::mutex mutex_;  ///< guards the next seven
    std::condition_variable changed_;
    bool up_ = false;
    std::array<bool, 2> links_up_{};  ///< changed by the far-end thread only
    Options options_;
    std::deque<CallPointer> arrived_;
    std::vector<CallPointer> calls_;
    Totals totals_;
};

}  // namespace tipring::farend
