// Fuzzes the requests of the control socket: the input is one line of JSON-RPC.
#include <boost/json/parse.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "rpc.hpp"

namespace json = boost::json;
using namespace tipring::control;

namespace {

/// One line that is JSON again, whatever the request held.
void check_line(const std::string& line) {
    if (line.empty() || line.find('\n') != line.size() - 1) std::abort();
    if (!json::parse(line).is_object()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto request = parse_request({reinterpret_cast<const char*>(data), size});
    if (request) {
        check_line(result_line(request->id, request->parameters));
        check_line(notification_line(request->method, request->parameters));
    } else {
        if (request.error().error.message.empty()) std::abort();
        check_line(error_line(request.error().id, request.error().error));
    }
    return 0;
}
