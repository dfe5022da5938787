// The sum of two parties: see the header.
#include "mixer.hpp"

#include <limits>

namespace tipring::media {

void mix(const Block* a, const Block* b, dsp::Law law, Block& out) noexcept {
    if (a == nullptr && b == nullptr) {
        out.silence(law);
    } else if (a == nullptr || b == nullptr) {
        out = a != nullptr ? *a : *b;
        out.convert(law);
    } else {
        using Limits = std::numeric_limits<std::int16_t>;
        Linear sum, other;
        dsp::decode(a->law, a->octets, sum);
        dsp::decode(b->law, b->octets, other);
        for (std::size_t i = 0; i < sum.size(); ++i) {
            const int both = std::clamp<int>(sum[i] + other[i], Limits::min(), Limits::max());
            sum[i] = static_cast<std::int16_t>(both);
        }
        out.law = law;
        dsp::encode(law, sum, out.octets);
    }
    out.relayed = false;
}

}  // namespace tipring::media
