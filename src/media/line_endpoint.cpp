// LineEndpoint: see the header.
#include "line_endpoint.hpp"

#include <span>

namespace tipring::media {

using ReadStatus = hardware::Bearer::ReadStatus;

LineEndpoint::LineEndpoint(EndpointId id, hardware::Bearer& bearer, const LineOptions& options,
                           unsigned lead_blocks, Notifier& notifier)
    : Endpoint(id, Type::line, notifier), bearer_(bearer), options_(options), lead_blocks_(lead_blocks) {}

void LineEndpoint::start() noexcept {
    if (started_ || failed_) return;
    started_ = true;
    empty_ticks_ = 0;
    more_waits_ = false;
    monitor_.reset();
    peers_changed();
    // Pressed by the peer while there was no line to press it on. Strings stay: the core gave them for now.
    digits_.clear_relayed();
    Octets silence;
    silence.fill(dsp::silence(options_.law));
    for (unsigned i = 0; i < lead_blocks_; ++i)
        put(silence);
}

void LineEndpoint::stop() noexcept {
    started_ = false;
    count_ = 0;
    end_relay();
    // The endpoint outlives the call: what is left over would sound, be dialled or be missing in the next
    // one.
    digits_.clear(notifier_);
    set_tone(nullptr);
    set_clip(nullptr);
    set_muted(false);
    monitor_.stop_capture();
    set_bit_test(nullptr);
}

void LineEndpoint::set_bit_test(BitTestBox* test) noexcept {
    notifier_.give_back(bit_test_);
    bit_test_ = test;
}

void LineEndpoint::fail() noexcept {
    if (failed_) return;
    stop();
    failed_ = true;
    emit(EventKind::bearer_failed);
}

void LineEndpoint::report(const hardware::LineEvent& line) noexcept {
    events_.add(1);
    Event event;
    event.endpoint = id_;
    event.kind = EventKind::line;
    event.line = line;
    notifier_.emit(event);
}

void LineEndpoint::collect_events() noexcept {
    // Bounded, so that a babbling channel cannot hold the thread; what is left wakes it again.
    constexpr int most_reads = 32;
    Octets thrown_away;
    for (int i = 0; i < most_reads && !failed_; ++i) {
        const auto result = bearer_.read(thrown_away);
        if (result.status == ReadStatus::event) report(result.event);
        if (result.status == ReadStatus::failed) fail();
        if (result.status == ReadStatus::empty) return;
    }
}

void LineEndpoint::read(bool stalled) noexcept {
    const bool continued = more_waits_;
    count_ = 0;
    more_waits_ = true;
    constexpr int most_events = 16;
    for (int events = 0; count_ < most_blocks && events < most_events;) {
        const auto result = bearer_.read(read_[count_].octets);
        if (result.status == ReadStatus::block) {
            read_[count_++].law = options_.law;
        } else if (result.status == ReadStatus::event) {
            ++events;
            report(result.event);
        } else {
            more_waits_ = false;
            if (result.status == ReadStatus::failed) fail();
            break;
        }
    }
    if (failed_) return;
    blocks_read_.add(count_);
    empty_ticks_ = count_ > 0 ? 0 : empty_ticks_ + 1;
    // A batch that goes on over several ticks shares one budget; each tick that passes has used up one block.
    write_budget_ = continued ? write_budget_ + 1 : lead_blocks_;
    refill_ = refill_ || stalled;
}

Block& LineEndpoint::capture(std::size_t index) noexcept {
    Block& block = read_[index];
    if (bit_test_ != nullptr) {
        bit_test_->receive(block.octets);
        block.silence(options_.law);
        return block;
    }
    const bool relay = options_.relay_dtmf && !muted() && peer_carries_events();
    const auto digit =
        monitor_.observe(block, {monitor_.reports_dtmf() || relay, own_digit_, own_voice_, in_conference()});
    pass_on(digit, relay, block);
    return block;
}

void LineEndpoint::peers_changed() noexcept {
    // In a conference join() decides.
    heard_.reset(peer() != nullptr && peer()->type() == Type::line);
    said_.reset(true);
}

void LineEndpoint::conference_changed() noexcept {
    // What waits there is of another conversation.
    said_.reset(true);
    if (!in_conference() && peer() != nullptr && heard_.two_clocks() != (peer()->type() == Type::line))
        heard_.reset(!heard_.two_clocks());
}

void LineEndpoint::join(bool clocks, std::size_t soon) noexcept {
    if (heard_.two_clocks() == clocks) heard_.reset(!clocks);
    if (clocks) {
        said_.reset(true);
        return;
    }
    if (!started_) return;
    for (std::size_t i = 0; i < count_; ++i) {
        if (!said_.put(capture(i), options_.law, soon)) slips_.add(1);
    }
}

const Block* LineEndpoint::take(BlockFifo& fifo) noexcept {
    const auto taken = fifo.take();
    if (taken.slipped) slips_.add(1);
    return taken.block;
}

const Block* LineEndpoint::say() noexcept {
    return take(said_);
}

void LineEndpoint::hear(const Block& block) noexcept {
    if (!started_) return;
    if (!heard_.put(block, options_.law, count_)) slips_.add(1);
}

bool LineEndpoint::take(Block& out) noexcept {
    const Block* block = take(heard_);
    if (block != nullptr) out = *block;
    return block != nullptr;
}

void LineEndpoint::render(Block& out) noexcept {
    const bool heard = take(out);
    if (bit_test_ != nullptr) {
        out.silence(options_.law);
        bit_test_->send(out.octets);
        return;
    }
    const auto step = next_digit();
    own_digit_ = step.digit != 0;
    own_voice_ = has_voice();
    const bool speaks = speak_digit(step, options_.law, out) || speak_clip(options_.law, out) ||
                        speak_tone(options_.law, out);
    if (!speaks && !heard) out.silence(options_.law);
    monitor_.observe_own(out, own_voice_);
}

void LineEndpoint::put(const Octets& octets) noexcept {
    if (bearer_.write(octets)) {
        blocks_written_.add(1);
    } else {
        write_overruns_.add(1);
    }
}

void LineEndpoint::write() noexcept {
    if (!started_) return;
    const std::size_t keep = std::min(count_, write_budget_);
    const std::size_t drop = count_ - keep;
    if (refill_ && count_ > 0) {
        Octets silence;
        silence.fill(dsp::silence(options_.law));
        for (std::size_t i = keep; i < lead_blocks_; ++i)
            put(silence);
        write_budget_ = keep;
        refill_ = false;
    }
    Block out;
    for (std::size_t i = 0; i < count_; ++i) {
        render(out);
        if (i < drop) {
            slips_.add(1);
        } else {
            put(out.octets);
        }
    }
    write_budget_ -= std::min(keep, write_budget_);
}

LineStats LineEndpoint::stats() const noexcept {
    LineStats stats;
    stats.blocks_read = blocks_read_.get();
    stats.blocks_written = blocks_written_.get();
    stats.write_overruns = write_overruns_.get();
    stats.events = events_.get();
    stats.slips = slips_.get();
    return stats;
}

}  // namespace tipring::media
