#include "pri_link.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "bearer_position.hpp"
#include "data_links.hpp"
#include "link_controller.hpp"
#include "pri_party.hpp"
#include "q931_message.hpp"
#include "q931_peek.hpp"
#include "tipring/base/libpri_words.hpp"

namespace tipring::isdn {

namespace {

using base::LibpriGuard;

/// The call reference value, 15 bits; 0: the call is gone.
std::uint16_t reference_of(pri* controller, q931_call* call) {
    int low_bits = 0;  // libpri tells them apart
    const int high_bits = pri_get_crv(controller, call, &low_bits);
    return high_bits < 0 ? 0 : static_cast<std::uint16_t>((high_bits << 3 | low_bits) & 0x7fff);
}

/// Causes that libpri turns into messages of the clearing protocol itself (RELEASE without DISCONNECT,
/// RELEASE COMPLETE at any time). They describe this call reference or channel, so one that comes from
/// another leg means nothing here.
std::uint8_t clearing_cause(std::uint8_t cause) {
    switch (cause) {
        case 0:
        case PRI_CAUSE_CHANNEL_UNACCEPTABLE:
        case PRI_CAUSE_CALL_AWARDED_DELIVERED:
        case PRI_CAUSE_NONSELECTED_USER_CLEARING:
        case PRI_CAUSE_INVALID_CALL_REFERENCE:
            return PRI_CAUSE_NORMAL_UNSPECIFIED;
        default:
            return cause;
    }
}

/// What libpri forgets of a number that is shown: with these types it sends every one as provided by the network. A real
/// exchange of these types wants that of its users, and screens the numbers itself; a PBX would believe it of us.
std::optional<std::uint8_t> lost_screening(const pri_party_id& id, const LinkOptions& options) {
    const auto type = options.switch_type;
    if (type != config::SwitchType::dms100 && type != config::SwitchType::lucent4e) return std::nullopt;
    if (!options.network_side) return std::nullopt;
    return static_cast<std::uint8_t>(id.number.presentation & PRI_PRES_NUMBER_TYPE);
}

}  // namespace

bool has_service_messages(config::SwitchType type) {
    using config::SwitchType;
    return type == SwitchType::national || type == SwitchType::dms100 || type == SwitchType::lucent4e ||
           type == SwitchType::lucent5e;
}

struct PriLink::Impl final : LinkController::Owner {
    Impl(base::Reactor& reactor_, hardware::DChannel& channel, const LinkOptions& options, Handler handler_)
        : reactor(reactor_),
          handler(std::move(handler_)),
          move_timer(reactor),
          primary(reactor, channel, options, *this, nullptr) {}

    base::Reactor& reactor;
    Handler handler;
    bool stopped = false;
    MessageEdits message_edits;
    std::vector<q931_call*> records;    // handed out; checked before use, because libpri may have freed them
    std::set<const q931_call*> placed;  // those of them that began with our SETUP

    DataLinks links;
    std::map<const q931_call*, LinkController*> carriers;  // where a call was seen last
    base::Timer move_timer;
    LinkController primary;
    std::unique_ptr<LinkController> backup;

    const LinkOptions& options() const { return primary.options(); }
    LinkController& link(std::size_t which) { return which == 0 ? primary : *backup; }
    std::size_t index_of(const LinkController& controller) const { return &controller == &primary ? 0 : 1; }
    LinkController& active() { return link(links.active().value_or(0)); }
    int wire(unsigned position) const { return libpri_channel(position, options()); }

    void on_event(LinkController& from, LinkEvent event) override;
    void on_data_link(LinkController& from, bool up) override;
    void on_peer_state(LinkController& from, const PeerState& told) override;
    void on_refusal(LinkController& from, const PeerCall& call) override;
    /// Null: none that was handed out.
    q931_call* record_of(LinkController& from, const PeerCall& named);
    void on_reset() override { handler({.kind = LinkEventKind::reset}); }
    void on_failure(LinkController& from, const std::string& reason) override;
    void rearm() override;
    MessageEdits& edits() override { return message_edits; }
    void follow(DataLinks::Change change, const std::string& reason = {});
    void move_calls();

    template <class Call>
    auto enter(Call&& call) {
        return primary.enter(std::forward<Call>(call));
    }
    /// With the controller that has the call, so that libpri's timers of a call are all of one.
    pri* carrier(const q931_call* call) {
        const auto found = carriers.find(call);
        return (found != carriers.end() ? *found->second : primary).libpri();
    }
    bool is_gone(q931_call* call) {
        int mode = 0;  // libpri compares the record with those that it has, so a freed one is not touched
        return pri_get_crv(primary.libpri(), call, &mode) < 0;
    }
};

void PriLink::Impl::on_event(LinkController& from, LinkEvent event) {
    if (event.kind == LinkEventKind::setup) {
        records.push_back(event.call);
        placed.erase(event.call);  // a freed record's memory
    }
    if (event.call != nullptr) carriers[event.call] = &from;
    handler(event);
}

q931_call* PriLink::Impl::record_of(LinkController& from, const PeerCall& named) {
    const auto is_meant = [&](q931_call* call) {
        const LibpriGuard guard(options().label);
        return reference_of(from.libpri(), call) == named.reference && placed.contains(call) != named.theirs;
    };
    const auto found = std::ranges::find_if(records, is_meant);
    return found != records.end() ? *found : nullptr;
}

void PriLink::Impl::on_peer_state(LinkController& from, const PeerState& told) {
    if (auto* const call = record_of(from, {told.reference, told.theirs}))
        handler({.kind = LinkEventKind::peer_state, .call = call, .peer_state = told.state});
}

void PriLink::Impl::on_refusal(LinkController& from, const PeerCall& named) {
    if (auto* const call = record_of(from, named)) handler({.kind = LinkEventKind::refused, .call = call});
}

void PriLink::Impl::on_data_link(LinkController& from, bool up) {
    follow(links.set_up(index_of(from), up));
}

void PriLink::Impl::on_failure(LinkController& from, const std::string& reason) {
    const auto change = links.fail(index_of(from));
    if (change == DataLinks::Change::failed) {
        stopped = true;
        primary.stop();
        if (backup) backup->stop();
    }
    follow(change, reason);
}

void PriLink::Impl::rearm() {
    primary.rearm();
    if (backup) backup->rearm();
}

void PriLink::Impl::follow(DataLinks::Change change, const std::string& reason) {
    using Change = DataLinks::Change;
    // libpri clears those that are not answered, by timers that are due now.
    if (backup && !stopped) move_timer.start(std::chrono::milliseconds(0), [this] { move_calls(); });
    switch (change) {
        case Change::none:
            if (backup && links.active()) handler({.kind = LinkEventKind::standby});
            return;
        case Change::up:
            return handler({.kind = LinkEventKind::up});
        case Change::down:
            return handler({.kind = LinkEventKind::down});
        case Change::switched:
            return handler({.kind = LinkEventKind::switched});
        case Change::failed:
            return handler({.kind = LinkEventKind::failed, .reason = reason});
    }
}

/// libpri sends the messages of a call on the D-channel that had its last one, and has no function to change that: only
/// a message from the other end does. So libpri is handed a STATUS ENQUIRY as if it had come on the D-channel that is in
/// use now. Its answer, STATUS, is what Q.931 5.8.8 wants to be said of a call after its data link was lost, and shows
/// the other end where the call is.
void PriLink::Impl::move_calls() {
    if (stopped) return;
    primary.run_timers();
    backup->run_timers();
    const auto in_use = links.active();
    if (stopped || !in_use) return;
    auto& target = link(*in_use);
    for (auto* const call : std::vector(records)) {
        const auto carried = carriers.find(call);
        if (carried == carriers.end() || links.up(index_of(*carried->second))) continue;
        std::uint16_t reference = 0;
        {
            const LibpriGuard guard(options().label);
            reference = reference_of(primary.libpri(), call);
        }
        if (reference == 0) continue;
        target.inject(q931::received_status_enquiry(reference, placed.contains(call)));
        carried->second = &target;
    }
    if (target.has_injected()) target.pump();
}

PriLink::PriLink(base::Reactor& reactor, hardware::DChannel& d_channel, const LinkOptions& options,
                 Handler handler)
    : impl_(std::make_unique<Impl>(reactor, d_channel, options, std::move(handler))) {}

PriLink::~PriLink() {
    stop();
}

void PriLink::add_backup(hardware::DChannel& d_channel, unsigned interface) {
    auto options = impl_->options();
    options.interface = interface;
    options.label += " backup";
    impl_->links.add();
    impl_->backup = std::make_unique<LinkController>(impl_->reactor, d_channel, std::move(options), *impl_,
                                                     &impl_->primary);
}

std::vector<DataLinkView> PriLink::data_links() const {
    std::vector<DataLinkView> views;
    const auto& links = impl_->links;
    for (std::size_t i = 0; i < links.count(); ++i) {
        views.push_back({.interface = impl_->link(i).options().interface,
                         .up = links.up(i),
                         .active = links.active() == i});
    }
    return views;
}

void PriLink::set_numbers(const config::NumberPlan& numbers) {
    impl_->primary.set_numbers(numbers);
    if (impl_->backup) impl_->backup->set_numbers(numbers);
}

q931_call* PriLink::setup(const OutgoingSetup& request) {
    const auto& numbers = impl_->options().numbers;
    const auto called = routing::sent_number(numbers, routing::NumberRole::called, request.called);
    auto digits = number_digits(called.digits);
    if (digits.empty() || impl_->stopped) return nullptr;
    const auto caller = party_to_libpri(request.caller, numbers, impl_->options().network_side);
    const auto redirecting = diversions_to_libpri(request.diversions, numbers, impl_->options().network_side);
    auto& carrier = impl_->active();
    auto* const controller = carrier.libpri();
    return impl_->enter([&]() -> q931_call* {
        q931_call* call = pri_new_call(controller);
        pri_sr* record = call != nullptr ? pri_sr_new() : nullptr;
        if (record == nullptr) return nullptr;
        pri_sr_set_channel(record, impl_->wire(request.channel), request.exclusive ? 1 : 0, 0);
        pri_sr_set_bearer(record, PRI_TRANS_CAP_3_1K_AUDIO,
                          impl_->options().t1 ? PRI_LAYER_1_ULAW : PRI_LAYER_1_ALAW);
        pri_sr_set_called(record, digits.data(), plan_octet(called), request.complete ? 1 : 0);
        pri_sr_set_caller_party(record, &caller);
        if (!request.diversions.empty()) pri_sr_set_redirecting_parties(record, &redirecting);
        impl_->message_edits.add_setup(reference_of(controller, call), request.user_to_user,
                                       lost_screening(caller, impl_->options()));
        const int failed = pri_setup(controller, call, record);
        pri_sr_free(record);
        if (failed == 0) {
            impl_->records.push_back(call);
            impl_->placed.insert(call);
            impl_->carriers[call] = &carrier;
            return call;
        }
        pri_destroycall(controller, call);
        return nullptr;
    });
}

void PriLink::proceeding(q931_call* call, unsigned channel) {
    impl_->enter([&] { pri_proceeding(impl_->carrier(call), call, impl_->wire(channel), 0); });
}

void PriLink::setup_ack(q931_call* call, unsigned channel, bool inband) {
    impl_->enter([&] { pri_setup_ack(impl_->carrier(call), call, impl_->wire(channel), 0, inband ? 1 : 0); });
}

void PriLink::information(q931_call* call, char digit) {
    impl_->enter([&] { pri_information(impl_->carrier(call), call, digit); });
}

void PriLink::connected(q931_call* call, const call::Party& party) {
    const pri_party_connected_line connected{
        .id = party_to_libpri(party, impl_->options().numbers, impl_->options().network_side)};
    impl_->enter([&] {
        const auto screening = lost_screening(connected.id, impl_->options());
        if (screening && !impl_->placed.contains(call))
            impl_->message_edits.add_answer(reference_of(impl_->primary.libpri(), call), *screening);
        pri_connected_line_update(impl_->carrier(call), call, &connected);
    });
}

void PriLink::alerting(q931_call* call, unsigned channel, bool inband) {
    impl_->enter([&] { pri_acknowledge(impl_->carrier(call), call, impl_->wire(channel), inband ? 1 : 0); });
}

void PriLink::progress_indicators(q931_call* call, const std::vector<call::ProgressIndicator>& indicators,
                                  bool of_answer) {
    impl_->enter([&] {
        if (!impl_->placed.contains(call))
            impl_->message_edits.add_progress(reference_of(impl_->primary.libpri(), call), indicators,
                                              of_answer);
    });
}

void PriLink::progress(q931_call* call, unsigned channel) {
    impl_->enter([&] { pri_progress(impl_->carrier(call), call, impl_->wire(channel), 1); });
}

void PriLink::answer(q931_call* call, unsigned channel) {
    impl_->enter([&] { pri_answer(impl_->carrier(call), call, impl_->wire(channel), 0); });
}

bool PriLink::hangup(q931_call* call, std::uint8_t cause, std::optional<call::Location> location) {
    return impl_->enter([&] {
        if (location)
            impl_->message_edits.add_clearing(reference_of(impl_->primary.libpri(), call),
                                              impl_->placed.contains(call), clearing_cause(cause), *location);
        pri_hangup(impl_->carrier(call), call, clearing_cause(cause));
        return impl_->is_gone(call);
    });
}

void PriLink::destroy(q931_call* call) {
    impl_->enter([&] { pri_destroycall(impl_->carrier(call), call); });
}

void PriLink::restart(unsigned channel) {
    impl_->enter([&] { pri_reset(impl_->active().libpri(), impl_->wire(channel)); });
}

void PriLink::service(unsigned channel, bool in_service) {
    if (!has_service_messages(impl_->options().switch_type)) return;
    impl_->enter([&] {
        pri_maintenance_service(impl_->active().libpri(), static_cast<int>(interface_of(channel)),
                                static_cast<int>(timeslot_of(channel)),
                                in_service ? service_in : service_out);
    });
}

std::vector<const q931_call*> PriLink::records() {
    const LibpriGuard guard(impl_->options().label);
    std::erase_if(impl_->records, [this](q931_call* call) { return impl_->is_gone(call); });
    // A freed record's memory may have become the next call's.
    std::ranges::sort(impl_->records);
    impl_->records.erase(std::unique(impl_->records.begin(), impl_->records.end()), impl_->records.end());
    std::erase_if(impl_->placed, [this](const q931_call* call) {
        return !std::ranges::binary_search(impl_->records, call, std::less<const q931_call*>());
    });
    std::erase_if(impl_->carriers, [this](const auto& carried) {
        return !std::ranges::binary_search(impl_->records, carried.first, std::less<const q931_call*>());
    });
    return {impl_->records.begin(), impl_->records.end()};
}

void PriLink::drop_record(const q931_call* record, std::uint8_t cause) {
    const auto known = std::ranges::find(impl_->records, record);
    if (known == impl_->records.end()) return;
    auto* const call = *known;
    if (!hangup(call, cause)) destroy(call);
}

bool PriLink::run(q931_call* call, const std::function<void(pri*)>& work) {
    return impl_->enter([&] {
        if (impl_->is_gone(call)) return false;
        work(impl_->carrier(call));
        return true;
    });
}

int PriLink::wire(unsigned channel) const {
    return impl_->wire(channel);
}

void PriLink::poll() {
    impl_->primary.pump();
    if (impl_->backup) impl_->backup->pump();
}

void PriLink::stop() {
    impl_->stopped = true;
    impl_->move_timer.stop();
    impl_->primary.stop();
    if (impl_->backup) impl_->backup->stop();
}

}  // namespace tipring::isdn
