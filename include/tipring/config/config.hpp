// The whole configuration as one immutable value. Made by load() (loader.hpp), validated as a whole. Thread:
// any to read.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tipring::config {

/// Where a value stands, for messages. line and column from 1.
struct Mark {
    std::string file;
    unsigned line = 0;
    unsigned column = 0;
    friend bool operator==(const Mark&, const Mark&) = default;
};

/// A value of the file, for messages about it.
struct Place {
    Mark mark;
    std::string key;  ///< path, for example "ports[2].channel" (entries are counted from 0)
    friend bool operator==(const Place&, const Place&) = default;
};

enum class BoardKind { dahdi, simulator };

struct Board {
    BoardKind kind = BoardKind::dahdi;
    // simulator only: how many lines the virtual board has, or the socket of one that another process serves
    unsigned fxs = 0, fxo = 0, e1 = 0, t1 = 0;
    std::string socket;
};

enum class Codec { pcma, pcmu };
enum class Transport { udp, tcp };
enum class DtmfMode { rfc4733, inband };
enum class SipMode {
    per_port,  ///< each port registers with its own user
    gateway,   ///< one registration for all
    peer,      ///< no registration: trusted by address, both ways
};

struct SipAccount {
    std::string name = "sip";
    std::string
        server;  ///< host name or address literal (an IPv6 one without brackets); the port is in `port`
    std::uint16_t port = 5060;
    SipMode mode = SipMode::per_port;
    Transport transport = Transport::udp;
    std::string domain;     ///< domain of From and of the registration; default: server
    std::string user;       ///< gateway mode: user of the registration
    std::string auth_user;  ///< default: user (or the port's number)
    std::string password;   ///< read from password_file; never logged
    std::chrono::seconds expires{3600};
    std::vector<Codec> codecs;  ///< preferred first
    DtmfMode dtmf = DtmfMode::rfc4733;
    unsigned packet_ms = 20;
    /// How long an INVITE may stay without any answer before the next destination is tried.
    std::chrono::milliseconds dead_after{3000};
    /// Extra addresses (literals) whose requests belong to this account.
    std::vector<std::string> accept_from;
    Place name_at;
};

struct Sip {
    std::string listen = "0.0.0.0";  ///< address literal (an IPv6 one without brackets)
    std::uint16_t listen_port = 5060;
    std::vector<SipAccount> accounts;
};

enum class PortKind { fxs, fxo };
enum class DialMode { dtmf, pulse, both };

struct Port {
    unsigned channel = 0;
    PortKind kind = PortKind::fxs;
    std::string number;       ///< own number: SIP user, and what other ports dial
    std::string label;        ///< for people
    std::string country;      ///< default: Config::country
    std::string account;      ///< SIP account; default: the first; empty when there is none
    std::string auth_user;    ///< default: number
    std::string password;     ///< default: the account's
    std::string group;        ///< fxo: the group it belongs to
    std::string caller_name;  ///< shown to called parties; default: label
    std::string digit_map;    ///< default: Config::digit_map
    DialMode dial_mode = DialMode::both;
    std::string
        to;  ///< fxo: number that an incoming call goes to (as if dialled); empty: SIP account's choice
    bool answer_at_once =
        false;  ///< fxo: close the loop at the first valid ring instead of when the called party answers
    unsigned echo_taps = 128;  ///< 0: no echo canceller; 32..1024
    double receive_gain_db = 0, transmit_gain_db = 0;
    bool enabled = true;
    // timers
    std::chrono::milliseconds dial_tone{16000}, first_digit{16000}, inter_digit{8000},
        short_inter_digit{3000};
    std::chrono::milliseconds ring_timeout{120000};  ///< fxs: ringing without answer
    Place channel_at, number_at;
};

enum class SpanSide { user, network };
enum class SwitchType { euroisdn, national, dms100, lucent4e, lucent5e, qsig };
enum class ChannelChoice { ascending, descending, round_robin };

struct Span {
    unsigned number = 0;  ///< the driver's span number
    std::string name;     ///< default: "span N"'s N; used in routes
    std::string label;
    unsigned first_channel = 0;     ///< first channel of the span on the board
    unsigned d_channel = 0;         ///< board channel of the D-channel
    std::vector<unsigned> bearers;  ///< board channels of the B-channels
    SpanSide side = SpanSide::user;
    SwitchType switch_type = SwitchType::euroisdn;
    ChannelChoice channel_choice = ChannelChoice::ascending;
    std::string country;
    std::string account;
    std::string number_default;  ///< calling number when the caller has none
    Place number_at, name_at, channels_at, d_channel_at;

    /// A T1 has its D-channel in the last of 24 timeslots.
    bool is_t1() const { return d_channel == first_channel + 23 && bearers.size() < 24; }
};

enum class TargetKind { sip, port, group, span };
struct Target {
    TargetKind kind = TargetKind::sip;
    std::string name;
};

struct Route {
    std::string name;
    std::string called;
    std::vector<std::string> from;
    unsigned strip = 0;
    std::string prefix;
    std::vector<Target> to;
};

struct Media {
    std::uint16_t first_port = 16384, last_port = 17407;
    std::uint8_t dscp = 46;
    unsigned jitter_min_ms = 20, jitter_max_ms = 200;
    std::chrono::milliseconds rtp_timeout{30000};  ///< 0: a call outlives the silence of its SIP peer
    int realtime_priority = 50;
    unsigned write_lead_ms = 30;
};

struct Control {
    std::string socket = "/run/tipring/control.sock";
    std::string group = "tipring";
};

struct Log {
    std::string level = "info";
    std::string file;
};

struct Config {
    std::string file;
    std::string country = "us";
    std::string digit_map = "x.T";
    Board board;
    Sip sip;
    std::vector<Port> ports;
    std::vector<Span> spans;
    std::vector<Route> routes;  ///< as written, followed by the built-in defaults (docs/configuration.md)
    Media media;
    Control control;
    Log log;
};

}  // namespace tipring::config
