// Q.921 frames (modulo 128) taken apart, and as text. Pure; takes any octets. Thread: any.
#pragma once

#include <string>
#include <string_view>

#include "octet_reader.hpp"

namespace tipring::isdn::decode {

enum class LapdKind {
    broken,  ///< no LAPD frame: `problem` says why
    i,
    rr,
    rnr,
    rej,
    sabme,
    dm,
    ui,
    disc,
    ua,
    frmr,
    xid,
    unknown,  ///< a control field that Q.921 table 5 has not
};

std::string_view name(LapdKind kind);

struct LapdFrame {
    LapdKind kind = LapdKind::broken;
    unsigned sapi = 0, tei = 0;
    bool cr = false;  ///< the C/R bit
    unsigned control = 0;
    unsigned ns = 0, nr = 0;
    bool pf = false;
    Octets information;
    std::string_view problem;  ///< empty: as Q.921 wants it

    /// Call control is SAPI 0 (Q.921 3.3.3).
    bool has_message() const { return (kind == LapdKind::i || kind == LapdKind::ui) && sapi == 0; }
};

LapdFrame parse_lapd(Octets frame);
/// `from_network`: the side that sent it, without which the C/R bit says nothing (Q.921 3.3.2).
std::string lapd_text(const LapdFrame& frame, bool from_network);

}  // namespace tipring::isdn::decode
