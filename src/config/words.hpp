// The same words for reading: each list has all values of its enumeration. Private to config. Thread: any.
#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "tipring/config/config.hpp"

namespace tipring::config {

template <class Enumeration>
using Words = std::vector<std::pair<std::string_view, Enumeration>>;

const Words<DialMode>& dial_modes();
const Words<PortProfile>& port_profiles();
const Words<AnswerBy>& answer_ways();
const Words<CallerIdFormat>& caller_id_formats();
const Words<CallerIdTiming>& caller_id_timings();

}  // namespace tipring::config
