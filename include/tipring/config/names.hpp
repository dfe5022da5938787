// The words that the file has for the values of enumerations, for whoever shows them. Pure. Thread: any.
#pragma once

#include <string_view>

#include "tipring/config/config.hpp"

namespace tipring::config {

std::string_view name(DialMode mode);
std::string_view name(PortProfile profile);
std::string_view name(AnswerBy way);
std::string_view name(CallerIdFormat format);
std::string_view name(CallerIdTiming timing);

}  // namespace tipring::config
