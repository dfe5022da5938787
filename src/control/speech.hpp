// Speech for the simulated telephones: espeak-ng as a child process, and WAV files. Thread: core; the child
// never blocks it.
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

/// A regular file of at most 10 MB.
base::Result<farend::Clip> load_wav(const std::string& path);

}  // namespace tipring::control
