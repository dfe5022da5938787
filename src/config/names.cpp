// Words of the file and the values that they mean (names.hpp, words.hpp). Pure. Thread: any.
#include "tipring/config/names.hpp"

#include <algorithm>

#include "words.hpp"

namespace tipring::config {
namespace {

template <class Enumeration>
std::string_view word_of(const Words<Enumeration>& words, Enumeration value) {
    const auto found =
        std::find_if(words.begin(), words.end(), [value](const auto& one) { return one.second == value; });
    return found != words.end() ? found->first : std::string_view();
}

}  // namespace

const Words<DialMode>& dial_modes() {
    static const Words<DialMode> words{
        {"dtmf", DialMode::dtmf}, {"pulse", DialMode::pulse}, {"both", DialMode::both}};
    return words;
}

const Words<PortProfile>& port_profiles() {
    static const Words<PortProfile> words{{"phone", PortProfile::phone},        {"fax", PortProfile::fax},
                                          {"modem", PortProfile::modem},        {"alarm", PortProfile::alarm},
                                          {"elevator", PortProfile::elevator},  {"door", PortProfile::door},
                                          {"paging", PortProfile::paging},      {"hotel", PortProfile::hotel},
                                          {"emergency", PortProfile::emergency}};
    return words;
}

const Words<AnswerBy>& answer_ways() {
    static const Words<AnswerBy> words{{"immediate", AnswerBy::immediate},
                                       {"polarity", AnswerBy::polarity},
                                       {"voice", AnswerBy::voice},
                                       {"timer", AnswerBy::timer}};
    return words;
}

const Words<CallerIdFormat>& caller_id_formats() {
    static const Words<CallerIdFormat> words{{"none", CallerIdFormat::none}, {"mdmf", CallerIdFormat::mdmf},
                                             {"sdmf", CallerIdFormat::sdmf}, {"etsi", CallerIdFormat::etsi},
                                             {"bt", CallerIdFormat::bt},     {"ntt", CallerIdFormat::ntt},
                                             {"dtmf", CallerIdFormat::dtmf}};
    return words;
}

const Words<CallerIdTiming>& caller_id_timings() {
    static const Words<CallerIdTiming> words{{"after_first_ring", CallerIdTiming::after_first_ring},
                                             {"before_ring", CallerIdTiming::before_ring},
                                             {"ring_pulse", CallerIdTiming::ring_pulse},
                                             {"dual_tone", CallerIdTiming::dual_tone},
                                             {"reversal_dual_tone", CallerIdTiming::reversal_dual_tone},
                                             {"reversal", CallerIdTiming::reversal}};
    return words;
}

std::string_view name(DialMode mode) {
    return word_of(dial_modes(), mode);
}
std::string_view name(PortProfile profile) {
    return word_of(port_profiles(), profile);
}
std::string_view name(AnswerBy way) {
    return word_of(answer_ways(), way);
}
std::string_view name(CallerIdFormat format) {
    return word_of(caller_id_formats(), format);
}
std::string_view name(CallerIdTiming timing) {
    return word_of(caller_id_timings(), timing);
}

}  // namespace tipring::config
