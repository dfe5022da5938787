// Lenient access to JSON answers: a daemon of another version may leave things out. Pure. Thread: main.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <cstdio>
#include <string>
#include <string_view>

namespace tipring::cli {

inline const boost::json::value& member(const boost::json::value& value, std::string_view key) {
    static const boost::json::value nothing;
    const auto* object = value.if_object();
    const auto* found = object != nullptr ? object->if_contains(key) : nullptr;
    return found != nullptr ? *found : nothing;
}

/// Any scalar as text; "" for null, objects and lists.
inline std::string text(const boost::json::value& value) {
    if (const auto* string = value.if_string()) return std::string(*string);
    if (value.is_bool()) return value.get_bool() ? "yes" : "no";
    if (value.is_int64()) return std::to_string(value.get_int64());
    if (value.is_uint64()) return std::to_string(value.get_uint64());
    if (value.is_double()) {
        char buffer[64];
        std::snprintf(buffer, sizeof buffer, "%.1f", value.get_double());
        return buffer;
    }
    return {};
}
inline std::string text(const boost::json::value& value, std::string_view key) {
    return text(member(value, key));
}

inline long long number(const boost::json::value& value, std::string_view key) {
    const auto& found = member(value, key);
    if (found.is_int64()) return found.get_int64();
    if (found.is_uint64()) return static_cast<long long>(found.get_uint64());
    if (found.is_double()) return static_cast<long long>(found.get_double());
    return 0;
}

inline bool flag(const boost::json::value& value, std::string_view key) {
    const auto& found = member(value, key);
    return found.is_bool() && found.get_bool();
}

inline const boost::json::array& list(const boost::json::value& value) {
    static const boost::json::array nothing;
    const auto* array = value.if_array();
    return array != nullptr ? *array : nothing;
}

}  // namespace tipring::cli
