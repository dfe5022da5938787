// Speech for the simulated telephones: espeak-ng as a child process, which never blocks the caller. Thread:
// core.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <string>

#include "tipring/base/result.hpp"
#include "tipring/farend/audio.hpp"

namespace tipring::control {

using SpeechDone = std::function<void(base::Result<farend::Clip>)>;

/// `done` is called once, now (espeak-ng is missing, the text is too long) or later. At most 500 characters
/// and 20 s.
void synthesize(boost::asio::io_context& context, const std::string& text, SpeechDone done);

}  // namespace tipring::control
