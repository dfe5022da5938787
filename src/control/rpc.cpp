#include "rpc.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace tipring::control {
namespace json = boost::json;

namespace {

RequestError bad(json::value id, int code, std::string message) {
    return {std::move(id), {code, std::move(message)}};
}

}  // namespace

boost::system::result<Request, RequestError> parse_request(std::string_view line) {
    boost::system::error_code broken;
    auto value = json::parse(line, broken);  // limits the depth to 32
    if (broken) return bad(nullptr, rpc_code::parse_error, "this is no JSON: " + broken.message());
    if (value.is_array())
        return bad(nullptr, rpc_code::invalid_request, "batches are not supported; send one request a line");
    if (!value.is_object()) return bad(nullptr, rpc_code::invalid_request, "a request is a JSON object");
    auto& object = value.get_object();
    Request request;
    const auto* id = object.if_contains("id");
    request.wants_answer = id != nullptr;
    if (id != nullptr) {
        if (!id->is_string() && !id->is_number() && !id->is_null()) {
            return bad(nullptr, rpc_code::invalid_request, "\"id\" is a string, a number or null");
        }
        request.id = *id;
    }
    const auto* version = object.if_contains("jsonrpc");
    if (version == nullptr || !version->is_string() || version->get_string() != "2.0") {
        return bad(request.id, rpc_code::invalid_request, "\"jsonrpc\" must be \"2.0\"");
    }
    const auto* method = object.if_contains("method");
    if (method == nullptr || !method->is_string()) {
        return bad(request.id, rpc_code::invalid_request, "\"method\" must be a string");
    }
    request.method = method->get_string();
    if (auto* parameters = object.if_contains("params")) {
        if (!parameters->is_object()) {
            return bad(request.id, rpc_code::invalid_parameters,
                       "\"params\" must be an object with named parameters");
        }
        request.parameters = std::move(parameters->get_object());
    }
    return request;
}

std::string result_line(const json::value& id, const json::value& result) {
    return json::serialize(json::object{{"jsonrpc", "2.0"}, {"id", id}, {"result", result}}) + "\n";
}

std::string error_line(const json::value& id, const CommandError& error) {
    return json::serialize(
               json::object{{"jsonrpc", "2.0"},
                            {"id", id},
                            {"error", json::object{{"code", error.code}, {"message", error.message}}}}) +
           "\n";
}

std::string notification_line(std::string_view method, const json::object& parameters) {
    return json::serialize(json::object{{"jsonrpc", "2.0"}, {"method", method}, {"params", parameters}}) +
           "\n";
}

}  // namespace tipring::control
