// Every kind of exchange and both sides of a span: what goes through the gateway between the ISDN network model and a SIP
// server, and what does not although the call works. Cases with the tag [simulator] are left out on the real driver. With
// TIPRING_MATRIX=FILE each case appends its row of the table in docs/isdn-sip.md to FILE.
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "support/gateway.hpp"
#include "support/sip_peer.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

// A namespace of its own: the tests are compiled as one file.
namespace tipring::acceptance::switch_matrix {

using namespace std::chrono_literals;

namespace {

using farend::IsdnSwitch;
using Call = std::shared_ptr<farend::IsdnCall>;

constexpr std::uint16_t server_port = 5091;
constexpr std::size_t number_length = 6;
/// Q.931 table 4-11.
constexpr int unscreened = 0, passed = 1, provided_by_network = 3;
/// What the two telephones are called, and who sent the call on.
const std::string caller = "5550100", callers_name = "Jane Caller", forwarder = "5550199";

enum class Side { user, network };  ///< of the gateway

struct Way {
    bool to_isdn = true, to_sip = true;
    bool operator==(const Way&) const = default;
};

/// What a type of exchange carries on a span whose gateway has this side.
struct Expected {
    IsdnSwitch type;
    Side side;
    Way name{};
    Way redirected{};
    Way overlap{};
};
const Expected table[] = {
    // Q.931 4.5.16: the Display element goes from the network to the user only.
    {.type = IsdnSwitch::euroisdn, .side = Side::user, .name = {.to_isdn = false}},
    {.type = IsdnSwitch::euroisdn, .side = Side::network, .name = {.to_sip = false}},
    {.type = IsdnSwitch::national, .side = Side::user},
    {.type = IsdnSwitch::national, .side = Side::network},
    {.type = IsdnSwitch::dms100, .side = Side::user},
    {.type = IsdnSwitch::dms100, .side = Side::network},
    {.type = IsdnSwitch::lucent4e, .side = Side::user},
    {.type = IsdnSwitch::lucent4e, .side = Side::network},
    {.type = IsdnSwitch::lucent5e, .side = Side::user},
    {.type = IsdnSwitch::lucent5e, .side = Side::network},
    {.type = IsdnSwitch::qsig, .side = Side::user},
    {.type = IsdnSwitch::qsig, .side = Side::network},
};

/// docs/isdn-sip.md, "Why a call ends".
struct Refusal {
    int cause, status;
};
constexpr Refusal refusals[] = {{1, 404},  {3, 404},  {16, 480}, {17, 486}, {18, 408}, {19, 480}, {21, 403},
                                {22, 410}, {27, 502}, {28, 484}, {29, 501}, {31, 480}, {34, 503}, {38, 503},
                                {41, 503}, {42, 503}, {44, 503}, {57, 403}, {79, 501}, {88, 488}};

std::string word_of(IsdnSwitch type) {
    constexpr const char* words[] = {"euroisdn", "national", "dms100", "4ess", "5ess", "qsig"};
    return words[static_cast<std::size_t>(type)];
}

std::string word_of(Side side) {
    return side == Side::user ? "user" : "network";
}

std::string port_map(const World& world, const Expected& row, const std::string& more) {
    return "country: us\n" + world.board_yaml() +
           "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n"
           "    - {name: office, server: 127.0.0.1:5091, mode: peer}\n"
           "spans:\n  - {span: " +
           std::to_string(world.span()) + ", name: main, channels: " + world.span_channels() +
           ", side: " + word_of(row.side) + ", switch: " + word_of(row.type) + ", timers: {T316: 2s}" + more +
           "}\n"
           "routes:\n"
           "  - {name: outside, called: 0x., strip: 1, to: [span main]}\n"
           "  - {name: office, from: [span main], to: [sip office]}\n";
}

/// A daemon between a SIP server and the far end of its span.
struct Joint {
    Joint(const Expected& row, const std::string& settings)
        : gateway(folder, port_map(*world, row, settings)), network(make_network(row, false)) {
        wait_up();
    }
    /// The far end anew, digit by digit or with whole numbers only.
    void exchange(const Expected& row, bool overlap) {
        network.reset();
        network = make_network(row, overlap);
        wait_up();
    }
    std::unique_ptr<farend::IsdnNetwork> make_network(const Expected& row, bool overlap) {
        return world->isdn_network({.network_side = row.side == Side::user,
                                    .switch_type = row.type,
                                    .overlap = overlap,
                                    .number_length = number_length,
                                    .answer_after = {}});
    }
    void wait_up() const {
        REQUIRE(network->wait_up(patience));
        REQUIRE(gateway.wait_span_idle(30, patience));
    }
    void check_idle() const {
        CHECK(gateway.wait_no_calls(patience));
        CHECK(eventually(patience, [this] { return network->active_calls() == 0; }));
    }

    TemporaryFolder folder;
    std::unique_ptr<World> world = World::make(folder);
    Gateway gateway;
    std::unique_ptr<farend::IsdnNetwork> network;
    SipPeer server{server_port};
};

int reason_cause(const std::string& message) {
    const auto reason = sip_header(message, "Reason");
    const std::string begin = "Q.850;cause=";
    return reason.starts_with(begin) ? std::stoi(reason.substr(begin.size())) : 0;
}

enum class Releaser { network, server };

/// The call is answered on both sides; one of them ends it, and the other hears of it.
void end_call(Joint& joint, const Call& call, const std::string& id, Releaser releaser) {
    if (releaser == Releaser::network) {
        call->hang_up(16);
        const auto bye = joint.server.wait_bye(id, patience);
        REQUIRE_FALSE(bye.empty());
        CHECK(reason_cause(bye) == 16);
    } else {
        joint.server.bye(id);
        REQUIRE(call->wait_state("released", patience));
        CHECK(call->cause() == 16);
    }
    CHECK(joint.gateway.wait_no_calls(patience));
}

/// Places a call from the ISDN side; its INVITE.
std::string call_from_network(Joint& joint, const farend::IsdnCallInfo& info, Call& call) {
    call = joint.network->place_call(info);
    auto invite = joint.server.wait_invite(patience);
    REQUIRE(invite.starts_with("INVITE sip:700@"));
    return invite;
}

void answer_by_server(Joint& joint, const Call& call, const std::string& invite, Releaser releaser) {
    joint.server.answer(invite, "180 Ringing");
    CHECK(call->wait_state("alerting", patience));
    joint.server.answer(invite, "200 OK");
    REQUIRE(call->wait_state("connected", patience));
    end_call(joint, call, sip_header(invite, "Call-ID"), releaser);
}

/// Calls from the SIP side; how it arrives at the ISDN side.
Call call_from_server(Joint& joint, const SipPeer::Offer& offer, std::string& id) {
    id = joint.server.call(offer);
    auto call = joint.network->wait_call(patience);
    REQUIRE(call);
    return call;
}

void answer_by_network(Joint& joint, const Call& call, const std::string& id, Releaser releaser) {
    call->alert();
    CHECK_FALSE(joint.server.wait_provisional(id, 180, patience).empty());
    call->answer();
    REQUIRE(sip_status(joint.server.wait_final(id, patience)) == 200);
    end_call(joint, call, id, releaser);
}

/// Of a number that is shown. To exchanges of two types libpri sends each as the network's own.
int screening_of(const Expected& row, int own) {
    const bool wants_network =
        row.side == Side::user && (row.type == IsdnSwitch::dms100 || row.type == IsdnSwitch::lucent4e);
    return wants_network ? provided_by_network : own;
}

Way en_bloc_and_name(Joint& joint, const Expected& row) {
    Way name;
    Call call;
    const auto invite =
        call_from_network(joint, {.called = "700", .calling = caller, .calling_name = callers_name}, call);
    const auto from = sip_header(invite, "From");
    CHECK(from.find("<sip:" + caller + "@") != std::string::npos);
    name.to_sip = from.starts_with("\"" + callers_name + "\" ");
    if (!name.to_sip) CHECK(from.starts_with("<"));
    answer_by_server(joint, call, invite, Releaser::server);

    std::string id;
    call = call_from_server(
        joint, {.called = "0555200", .from = "\"" + callers_name + "\" <sip:" + caller + "@127.0.0.1>"}, id);
    const auto info = call->info();
    CHECK(info.called == "555200");
    CHECK(info.calling == caller);
    CHECK_FALSE(info.restricted);
    CHECK(info.screening == screening_of(row, unscreened));
    name.to_isdn = info.calling_name == callers_name;
    if (!name.to_isdn) CHECK(info.calling_name.empty());
    answer_by_network(joint, call, id, Releaser::server);
    return name;
}

/// A restricted number goes to who is trusted to hide it: the SIP server, and a network, which is no user of ours.
void restricted(Joint& joint, const Expected& row) {
    Call call;
    const auto invite = call_from_network(
        joint, {.called = "700", .calling = caller, .calling_name = callers_name, .restricted = true}, call);
    CHECK(sip_header(invite, "From").starts_with("\"Anonymous\" <sip:anonymous@anonymous.invalid>"));
    CHECK(sip_header(invite, "Privacy") == "id");
    const auto asserted = sip_header(invite, "P-Asserted-Identity");
    CHECK(asserted.find(callers_name) == std::string::npos);
    // What a user says of himself is not screened, and asserted to nobody.
    CHECK((asserted.find("<sip:" + caller + "@") != std::string::npos) == (row.side == Side::user));
    answer_by_server(joint, call, invite, Releaser::network);

    std::string id;
    call = call_from_server(joint,
                            {.called = "0555200",
                             .from = "<sip:anonymous@anonymous.invalid>",
                             .headers = "P-Asserted-Identity: \"" + callers_name + "\" <sip:" + caller +
                                        "@127.0.0.1>\r\nPrivacy: id\r\n"},
                            id);
    const auto info = call->info();
    CHECK(info.restricted);
    CHECK(info.calling == (row.side == Side::user ? caller : ""));
    CHECK(info.screening == (row.side == Side::user ? passed : unscreened));
    answer_by_network(joint, call, id, Releaser::network);
}

Way redirected(Joint& joint, const Expected& row) {
    Way way;
    Call call;
    const auto invite = call_from_network(
        joint, {.called = "700", .calling = caller, .redirecting = forwarder, .redirect_reason = 2}, call);
    const auto diversion = sip_header(invite, "Diversion");
    way.to_sip = diversion.find("<sip:" + forwarder + "@") != std::string::npos &&
                 diversion.find("reason=no-answer") != std::string::npos;
    if (!way.to_sip) CHECK(diversion.empty());
    answer_by_server(joint, call, invite, Releaser::server);

    std::string id;
    call = call_from_server(
        joint,
        {.called = "0555200",
         .from = "<sip:" + caller + "@127.0.0.1>",
         .headers = "P-Asserted-Identity: <sip:" + caller + "@127.0.0.1>\r\nDiversion: <sip:" + forwarder +
                    "@127.0.0.1>;reason=user-busy\r\n"},
        id);
    const auto info = call->info();
    CHECK(info.calling == caller);
    CHECK(info.screening == screening_of(row, row.side == Side::user ? passed : provided_by_network));
    way.to_isdn = info.redirecting == forwarder && info.redirect_reason == 1;
    if (!way.to_isdn) CHECK(info.redirecting.empty());
    answer_by_network(joint, call, id, Releaser::server);
    return way;
}

/// The ISDN side holds the call, which frees its channel, and takes it back.
void held(Joint& joint) {
    const auto of_span = [&joint](const char* key) {
        return joint.gateway.call("span.show", {{"span", "main"}})
            .as_object()
            .at(key)
            .to_number<std::int64_t>();
    };
    std::string id;
    const auto call = call_from_server(joint, {.called = "0555200"}, id);
    call->answer();
    REQUIRE(sip_status(joint.server.wait_final(id, patience)) == 200);
    call->request(farend::IsdnRequest::hold);
    REQUIRE(call->wait_news("hold ack", patience));
    CHECK(joint.server.accept_offer(id, patience));
    CHECK(of_span("held") == 1);
    CHECK(of_span("in_use") == 0);
    call->request(farend::IsdnRequest::retrieve);
    REQUIRE(call->wait_news("retrieve ack", patience));
    CHECK(joint.server.accept_offer(id, patience));
    CHECK(of_span("held") == 0);
    CHECK(of_span("in_use") == 1);
    end_call(joint, call, id, Releaser::server);
}

void refused(Joint& joint) {
    for (const auto& refusal : refusals) {
        CAPTURE(refusal.cause);
        Call call;
        const auto invite = call_from_network(joint, {.called = "700", .calling = caller}, call);
        joint.server.answer(invite, "480 Refused",
                            "Reason: Q.850;cause=" + std::to_string(refusal.cause) + "\r\n");
        REQUIRE(call->wait_state("released", patience));
        CHECK(call->cause() == refusal.cause);

        std::string id;
        call = call_from_server(joint, {.called = "0555200"}, id);
        call->hang_up(refusal.cause);
        const auto answer = joint.server.wait_final(id, patience);
        CHECK(sip_status(answer) == refusal.status);
        CHECK(reason_cause(answer) == refusal.cause);
    }
}

/// The number begins in SETUP and goes on in INFORMATION.
Way digit_by_digit(Joint& joint) {
    Way way;
    Call call = joint.network->place_call({.called = "7", .calling = caller, .complete = false});
    way.to_sip = call->wait_state("overlap", patience);
    call->dial("00");
    const auto invite = joint.server.wait_invite(patience);
    REQUIRE(invite.starts_with("INVITE sip:700@"));
    answer_by_server(joint, call, invite, Releaser::network);

    std::string id;
    call = call_from_server(joint, {.called = "0555", .from = "<sip:" + caller + "@127.0.0.1>"}, id);
    REQUIRE(call->wait_state("overlap", patience));
    CHECK_FALSE(joint.server.wait_provisional(id, 183, patience).empty());
    for (const char digit : std::string("200"))
        joint.server.info(id, digit);
    way.to_isdn = call->wait_state("proceeding", patience);
    CHECK(call->info().called == "555200");
    answer_by_network(joint, call, id, Releaser::server);
    return way;
}

/// The same span, but the exchange takes and gives whole numbers only.
void whole_numbers_only(Joint& joint) {
    Call call;
    const auto invite = call_from_network(joint, {.called = "700", .calling = caller}, call);
    CHECK_FALSE(call->wait_state("overlap", 0ms));
    answer_by_server(joint, call, invite, Releaser::server);

    std::string id;
    call = call_from_server(joint, {.called = "0555"}, id);
    const auto refused = joint.server.wait_final(id, patience);
    CHECK(sip_status(refused) == 484);
    CHECK(reason_cause(refused) == 28);
    call = call_from_server(joint, {.called = "0555200"}, id);
    CHECK(call->info().called == "555200");
    answer_by_network(joint, call, id, Releaser::network);
}

std::string cell(const Way& way) {
    if (way.to_isdn && way.to_sip) return "both ways";
    if (way.to_isdn) return "to ISDN";
    return way.to_sip ? "from ISDN" : "no";
}

void prove(IsdnSwitch type, Side side) {
    const auto* const row = std::find_if(std::begin(table), std::end(table), [&](const Expected& one) {
        return one.type == type && one.side == side;
    });
    REQUIRE(row != std::end(table));
    Way name, sent_on, overlap;
    {
        Joint joint(*row, "");
        name = en_bloc_and_name(joint, *row);
        CHECK(cell(name) == cell(row->name));
        restricted(joint, *row);
        sent_on = redirected(joint, *row);
        CHECK(cell(sent_on) == cell(row->redirected));
        held(joint);
        refused(joint);
        joint.check_idle();
    }
    {
        Joint joint(*row, ", overlap: both, digit_map: 7xx");
        whole_numbers_only(joint);
        joint.check_idle();
        joint.exchange(*row, true);
        overlap = digit_by_digit(joint);
        CHECK(cell(overlap) == cell(row->overlap));
        joint.check_idle();
    }
    if (const char* const file = std::getenv("TIPRING_MATRIX")) {
        std::ofstream(file, std::ios::app)
            << "| `" << word_of(type) << "` | " << word_of(side) << " | both ways | " << cell(overlap)
            << " | " << cell(name) << " | both ways | " << cell(sent_on) << " | yes | either side | "
            << std::size(refusals) << " causes both ways |\n";
    }
}

}  // namespace

TEST_CASE("switch matrix: EuroISDN with the gateway as the user side", "[pri][sip][matrix]") {
    prove(IsdnSwitch::euroisdn, Side::user);
}
TEST_CASE("switch matrix: EuroISDN with the gateway as the network side", "[pri][sip][matrix][simulator]") {
    prove(IsdnSwitch::euroisdn, Side::network);
}
TEST_CASE("switch matrix: NI-2 with the gateway as the user side", "[pri][sip][matrix]") {
    prove(IsdnSwitch::national, Side::user);
}
TEST_CASE("switch matrix: NI-2 with the gateway as the network side", "[pri][sip][matrix][simulator]") {
    prove(IsdnSwitch::national, Side::network);
}
TEST_CASE("switch matrix: DMS-100 with the gateway as the user side", "[pri][sip][matrix][simulator]") {
    prove(IsdnSwitch::dms100, Side::user);
}
TEST_CASE("switch matrix: DMS-100 with the gateway as the network side", "[pri][sip][matrix][simulator]") {
    prove(IsdnSwitch::dms100, Side::network);
}
TEST_CASE("switch matrix: 4ESS with the gateway as the user side", "[pri][sip][matrix][simulator]") {
    prove(IsdnSwitch::lucent4e, Side::user);
}
TEST_CASE("switch matrix: 4ESS with the gateway as the network side", "[pri][sip][matrix][simulator]") {
    prove(IsdnSwitch::lucent4e, Side::network);
}
TEST_CASE("switch matrix: 5ESS with the gateway as the user side", "[pri][sip][matrix][simulator]") {
    prove(IsdnSwitch::lucent5e, Side::user);
}
TEST_CASE("switch matrix: 5ESS with the gateway as the network side", "[pri][sip][matrix][simulator]") {
    prove(IsdnSwitch::lucent5e, Side::network);
}
TEST_CASE("switch matrix: QSIG with the gateway as the user side", "[pri][sip][matrix][simulator]") {
    prove(IsdnSwitch::qsig, Side::user);
}
TEST_CASE("switch matrix: QSIG with the gateway as the network side", "[pri][sip][matrix][simulator]") {
    prove(IsdnSwitch::qsig, Side::network);
}

}  // namespace tipring::acceptance::switch_matrix
