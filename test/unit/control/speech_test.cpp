// The speech program.
#include "speech.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <string>

using namespace tipring::control;

TEST_CASE("text is spoken, or the missing program is named") {
    boost::asio::io_context context;
    int answers = 0;
    std::string problem;
    std::size_t samples = 0;
    synthesize(context, "--help me", [&](tipring::base::Result<tipring::farend::Clip> clip) {
        ++answers;
        if (clip) {
            samples = clip->size();
        } else {
            problem = clip.error().message;
        }
    });
    context.run_for(std::chrono::seconds(30));
    CHECK(answers == 1);
    if (std::system("command -v espeak-ng > /dev/null") == 0) {
        CHECK(problem.empty());
        CHECK(samples > 2000);
    } else {
        CHECK(problem == "espeak-ng is not installed; to let telephones speak: apt install espeak-ng");
    }
    synthesize(context, std::string(501, 'a'), [&](tipring::base::Result<tipring::farend::Clip> clip) {
        CHECK(clip.error().message == "the text must have 1 to 500 bytes");
        ++answers;
    });
    CHECK(answers == 2);
}
