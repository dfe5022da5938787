#include "joined_parties.hpp"

namespace tipring::farend {

JoinedParties::JoinedParties(const std::shared_ptr<PortAudio>& one, const std::shared_ptr<PortAudio>& two,
                             dsp::Law law, base::TimePoint now)
    : one_(one), two_(two), next_(now) {
    from_one_.fill(dsp::silence(law));
    from_two_ = from_one_;
    one->connected();
    two->connected();
}

bool JoinedParties::pump(base::TimePoint now) {
    constexpr std::chrono::milliseconds block{hardware::block_samples / 8};
    const auto one = one_.lock(), two = two_.lock();
    if (!one || !two) return false;
    for (; next_ <= now; next_ += block) {
        auto said = from_one_;
        one->exchange(from_two_, said);
        two->exchange(from_one_, from_two_);
        from_one_ = said;
    }
    return true;
}

}  // namespace tipring::farend
