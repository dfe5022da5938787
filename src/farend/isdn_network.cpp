// SimulatedNetwork. Threads: see the header.
#include "isdn_network.hpp"

#include <algorithm>
#include <initializer_list>

#include "tipring/base/log.hpp"

namespace tipring::farend {
namespace {

using std::chrono::milliseconds;

constexpr int cause_no_circuit = 34, cause_out_of_order = 38, cause_temporary_failure = 41,
              cause_channel_busy = 44;
constexpr int cause_normal = 16, cause_invalid_number = 28;
/// How long a call waits for the D-channel.
constexpr milliseconds d_channel_patience{5000};

bool is_nfas(const IsdnTrunk& trunk) {
    return std::any_of(trunk.bearers.begin(), trunk.bearers.end(),
                       [](const IsdnTrunk::BearerWire& wire) { return wire.interface != 0; });
}

std::vector<std::unique_ptr<ImpairedDChannel>> impaired(
    std::vector<std::unique_ptr<hardware::DChannel>> d_channels) {
    std::vector<std::unique_ptr<ImpairedDChannel>> lines;
    for (auto& d_channel : d_channels)
        lines.push_back(std::make_unique<ImpairedDChannel>(std::move(d_channel)));
    return lines;
}

}  // namespace

// --- the network, any thread ---

SimulatedNetwork::SimulatedNetwork(FarEndThread& thread, IsdnTrunk trunk, const Options& options)
    : thread_(thread.impl()),
      d_channels_(impaired(std::move(trunk.d_channels))),
      network_side_(options.network_side),
      overlap_(options.overlap),
      number_length_(options.number_length),
      law_(trunk.bearers.empty() ? dsp::Law::alaw : trunk.bearers.front().channel.info.law),
      link_(
          *d_channels_.at(0), options, [this](const IsdnEvent& event) { on_event(event); }, is_nfas(trunk)),
      options_(options) {
    if (d_channels_.size() > 1) {
        backup_link_ = std::make_unique<IsdnLink>(
            *d_channels_[1], options,
            [this](const IsdnEvent& event) {
                using Kind = IsdnEvent::Kind;
                if (event.kind == Kind::up || event.kind == Kind::down)
                    return on_data_link(1, event.kind == Kind::up);
                on_event(event);
            },
            true, &link_);
    }
    for (auto& [channel, interface] : trunk.bearers) {
        const unsigned position = channel.info.position | interface << 8U;
        bearers_.emplace(position, std::move(channel));
    }
    thread_.add(*this);
}

SimulatedNetwork::~SimulatedNetwork() {
    // First no order may come any more, then the thread lets go, then what is left is this thread's alone.
    std::vector<CallPointer> calls;
    {
        const std::lock_guard lock(mutex_);
        calls = calls_;
        calls.insert(calls.end(), arrived_.begin(), arrived_.end());
    }
    for (const auto& call : calls) {
        const std::lock_guard lock(call->mutex_);
        call->network_ = nullptr;
    }
    thread_.remove(*this);
    for (const auto& call : std::vector(calls_)) {
        {
            const std::lock_guard lock(call->mutex_);
            call->network_ = nullptr;
        }
        if (call->record_ != nullptr && !call->released_) link_.hang_up(call->record_, cause_normal);
        end(call, cause_normal);
    }
}

bool SimulatedNetwork::wait_up(milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return up_; });
}

bool SimulatedNetwork::wait_data_link(std::size_t d_channel, bool up, milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return links_up_.at(d_channel) == up; });
}

std::shared_ptr<IsdnCall> SimulatedNetwork::place_call(const std::string& calling, const std::string& name,
                                                       const std::string& called) {
    IsdnCallInfo info;
    info.calling = calling;
    info.calling_name = name;
    info.called = called;
    return place_call(info);
}

std::shared_ptr<IsdnCall> SimulatedNetwork::place_call(const IsdnCallInfo& info) {
    auto call = std::make_shared<NetworkCall>(*this, info, law_);
    remember(call);
    thread_.post(*this, [this, call] {
        call->give_up_at_ = base::SteadyClock::now() + d_channel_patience;
        bool up = false;
        {
            const std::lock_guard lock(mutex_);
            up = up_;
        }
        if (up) send_setup(call);
    });
    return call;
}

std::shared_ptr<IsdnCall> SimulatedNetwork::wait_call(milliseconds limit) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, limit, [&] { return !arrived_.empty(); })) return nullptr;
    auto call = arrived_.front();
    arrived_.pop_front();
    return call;
}

void SimulatedNetwork::set_options(const Options& options) {
    const std::lock_guard lock(mutex_);
    options_.answer_after = options.answer_after;
    options_.reject_with = options.reject_with;
    options_.answer_as = options.answer_as;
    options_.hang_up_after = options.hang_up_after;
    options_.collide_with = options.collide_with;
    options_.transfers = options.transfers;
    for (IsdnLink* link : {&link_, backup_link_.get()}) {
        if (link == nullptr) continue;
        link->ignore_restarts(options.ignore_restarts);
        link->ignore_restart_answers(options.ignore_restart_answers);
        link->take_transfers(options.transfers);
    }
}

void SimulatedNetwork::restart(unsigned channel) {
    thread_.post(*this, [this, channel] {
        on_restart(channel);
        link_in_use().restart(channel);
    });
}

std::size_t SimulatedNetwork::active_calls() const {
    const std::lock_guard lock(mutex_);
    return calls_.size();
}

void SimulatedNetwork::loop(unsigned timeslot, const LoopFaults& faults) {
    thread_.post(*this, [this, timeslot, faults] {
        const auto bearer = bearers_.find(timeslot);
        if (bearer == bearers_.end()) return;
        if (!loops_.contains(timeslot) && !is_free(timeslot)) return;
        loops_.try_emplace(timeslot, bearer->second).first->second.set_faults(faults);
    });
}

void SimulatedNetwork::end_loop(unsigned timeslot) {
    thread_.post(*this, [this, timeslot] { loops_.erase(timeslot); });
}

IsdnNetwork::Totals SimulatedNetwork::totals() const {
    const std::lock_guard lock(mutex_);
    return totals_;
}

void SimulatedNetwork::remember(const CallPointer& call) {
    const std::lock_guard lock(mutex_);
    calls_.push_back(call);
}

// --- the far-end thread ---

void SimulatedNetwork::tick(base::TimePoint now) {
    run_links();
    std::vector<CallPointer> calls;
    {
        const std::lock_guard lock(mutex_);
        calls = calls_;
    }
    for (const auto& call : calls) {
        if (call->answer_at_ && *call->answer_at_ <= now) answer_now(call, 0);
        if (call->hang_up_at_ && *call->hang_up_at_ <= now) hang_up_now(call, cause_normal);
        if (call->give_up_at_ && *call->give_up_at_ <= now) {
            base::log::warning("farend", "isdn network: no call to {}: the D-channel is down",
                               call->info().called);
            finish(call, cause_out_of_order);
        }
        if (call->stream_ && !call->stream_->pump([](const hardware::LineEvent&) {})) {
            hang_up_now(call, cause_temporary_failure);
        }
    }
    for (auto looped = loops_.begin(); looped != loops_.end();)
        looped = looped->second.pump() ? std::next(looped) : loops_.erase(looped);
    std::erase_if(joined_, [now](JoinedParties& parties) { return !parties.pump(now); });
}

bool SimulatedNetwork::wants_ticks() const {
    if (!loops_.empty() || !joined_.empty()) return true;
    const std::lock_guard lock(mutex_);
    return std::any_of(calls_.begin(), calls_.end(), [](const CallPointer& call) {
        return call->stream_ || call->answer_at_ || call->hang_up_at_ || call->give_up_at_;
    });
}

void SimulatedNetwork::run_links() {
    link_.run();
    if (backup_link_) backup_link_->run();
}

void SimulatedNetwork::add_prompts(std::vector<pollfd>& prompts) const {
    for (const IsdnLink* link : std::initializer_list<const IsdnLink*>{&link_, backup_link_.get()}) {
        if (link != nullptr && !link->failed()) prompts.push_back({link->descriptor(), POLLIN | POLLPRI, 0});
    }
}

void SimulatedNetwork::add_wakeups(std::vector<pollfd>& wakeups) const {
    add_prompts(wakeups);
    wakeups.push_back({link_.timer_descriptor(), POLLIN, 0});
    if (backup_link_) wakeups.push_back({backup_link_->timer_descriptor(), POLLIN, 0});
}

SimulatedNetwork::CallPointer SimulatedNetwork::find(const q931_call* record) const {
    const std::lock_guard lock(mutex_);
    for (const auto& call : calls_) {
        if (record != nullptr && call->record_ == record) return call;
    }
    return nullptr;
}

SimulatedNetwork::CallPointer SimulatedNetwork::find(std::uint16_t reference) const {
    std::vector<CallPointer> calls;
    {
        const std::lock_guard lock(mutex_);
        calls = calls_;
    }
    const auto found = std::ranges::find_if(calls, [&](const CallPointer& call) {
        return call->record_ != nullptr &&
               link_.reference_of(call->record_, call->arrived_here_) == reference;
    });
    return found != calls.end() ? *found : nullptr;
}

bool SimulatedNetwork::is_free(unsigned position) const {
    if (!bearers_.contains(position) || loops_.contains(position)) return false;
    const std::lock_guard lock(mutex_);
    return std::none_of(calls_.begin(), calls_.end(),
                        [position](const CallPointer& call) { return call->position_ == position; });
}

unsigned SimulatedNetwork::free_channel() const {
    for (auto bearer = bearers_.rbegin(); bearer != bearers_.rend(); ++bearer) {
        if (is_free(bearer->first)) return bearer->first;
    }
    return 0;
}

void SimulatedNetwork::send_setup(const CallPointer& call) {
    call->give_up_at_.reset();
    if (call->released_) return;
    const bool waits = call->info().waits;
    const unsigned position = waits ? 0 : free_channel();
    if (position == 0 && !waits) return finish(call, cause_no_circuit);
    call->set_channel(position);
    call->record_ = link_in_use().setup(call->info(), network_side_ && !waits);
    if (call->record_ == nullptr) finish(call, cause_invalid_number);
}

void SimulatedNetwork::on_event(const IsdnEvent& event) {
    using Kind = IsdnEvent::Kind;
    if (event.kind == Kind::setup) return on_setup(event);
    if (event.kind == Kind::restart) return on_restart(event.channel);
    if (event.request) return on_request(*event.request);
    if (event.kind == Kind::up || event.kind == Kind::down) return on_data_link(0, event.kind == Kind::up);
    const auto call = find(event.record);
    if (!call) {
        if (event.kind == Kind::disconnect || event.kind == Kind::released)
            link_.hang_up(event.record, event.cause);
        return;
    }
    switch (event.kind) {
        case Kind::setup_ack:
        case Kind::proceeding:
        case Kind::alerting:
        case Kind::answer:
            if (call->released_) break;
            follow_channel(call, event.channel);
            if (event.inband || event.kind == Kind::answer) start_audio(call);
            if (event.kind == Kind::answer) call->set_connected(event.info.connected);
            if (event.kind == Kind::answer) {
                connect(call);
            } else {
                call->enter(event.kind == Kind::setup_ack    ? "overlap"
                            : event.kind == Kind::proceeding ? "proceeding"
                                                             : "alerting");
            }
            break;
        case Kind::more_called:
            on_more_called(call, event.info);
            break;
        case Kind::disconnect:
            if (link_.hang_up(call->record_, event.cause)) forget(call);
            end(call, event.cause);
            break;
        case Kind::released:
            if (!link_.hang_up(call->record_, event.cause)) link_.destroy(call->record_);
            finish(call, event.cause);
            break;
        case Kind::cleared:
            finish(call, event.cause);
            break;
        case Kind::news:
            on_news(call, event);
            break;
        default:
            break;
    }
}

void SimulatedNetwork::on_data_link(std::size_t link, bool up) {
    bool any = false;
    std::vector<CallPointer> calls;
    {
        const std::lock_guard lock(mutex_);
        links_up_.at(link) = up;
        any = up_ = links_up_[0] || links_up_[1];
        calls = calls_;
    }
    changed_.notify_all();
    for (const auto& call : calls) {
        if (any && call->give_up_at_) send_setup(call);
    }
}

IsdnLink& SimulatedNetwork::link_in_use() {
    return backup_link_ && !links_up_[0] ? *backup_link_ : link_;
}

void SimulatedNetwork::on_setup(const IsdnEvent& event) {
    cross(event);
    give_way(event);
    unsigned position = event.channel && is_free(*event.channel) ? *event.channel : 0;
    if (position == 0 && !event.exclusive) position = free_channel();
    if (position == 0) {
        link_.hang_up(event.record, event.exclusive ? cause_channel_busy : cause_no_circuit);
        return;
    }
    auto info = event.info;
    info.channel = position;
    auto call = std::make_shared<NetworkCall>(*this, std::move(info), law_);
    call->record_ = event.record;
    call->arrived_here_ = true;
    remember(call);
    if (is_complete(event.info)) {
        go_on(call);
    } else if (!overlap_) {
        link_.proceeding(event.record, position);
        hang_up_now(call, cause_invalid_number);
    } else {
        link_.setup_ack(event.record, position);
        start_audio(call);
        call->enter("overlap");
    }
    {
        const std::lock_guard lock(mutex_);
        arrived_.push_back(call);
    }
    changed_.notify_all();
}

void SimulatedNetwork::go_on(const CallPointer& call) {
    Options options;
    {
        const std::lock_guard lock(mutex_);
        options = options_;
    }
    link_.proceeding(call->record_, call->position_);
    if (call->state() == "overlap") call->enter("proceeding");
    if (options.reject_with != 0) {
        hang_up_now(call, options.reject_with);
    } else if (options.answer_after) {
        alert_now(call, 0);
        call->answer_at_ = base::SteadyClock::now() + *options.answer_after;
    }
}

void SimulatedNetwork::on_restart(std::optional<unsigned> channel) {
    std::vector<CallPointer> calls;
    {
        const std::lock_guard lock(mutex_);
        calls = calls_;
    }
    for (const auto& call : calls) {
        if (call->record_ == nullptr || (channel && call->position_ != *channel)) continue;
        link_.destroy(call->record_);
        finish(call, cause_temporary_failure);
    }
}

void SimulatedNetwork::follow_channel(const CallPointer& call, std::optional<unsigned> channel) {
    if (!channel || *channel == call->position_ || !is_free(*channel)) return;
    if (call->stream_) {
        call->stream_->stop();
        call->stream_.reset();
    }
    call->set_channel(*channel);
}

void SimulatedNetwork::start_audio(const CallPointer& call) {
    const auto bearer = bearers_.find(call->position_);
    if (call->stream_ || bearer == bearers_.end()) return;
    call->stream_ = std::make_unique<BearerStream>(bearer->second, call->audio_);
    call->stream_->start();
}

void SimulatedNetwork::alert_now(const CallPointer& call, int) {
    if (call->released_ || call->record_ == nullptr) return;
    link_.alert(call->record_);
    call->enter("alerting");
}

void SimulatedNetwork::answer_now(const CallPointer& call, int) {
    call->answer_at_.reset();
    if (call->released_ || call->record_ == nullptr || call->state() == "connected") return;
    start_audio(call);
    std::string number;
    {
        const std::lock_guard lock(mutex_);
        number = options_.answer_as;
    }
    if (!number.empty()) link_.connect_as(call->record_, number);
    link_.answer(call->record_);
    connect(call);
}

void SimulatedNetwork::connect(const CallPointer& call) {
    {
        const std::lock_guard lock(mutex_);
        ++totals_.connected;
        if (options_.hang_up_after) call->hang_up_at_ = base::SteadyClock::now() + *options_.hang_up_after;
    }
    call->enter("connected");
}

void SimulatedNetwork::hang_up_now(const CallPointer& call, int cause) {
    if (call->released_) return;
    if (call->record_ == nullptr || link_.hang_up(call->record_, cause)) forget(call);
    end(call, cause);
}

void SimulatedNetwork::end(const CallPointer& call, int cause) {
    if (std::exchange(call->released_, true)) return;
    call->answer_at_.reset();
    call->hang_up_at_.reset();
    call->give_up_at_.reset();
    if (call->stream_) {
        call->stream_->stop();
        call->stream_.reset();
    }
    if (call->state() != "connected") {
        const std::lock_guard lock(mutex_);
        ++totals_.unanswered[cause];
    }
    {
        const std::lock_guard lock(call->mutex_);
        call->cause_ = cause;
    }
    call->enter("released");
}

void SimulatedNetwork::forget(const CallPointer& call) {
    call->record_ = nullptr;
    {
        const std::lock_guard lock(call->mutex_);
        call->network_ = nullptr;
    }
    const std::lock_guard lock(mutex_);
    std::erase(calls_, call);
}

// In this order: who waits for the call's end counts the calls next.
void SimulatedNetwork::finish(const CallPointer& call, int cause) {
    forget(call);
    end(call, cause);
}

std::unique_ptr<IsdnNetwork> make_isdn_network(FarEndThread& thread,
                                               std::unique_ptr<hardware::DChannel> d_channel,
                                               std::vector<hardware::Channel> bearers,
                                               const IsdnNetwork::Options& options) {
    IsdnTrunk trunk;
    trunk.d_channels.push_back(std::move(d_channel));
    for (auto& bearer : bearers)
        trunk.bearers.push_back({std::move(bearer), 0});
    return make_isdn_network(thread, std::move(trunk), options);
}

std::unique_ptr<IsdnNetwork> make_isdn_network(FarEndThread& thread, IsdnTrunk trunk,
                                               const IsdnNetwork::Options& options) {
    return std::make_unique<SimulatedNetwork>(thread, std::move(trunk), options);
}

}  // namespace tipring::farend
