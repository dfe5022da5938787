// Tells when another process is ready to receive. Thread: any; reads /proc.
#pragma once

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

namespace tipring::test {

/// A program of this network namespace holds the UDP port (IPv4).
inline bool udp_port_bound(std::uint16_t port) {
    char hex[16];
    std::snprintf(hex, sizeof hex, ":%04X ", port);
    std::ifstream file("/proc/net/udp");
    const std::string sockets{std::istreambuf_iterator<char>(file), {}};
    return sockets.find(hex) != std::string::npos;
}

}  // namespace tipring::test
