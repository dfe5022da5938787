// The whole configuration as one immutable value. Made by load() (loader.hpp), validated as a whole. Thread:
// any to read.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/config/country.hpp"
#include "tipring/config/number_plan.hpp"

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
    friend bool operator==(const Board&, const Board&) = default;
};

enum class Codec { pcma, pcmu };
enum class Transport { udp, tcp };
enum class DtmfMode { rfc4733, inband };
enum class SipMode {
    per_port,  ///< each port registers with its own user
    gateway,   ///< one registration for all
    peer,      ///< no registration: trusted by address, both ways
};

/// Where news about waiting messages comes from (RFC 3842).
enum class MessageNotices {
    notify,     ///< NOTIFYs that the server sends unasked
    subscribe,  ///< those and a subscription of each registered user
    off,
};

/// How a server is told who sent a call on (RFC 5806, 7044).
enum class ForwardedBy { diversion, history_info, both };

/// What differs from the table between Q.850 causes and SIP answers (docs/isdn-sip.md).
struct CauseOverrides {
    std::map<std::uint8_t, unsigned> to_sip;   ///< cause 1..127 -> final answer 400..699 to an INVITE
    std::map<unsigned, std::uint8_t> to_isdn;  ///< final answer 300..699 without a Q.850 Reason -> cause
    friend bool operator==(const CauseOverrides&, const CauseOverrides&) = default;
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
    bool refer = false;       ///< transfers are left to the far end (REFER) where it takes them
    bool flash_info = false;  ///< a hook flash goes out as INFO
    MessageNotices message_waiting = MessageNotices::notify;
    CauseOverrides causes;
    ForwardedBy forwarded_by = ForwardedBy::diversion;
    Place name_at;
    friend bool operator==(const SipAccount&, const SipAccount&) = default;
};

struct Sip {
    std::string listen = "0.0.0.0";  ///< address literal (an IPv6 one without brackets)
    std::uint16_t listen_port = 5060;
    std::vector<SipAccount> accounts;
    friend bool operator==(const Sip&, const Sip&) = default;
};

enum class PortKind { fxs, fxo };
enum class DialMode { dtmf, pulse, both };
/// What hangs on an fxs port: a bundle of defaults for the port's other settings (features A17).
enum class PortProfile { phone, fax, modem, alarm, elevator, door, paging, hotel, emergency };
/// When a call to the exchange counts as answered (features B5).
enum class AnswerBy { immediate, polarity, voice, timer };
/// What the first reversal in a call to the exchange means.
enum class FirstReversal { answer, hang_up };
enum class GroupStrategy { first_free, round_robin, least_used, random };

/// How a phone shows that messages wait (features A13).
struct MessageWaiting {
    bool stutter = true, fsk = false, lamp = false, polarity = false;
    friend bool operator==(const MessageWaiting&, const MessageWaiting&) = default;
};

/// A caller that rings in another way: first match wins.
struct RingRule {
    std::string caller;    ///< pattern as in routes; empty: any
    unsigned pattern = 0;  ///< 1..7, as bellcore-dr1 to dr7
    friend bool operator==(const RingRule&, const RingRule&) = default;
};

/// How long what takes, beside dialling and ringing, for a telephone.
struct PhoneTimers {
    std::chrono::milliseconds reorder_tone{20000};      ///< busy or reorder tone, before the howler
    std::chrono::milliseconds howler{40000};            ///< then silence
    std::chrono::milliseconds confirmation_tone{1500};  ///< then dial tone
    std::chrono::milliseconds flash_digit{3000};        ///< between a flash with two calls and its digit
    std::chrono::milliseconds recall_ring{30000};       ///< for a call that was still there at hanging up
    std::chrono::milliseconds call_waiting_interval{10000};  ///< between two call-waiting tones
    friend bool operator==(const PhoneTimers&, const PhoneTimers&) = default;
};

/// What only an fxs port has, beside the settings that both kinds share.
struct FxsSettings {
    bool caller_id = true;
    bool call_waiting = true;
    bool call_waiting_id = true;  ///< type II
    bool services = true;         ///< star codes, flash with hold, transfer and conference
    bool may_forward = true;  ///< of the services: forwarding and transfer (services: limited has neither)
    bool anonymous = false;   ///< calls without the number unless ServiceCodes::show_number is dialled
    std::string hotline;      ///< number that is called when the phone is lifted; empty: none
    std::chrono::milliseconds hotline_delay{0};  ///< 0: at once; otherwise unless a digit is dialled before
    bool answer_polarity = false;                ///< reversal while the called party talks
    std::chrono::milliseconds late_on_hook{0};   ///< a called phone may be down for so long (features A5)
    MessageWaiting message_waiting;
    std::string mailbox;  ///< whose messages; empty: the port's number
    std::vector<RingRule> ring_rules;
    bool data = false;               ///< fax, modem, alarm panel: audio untouched, in-band digits
    bool dial_without_tone = false;  ///< digits during the off-hook debounce count (alarm panels)
    bool lock_out = true;  ///< false: a phone that is left off-hook hears reorder tone for ever, no silence
    PhoneTimers timers;
    bool sip_down_tone = true;  ///< told when it is lifted while its account cannot be used (features A2)
    friend bool operator==(const FxsSettings&, const FxsSettings&) = default;
};

/// What only an fxo port has.
struct FxoSettings {
    unsigned rings = 2;     ///< valid bursts before a call is announced...
    bool caller_id = true;  ///< ... or as soon as the caller's number has come
    bool wait_for_dial_tone = true;
    std::chrono::milliseconds dial_tone_limit{5000}, dial_delay{1000};
    std::chrono::milliseconds dtmf_on{100}, dtmf_off{100};
    std::chrono::milliseconds pulse_break{50}, pulse_make{50}, pulse_pause{750};
    /// Digit map of what a caller may dial himself, after a second dial tone; empty: he may not.
    std::string two_stage;
    std::chrono::milliseconds first_digit{10000}, inter_digit{5000}, short_inter_digit{3000};
    std::chrono::milliseconds caller_gone{8000};  ///< without ringing, while the pause of it is not known
    std::string dial_prefix;  ///< dialled before each number; 'w' waits 500 ms, 'W' waits for dial tone
    std::chrono::milliseconds battery_gone{250};
    std::chrono::milliseconds dial_tone_back{10000};
    bool disconnect_battery = true, disconnect_polarity = true, disconnect_dial_tone = true;
    FirstReversal first_reversal = FirstReversal::answer;
    bool disconnect_tones = true;               ///< busy and congestion of the country
    unsigned tone_cycles = 3;                   ///< 2..8
    std::vector<std::string> learnt_tones;      ///< names of Config::tones
    std::chrono::milliseconds silence{0};       ///< both ways; 0: off
    std::chrono::milliseconds longest_call{0};  ///< 0: no limit
    AnswerBy answer_by = AnswerBy::immediate;
    /// Timer, and the limit of polarity and voice; 0: none, the loader's default for polarity.
    std::chrono::milliseconds answer_after{10000};
    std::chrono::milliseconds guard{1000};
    /// Of the card, where its driver can; unset: left as the driver has it.
    std::optional<double> hardware_receive_gain_db, hardware_transmit_gain_db;
    friend bool operator==(const FxoSettings&, const FxoSettings&) = default;
};

/// A disconnect tone that `tipringctl port learn` measured, in libtonezone's notation.
struct LearntTone {
    std::string name;
    std::string cadence;      ///< "425/480,0/480"
    double level_dbm0 = -20;  ///< as measured
    Place at;
    friend bool operator==(const LearntTone&, const LearntTone&) = default;
};

struct Group {
    std::string name;
    GroupStrategy strategy = GroupStrategy::first_free;
    Place at;
    friend bool operator==(const Group&, const Group&) = default;
};

/// Codes that a telephone's user dials, each beginning with * or # and none the beginning of another; empty: the
/// service has none.
struct ServiceCodes {
    std::string forward_all = "*72", forward_all_off = "*73";
    std::string forward_busy = "*90", forward_busy_off = "*91";
    std::string forward_no_answer = "*92", forward_no_answer_off = "*93";
    std::string do_not_disturb = "*78", do_not_disturb_off = "*79";
    std::string call_return = "*69", redial = "*66";
    std::string hide_number = "*67", show_number = "*82";
    std::string call_waiting_off = "*70", call_waiting_on = "*43";
    std::string speed_dial = "*75";      ///< and the entry, two digits, then the number and #: stores it
    std::string speed_call = "*0";       ///< and the entry, two digits: dials it
    std::string pickup = "**";           ///< and the number of the phone that rings
    std::string group_pickup = "*98";    ///< any phone of the own group
    std::string blind_transfer = "*87";  ///< after a flash, and the number: sends the held party there
    friend bool operator==(const ServiceCodes&, const ServiceCodes&) = default;
};

struct Port {
    unsigned channel = 0;
    PortKind kind = PortKind::fxs;
    std::string number;     ///< own number: SIP user, and what other ports dial
    std::string label;      ///< for people
    std::string country;    ///< default: Config::country
    std::string account;    ///< SIP account; default: the first; empty when there is none
    std::string auth_user;  ///< default: number
    std::string password;   ///< default: the account's
    std::string group;      ///< the group it belongs to (fxo: a trunk group; fxs: a pickup group)
    PortProfile profile = PortProfile::phone;
    CountryProfile country_profile;  ///< of `country`, with what the port overrides
    FxsSettings fxs;
    FxoSettings fxo;
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
    Place channel_at, number_at, group_at;
    friend bool operator==(const Port&, const Port&) = default;
};

enum class SpanSide { user, network };
enum class SwitchType { euroisdn, national, dms100, lucent4e, lucent5e, qsig };
enum class ChannelChoice { ascending, descending, round_robin };
/// How a SETUP of ours names its B-channel (Q.931 4.5.13).
enum class ChannelWish {
    by_side,    ///< exclusive on the network side, preferred on the user side
    preferred,  ///< the other end may answer with another one
    exclusive,  ///< this one or none
};
/// A timer or counter of Q.921 or Q.931 that the file sets.
struct SpanTimer {
    std::string name;    ///< as in the standard: "T309", "N200"
    unsigned value = 0;  ///< T...: milliseconds
    friend bool operator==(const SpanTimer&, const SpanTimer&) = default;
};

/// `line:` of a span: what the driver is expected to be set to, in the words of /etc/dahdi/system.conf. What is
/// unset is not compared.
struct LineExpectation {
    std::string framing;  ///< ccs, cas, esf, d4
    std::string coding;   ///< hdb3, b8zs, ami
    std::optional<bool> crc4;
    std::optional<unsigned> timing;     ///< 0: no clock source, 1: the first, 2 and more: spare
    std::optional<unsigned> build_out;  ///< 0..7
    Place at;
    friend bool operator==(const LineExpectation&, const LineExpectation&) = default;
};
/// In which direction numbers may come digit by digit (Q.931 5.1.3, 5.2.4).
enum class Overlap { off, receiving, sending, both };

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
    LineExpectation line;
    ChannelWish channel_wish = ChannelWish::by_side;
    bool restart = true;            ///< RESTART of the channels when the D-channel comes up
    std::vector<SpanTimer> timers;  ///< those that the file sets; the others have their standard values
    NumberPlan numbers;
    Overlap overlap = Overlap::off;
    std::string digit_map;  ///< overlap receiving: when a number is complete; default: Config::digit_map
    std::chrono::milliseconds digit_timeout{15000};  ///< T302 (Q.931 table 9-1): for the next digit
    bool dial_tone = false;                          ///< overlap receiving: before the first digit
    /// T306 (Q.931 table 9-1): how long an announcement that comes with a DISCONNECT is heard at most; 0: not at all
    std::chrono::milliseconds announcement{30000};
    bool transfer =
        false;  ///< two calls of the span may be joined by the network, and by the gateway when asked
    unsigned call_waiting = 0;     ///< calls without a B-channel that may wait for one
    bool advice_of_charge = true;  ///< is recorded and told
    bool malicious_call = false;   ///< identification is asked for, and taken down when the other end asks
    bool hold = true;  ///< HOLD and RETRIEVE are granted, and hold is told both ways (ETS 300 141)
    /// NFAS (ANSI T1.607): further spans whose B-channels this one's D-channel serves. Each has the settings of the
    /// whole trunk, but its own number, channels, interface, label and line; one at most has a D-channel: the backup.
    std::vector<Span> nfas;
    unsigned interface = 0;  ///< interface identifier (Q.931 4.5.13) of a span of an NFAS trunk
    Place number_at, name_at, channels_at, d_channel_at;

    /// What `timers` says of this one.
    std::optional<std::chrono::milliseconds> timer(std::string_view timer_name) const;
    std::optional<unsigned> counter(std::string_view counter_name) const;
    bool receives_overlap() const { return overlap == Overlap::receiving || overlap == Overlap::both; }
    bool sends_overlap() const { return overlap == Overlap::sending || overlap == Overlap::both; }
    /// A T1 has its D-channel in the last of 24 timeslots, or 24 B-channels and none.
    bool is_t1() const {
        return (d_channel == first_channel + 23 && bearers.size() < 24) ||
               (d_channel == 0 && bearers.size() == 24);
    }
    friend bool operator==(const Span&, const Span&) = default;
};

/// The span and its `nfas`.
std::vector<const Span*> spans_of_trunk(const Span& span);
/// Every span once: those of the list, each followed by its `nfas`.
std::vector<const Span*> every_span(const std::vector<Span>& spans);

enum class TargetKind { sip, port, group, span };
struct Target {
    TargetKind kind = TargetKind::sip;
    std::string name;
    friend bool operator==(const Target&, const Target&) = default;
};

struct Route {
    std::string name;
    std::string called;
    std::vector<std::string> from;
    unsigned strip = 0;
    std::string prefix;
    std::vector<Target> to;
    friend bool operator==(const Route&, const Route&) = default;
};

struct Media {
    std::uint16_t first_port = 16384, last_port = 17407;
    std::uint8_t dscp = 46;
    unsigned jitter_min_ms = 20, jitter_max_ms = 200;
    std::chrono::milliseconds rtp_timeout{30000};  ///< 0: a call outlives the silence of its SIP peer
    int realtime_priority = 50;
    unsigned write_lead_ms = 30;
    friend bool operator==(const Media&, const Media&) = default;
};

struct Control {
    std::string socket = "/run/tipring/control.sock";
    std::string group = "tipring";
    friend bool operator==(const Control&, const Control&) = default;
};

struct Log {
    std::string level = "info";
    std::string file;
    friend bool operator==(const Log&, const Log&) = default;
};

struct Config {
    std::string file;
    std::string country = "us";
    std::string digit_map = "x.T";
    std::vector<std::string> emergency;  ///< of all ports, instead of their countries'; empty: those
    Board board;
    Sip sip;
    std::vector<Port> ports;
    std::vector<Span> spans;
    std::vector<Group> groups;  ///< those of `groups:`; others are first_free
    std::vector<LearntTone> tones;
    ServiceCodes services;
    /// Where the package's service keeps it.
    static constexpr auto usual_state_file = "/var/lib/tipring/telephones.state";
    std::string state_file;  ///< of the telephones' services; empty: nothing is kept over a restart
    /// Of ringing, then a forwarding on no answer takes the call.
    std::chrono::milliseconds forward_no_answer{20000};
    std::vector<Route> routes;  ///< as written (all_routes)
    Media media;
    Control control;
    Log log;
};

/// The routes as written, followed by the built-in defaults for its ports and spans (docs/configuration.md).
std::vector<Route> all_routes(const Config& config);

}  // namespace tipring::config
