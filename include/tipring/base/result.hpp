// Result<T>: the run-time error type of the whole project. Exceptions are for start-up only.
// Thread: any (plain values).
#pragma once

#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>
#include <utility>

namespace tipring::base {

/// An error as the operator should read it: what failed, on which object, why, and what to do.
struct Error {
    std::string message;
};

/// Found by boost::system::result when value() is called on an error.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
    throw std::runtime_error(error.message);
}

template <class T>
using Result = boost::system::result<T, Error>;

/// Shorthand for a failed Result.
inline Error fail(std::string message) {
    return Error{std::move(message)};
}

}  // namespace tipring::base
