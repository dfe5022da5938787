// LossFiller: see the header.
#include "loss_filler.hpp"

#include <span>

namespace tipring::media {

namespace {

void cross_fade(const Octets& from, const Octets& to, dsp::Law law, Octets& out) noexcept {
    constexpr int size = block_samples;
    for (int i = 0; i < size; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const int mixed = (dsp::decode(law, from[at]) * (size - i) + dsp::decode(law, to[at]) * i) / size;
        out[at] = dsp::encode(law, static_cast<std::int16_t>(mixed));
    }
}

}  // namespace

void LossFiller::reset() noexcept {
    history_count_ = history_next_ = 0;
    in_hole_ = false;
    filled_blocks_ = 0;
}

void LossFiller::remember(const Octets& octets) noexcept {
    history_[history_next_] = octets;
    history_next_ = (history_next_ + 1) % history_blocks;
    history_count_ = std::min(history_count_ + 1, history_blocks);
}

LossFiller::Past LossFiller::decode_history(dsp::Law law) const noexcept {
    Past past{};
    for (std::size_t i = 0; i < history_count_; ++i) {
        const std::size_t at = (history_next_ + history_blocks - history_count_ + i) % history_blocks;
        const std::size_t place = (history_blocks - history_count_ + i) * block_samples;
        dsp::decode(law, history_[at], std::span(past).subspan(place, block_samples));
    }
    return past;
}

void LossFiller::begin_hole(std::span<std::int16_t> before) noexcept {
    // In one piece: SpanDSP then keeps its history in order. Fed in small pieces it has to turn it at the
    // first loss, with a memcpy() whose ends overlap.
    concealer_.reset();
    concealer_.good(before);
    in_hole_ = true;
    filled_blocks_ = 0;
}

std::size_t LossFiller::fill(const JitterBuffer::Pull& pull, dsp::Law law, Octets& out) noexcept {
    Past samples = decode_history(law);
    const auto block = std::span(samples).last<block_samples>();
    dsp::decode(law, pull.octets, block);
    std::size_t made_up = 0;
    for (std::size_t from = 0; from < block_samples;) {
        const bool present = pull.present[from];
        std::size_t to = from;
        while (to < block_samples && pull.present[to] == present)
            ++to;
        const auto run = block.subspan(from, to - from);
        if (present) {
            if (in_hole_) concealer_.good(run);
            in_hole_ = false;
        } else {
            if (!in_hole_) begin_hole(std::span(samples).subspan(from, history_samples));
            concealer_.lost(run);
            made_up += run.size();
        }
        from = to;
    }
    dsp::encode(law, block, out);
    filled_blocks_ = pull.kind == JitterBuffer::Kind::missing ? filled_blocks_ + 1 : 0;
    return made_up;
}

std::size_t LossFiller::process(const JitterBuffer::Pull& pull, dsp::Law law, bool conceal,
                                Octets& out) noexcept {
    using Kind = JitterBuffer::Kind;
    std::size_t made_up = 0;
    const bool whole = pull.kind == Kind::audio;
    const bool hole = pull.kind == Kind::missing || pull.kind == Kind::partial;
    const bool nothing_to_say = pull.kind == Kind::missing &&
                                (history_count_ == 0 || (in_hole_ && filled_blocks_ >= longest_fill_blocks));
    if (pull.kind == Kind::idle || nothing_to_say) {
        // What comes next begins out of silence.
        reset();
        out = pull.octets;
        return 0;
    }
    if (pull.kind == Kind::shortened) {
        cross_fade(pull.octets, pull.following, law, out);
        in_hole_ = false;
    } else if ((hole && conceal) || (whole && in_hole_)) {
        made_up = fill(pull, law, out);
    } else {
        out = pull.octets;
        in_hole_ = false;
    }
    remember(out);
    return made_up;
}

}  // namespace tipring::media
