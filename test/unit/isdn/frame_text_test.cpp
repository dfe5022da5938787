// Frames and messages as text. The octets are built from Q.921, Q.931, Q.932, Q.850 and TR 41459, by hand.
#include "tipring/isdn/frame_text.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "octets.hpp"

using namespace tipring;
using isdn::frame_text;
using isdn::FrameDirection;
using isdn::FrameText;
using test::octets;

namespace {

FrameText received_by_user(const std::string& hex) {
    return frame_text(octets(hex), {.direction = FrameDirection::received});
}

/// The elements of a SETUP with call reference 5, from the network.
FrameText setup_with(const std::string& elements) {
    return received_by_user("02 01 08 0a 08 02 00 05 05 " + elements);
}

/// What the short line says of one element.
std::string element_line(const std::string& element) {
    const auto text = setup_with(element);
    const std::string head = "SETUP cr 5 (orig), ";
    REQUIRE(text.line.starts_with(head));
    return text.line.substr(head.size());
}

/// UTF-8 without control characters, within the bounds.
bool is_presentable(const std::string& text) {
    std::size_t following = 0;
    for (const char character : text) {
        const auto octet = static_cast<unsigned char>(character);
        if (octet < 0x20 || octet == 0x7f || octet >= 0xe0) return false;
        if (following > 0 ? (octet & 0xc0U) != 0x80 : (octet & 0xc0U) == 0x80) return false;
        following = following > 0 ? following - 1 : octet >= 0xc0 ? 1 : 0;
    }
    return following == 0;
}

void check_bounds(const FrameText& text) {
    CHECK(text.line.size() <= FrameText::longest_line);
    CHECK(text.details.size() <= FrameText::most_details);
    CHECK_FALSE(text.line.empty());
    CHECK(is_presentable(text.line));
    CHECK(is_presentable(text.layer2));
    CHECK(std::all_of(text.details.begin(), text.details.end(), [](const auto& line) {
        return line.size() <= FrameText::longest_detail && is_presentable(line);
    }));
}

const std::string usual_setup =
    "04 03 80 90 a3 18 03 a9 83 83 6c 09 21 81 35 35 35 30 31 30 30 70 05 a1 34 37 31 31 a1";

}  // namespace

TEST_CASE("frames of layer 2 as text") {
    const auto line = GENERATE(table<std::string, std::string>(
        {{"02 01 7f", "SABME command P=1"},
         {"00 01 73", "UA response F=1"},
         {"00 01 1f", "DM response F=1"},
         {"00 01 0f", "DM response F=0"},
         {"02 01 53", "DISC command P=1"},
         {"02 01 01 0b", "RR N(R) 5 command P=1"},
         {"00 01 01 0b", "RR N(R) 5 response F=1"},
         {"00 01 05 fe", "RNR N(R) 127 response F=0"},
         {"00 01 09 00", "REJ N(R) 0 response F=0"},
         {"00 01 97 08 0a 06 09 04",
          "FRMR response F=1, rejected control field 08 0a, V(S) 3 V(R) 4 of a response, information field "
          "too "
          "long"},
         {"fe ff 03 0f 12 34 01 ff",
          "UI command P=0 SAPI 63 TEI 127, TEI management: identity request, reference 4660, TEI 127"},
         {"02 01 bf 82 80", "XID command P=1, 82 80"}}));
    CAPTURE(std::get<0>(line));
    const auto text = received_by_user(std::get<0>(line));
    const auto& expected = std::get<1>(line);
    CHECK(text.line == expected);
    CHECK(text.layer2 == expected);
    CHECK_FALSE(text.layer3);
    CHECK_FALSE(text.malformed);
    CHECK(text.message.empty());
    CHECK(text.details == std::vector<std::string>{expected});
}

TEST_CASE("command and response depend on the side that sent the frame") {
    const auto rr = octets("02 01 01 0a");
    const auto of = [&](FrameDirection direction, bool network_side) {
        return frame_text(rr, {.direction = direction, .network_side = network_side}).line;
    };
    CHECK(of(FrameDirection::received, false) == "RR N(R) 5 command P=0");
    CHECK(of(FrameDirection::sent, true) == "RR N(R) 5 command P=0");
    CHECK(of(FrameDirection::sent, false) == "RR N(R) 5 response F=0");
    CHECK(of(FrameDirection::received, true) == "RR N(R) 5 response F=0");
}

TEST_CASE("frames that are none, or carry what they may not, are called malformed") {
    const auto line = GENERATE(table<std::string, std::string>(
        {{"", "malformed frame (too short): "},
         {"02", "malformed frame (too short): 02"},
         {"02 01", "malformed frame (too short): 02 01"},
         {"03 01 7f", "malformed frame (the address has not two octets): 03 01 7f"},
         {"02 00 7f", "malformed frame (the address has not two octets): 02 00 7f"},
         {"02 01 01", "malformed frame (half a control field): 02 01 01"},
         {"02 01 08", "malformed frame (half a control field): 02 01 08"},
         {"02 01 08 0a", "I N(S) 4 N(R) 5 command P=0 (malformed: no information field)"},
         {"02 01 7f 01", "SABME command P=1, 01 (malformed: information field not permitted)"},
         {"02 01 01 0a 08", "RR N(R) 5 command P=0, 08 (malformed: information field not permitted)"},
         {"02 01 0d 0a", "unknown frame 0x0d N(R) 5 command P=0 (malformed: unknown control field)"},
         {"02 01 eb", "unknown frame 0xeb command P=0 (malformed: unknown control field)"},
         {"00 01 87 08 0a", "FRMR response F=0, 08 0a (malformed: information field too short)"}}));
    const auto text = received_by_user(std::get<0>(line));
    CHECK(text.line == std::get<1>(line));
    CHECK(text.malformed);
    CHECK_FALSE(text.layer3);
}

TEST_CASE("a SETUP as one line and as many") {
    const auto text = setup_with(usual_setup);
    CHECK(text.line ==
          "SETUP cr 5 (orig), bearer speech 64 kbit/s A-law, channel 3 exclusive, calling 5550100 "
          "(national/ISDN) "
          "allowed (user, verified), called 4711 (national/ISDN), sending complete");
    CHECK(text.layer3);
    CHECK_FALSE(text.malformed);
    CHECK(text.message == "SETUP");
    CHECK(text.layer2 == "I N(S) 4 N(R) 5 command P=0");
    CHECK(text.details ==
          std::vector<std::string>{
              "I N(S) 4 N(R) 5 command P=0", "SETUP (0x05), cr 5 (orig) of 2 octets, protocol 0x08",
              "bearer capability (0x04, 3 octets): speech 64 kbit/s A-law",
              "channel identification (0x18, 3 octets): 3 exclusive",
              "calling party number (0x6c, 9 octets): 5550100 (national/ISDN) allowed (user, verified)",
              "called party number (0x70, 5 octets): 4711 (national/ISDN)", "sending complete (0xa1)"});
}

TEST_CASE("call references") {
    const auto line = [](const std::string& hex) { return received_by_user("02 01 00 00 08 " + hex).line; };
    CHECK(line("02 80 05 07") == "CONNECT cr 5 (dest)");
    CHECK(line("02 7f ff 07") == "CONNECT cr 32767 (orig)");
    CHECK(line("01 85 07") == "CONNECT cr 5 (dest)");
    CHECK(line("00 62") == "FACILITY cr dummy");
    CHECK(line("02 00 00 46") == "RESTART cr global (orig)");
    CHECK(line("02 80 00 4e") == "RESTART ACKNOWLEDGE cr global (dest)");
    CHECK(line("04 81 02 03 04 07") == "CONNECT cr 0x81 02 03 04 (dest)");
    CHECK(line("05 80 00 00 00 00 07") == "CONNECT cr global (dest)");
}

TEST_CASE("every message has its name") {
    const std::vector<std::pair<unsigned, std::string>> names{{0x01, "ALERTING"},
                                                              {0x02, "CALL PROCEEDING"},
                                                              {0x03, "PROGRESS"},
                                                              {0x05, "SETUP"},
                                                              {0x07, "CONNECT"},
                                                              {0x0d, "SETUP ACKNOWLEDGE"},
                                                              {0x0f, "CONNECT ACKNOWLEDGE"},
                                                              {0x20, "USER INFORMATION"},
                                                              {0x21, "SUSPEND REJECT"},
                                                              {0x22, "RESUME REJECT"},
                                                              {0x24, "HOLD"},
                                                              {0x25, "SUSPEND"},
                                                              {0x26, "RESUME"},
                                                              {0x28, "HOLD ACKNOWLEDGE"},
                                                              {0x2d, "SUSPEND ACKNOWLEDGE"},
                                                              {0x2e, "RESUME ACKNOWLEDGE"},
                                                              {0x30, "HOLD REJECT"},
                                                              {0x31, "RETRIEVE"},
                                                              {0x33, "RETRIEVE ACKNOWLEDGE"},
                                                              {0x37, "RETRIEVE REJECT"},
                                                              {0x45, "DISCONNECT"},
                                                              {0x46, "RESTART"},
                                                              {0x4d, "RELEASE"},
                                                              {0x4e, "RESTART ACKNOWLEDGE"},
                                                              {0x5a, "RELEASE COMPLETE"},
                                                              {0x60, "SEGMENT"},
                                                              {0x62, "FACILITY"},
                                                              {0x64, "REGISTER"},
                                                              {0x6e, "NOTIFY"},
                                                              {0x75, "STATUS ENQUIRY"},
                                                              {0x79, "CONGESTION CONTROL"},
                                                              {0x7b, "INFORMATION"},
                                                              {0x7d, "STATUS"},
                                                              {0x55, "message 0x55"}};
    for (const auto& [type, name] : names) {
        auto frame = octets("02 01 00 00 08 01 05");
        frame.push_back(static_cast<std::uint8_t>(type));
        const auto text = frame_text(frame, {});
        CHECK(text.message == name);
        CHECK(text.line == name + " cr 5 (orig)");
    }
    CHECK(received_by_user("02 01 00 00 08 01 05 00 05").message == "national message 0x05");
}

TEST_CASE("B-channel maintenance: the two protocols number their messages the other way round") {
    const std::string tail = " 01 01 c2 18 03 a9 83 83";
    const std::string said = " cr global (orig), status out of service, channel 3 exclusive";
    CHECK(received_by_user("02 01 00 00 03 02 00 00 0f" + tail).line == "SERVICE" + said);
    CHECK(received_by_user("02 01 00 00 03 02 00 00 07" + tail).line == "SERVICE ACKNOWLEDGE" + said);
    CHECK(received_by_user("02 01 00 00 43 02 00 00 07" + tail).line == "SERVICE" + said);
    CHECK(received_by_user("02 01 00 00 43 02 00 00 0f" + tail).line == "SERVICE ACKNOWLEDGE" + said);
    const auto unknown = received_by_user("02 01 00 00 4f 01 02");
    CHECK(unknown.line == "protocol 0x4f, 3 octets: 4f 01 02");
    CHECK(unknown.layer3);
    CHECK_FALSE(unknown.malformed);
}

TEST_CASE("bearer capability and compatibilities") {
    CHECK(element_line("04 03 90 90 a2") == "bearer 3.1 kHz audio 64 kbit/s mu-law");
    CHECK(element_line("04 02 88 90") == "bearer unrestricted digital 64 kbit/s");
    CHECK(element_line("04 03 88 98 86") == "bearer unrestricted digital multirate 6 x 64 kbit/s");
    CHECK(element_line("04 04 88 90 21 8f") ==
          "bearer unrestricted digital 64 kbit/s V.110 56 kbit/s synchronous");
    CHECK(element_line("04 05 88 c0 b9 c6 e6") ==
          "bearer unrestricted digital packet mode code 25 layer 2 X.25 link layer 3 X.25 packet");
    CHECK(element_line("04 02 e0 01") == "bearer network's own coding, 01");
    CHECK(element_line("7c 03 90 90 a3") == "low layer 3.1 kHz audio 64 kbit/s A-law");
    CHECK(element_line("7d 02 91 81") == "high layer telephony");
    CHECK(element_line("7d 02 91 84") == "high layer fax group 2/3");
    CHECK(element_line("7d 02 91 e0") == "high layer videotelephony");
}

TEST_CASE("causes with location and diagnostics") {
    CHECK(element_line("08 02 80 90") == "cause 16 (normal clearing) from user");
    CHECK(element_line("08 02 82 91") == "cause 17 (user busy) from local public network");
    CHECK(element_line("08 03 04 80 9f") == "cause 31 (normal, unspecified) from remote public network");
    CHECK(element_line("08 02 8a ff") ==
          "cause 127 (interworking, unspecified) from beyond an interworking point");
    CHECK(
        element_line("08 03 81 e0 18") ==
        "cause 96 (mandatory information element is missing) from local private network, because of channel "
        "identification");
    CHECK(element_line("08 03 81 e1 64") ==
          "cause 97 (message type not implemented) from local private network, because of REGISTER");
    CHECK(element_line("08 05 81 e6 33 31 36") ==
          "cause 102 (recovery on timer expiry) from local private network, diagnostic 33 31 36");
    CHECK(element_line("08 02 80 e5") == "cause 101 (message not compatible with call state) from user");
    CHECK(setup_with("34 01 00").details.at(2) == "signal (0x34, 1 octet): dial tone");
    CHECK(element_line("08 02 c0 90") == "cause 16 of another coding standard");
}

TEST_CASE("channel identification") {
    CHECK(element_line("18 03 a1 83 9f") == "channel 31 preferred");
    CHECK(element_line("18 03 a9 83 81") == "channel 1 exclusive");
    CHECK(element_line("18 01 a3") == "channel any");
    CHECK(element_line("18 01 a0") == "channel none");
    CHECK(element_line("18 01 ac") == "channel the D-channel exclusive");
    CHECK(element_line("18 01 81") == "channel B1 preferred");
    CHECK(element_line("18 01 8a") == "channel B2 exclusive");
    CHECK(element_line("18 04 e9 82 83 85") == "channel of interface 2: 5 exclusive");
    CHECK(element_line("18 05 a9 83 01 02 85") == "channel 1-2, 5 exclusive");
    CHECK(element_line("18 04 a9 83 05 81") == "channel 5, 1 exclusive");
    CHECK(element_line("18 06 a9 93 80 00 00 06") == "channel map 1-2, 31 exclusive");
    CHECK(element_line("18 05 a9 93 80 00 03") == "channel map 1-2, 24 exclusive");
    CHECK(element_line("18 03 a9 86 81") == "channel H0 1 exclusive");
}

TEST_CASE("numbers and subaddresses") {
    CHECK(element_line("70 01 80") == "called no digits (unknown/unknown)");
    CHECK(element_line("70 04 91 34 39 33") == "called 493 (international/ISDN)");
    CHECK(element_line("70 03 c9 2a 23") == "called *# (subscriber/private)");
    CHECK(element_line("70 03 80 31 0a") == "called \"1\\x0a\" (unknown/unknown)");
    CHECK(element_line("6c 02 81 31") == "calling 1 (unknown/ISDN)");
    CHECK(element_line("6c 02 00 a3") == "calling no digits (unknown/unknown) restricted (network)");
    CHECK(element_line("6c 02 00 c0") ==
          "calling no digits (unknown/unknown) not available (user, not screened)");
    CHECK(element_line("4c 03 21 82 37") == "connected 7 (national/ISDN) allowed (user, failed)");
    CHECK(element_line("74 04 21 01 8f 37") ==
          "redirecting 7 (national/ISDN) allowed (user, verified) unconditional");
    CHECK(element_line("73 04 21 01 81 37") ==
          "first called 7 (national/ISDN) allowed (user, verified) busy");
    CHECK(element_line("76 03 21 80 37") == "redirection 7 (national/ISDN) allowed (user, not screened)");
    CHECK(element_line("71 05 80 50 31 32 33") == "called subaddress NSAP \"123\"");
    CHECK(element_line("6d 03 a8 12 30") == "calling subaddress user 12 30");
    CHECK(element_line("4d 03 80 49 12") == "connected subaddress NSAP 49 12");
    CHECK(element_line("78 04 a1 32 38 38") == "transit network 288");
}

TEST_CASE("the other elements") {
    CHECK(element_line("1e 02 82 88") == "progress 8 (in-band information) from local public network");
    CHECK(element_line("1e 02 81 83") == "progress 3 (origin not ISDN) from local private network");
    CHECK(element_line("14 01 0a") == "call state 10 (active)");
    CHECK(element_line("14 01 3d") == "call state 61 (restart request)");
    CHECK(element_line("20 02 00 e7") == "network facilities e7 (long distance)");
    CHECK(element_line("20 06 04 a1 32 38 38 e1") ==
          "network facilities of network \"288\" e1 (software-defined network)");
    CHECK(element_line("27 01 f9") == "notification remote hold");
    CHECK(element_line("28 05 4a fc 72 67 22") == "display \"J\xc3\xbcrg\\\"\"");
    CHECK(element_line("28 04 b1 41 42 43") == "display \"ABC\"");
    CHECK(element_line("28 01 c4") == "display \"\xc3\x84\"");
    CHECK(element_line("29 05 1a 01 1f 0d 05") == "date 26-01-31 13:05");
    CHECK(element_line("2c 03 2a 37 31") == "keypad *71");
    CHECK(element_line("34 01 00") == "signal dial tone");
    CHECK(element_line("79 01 80") == "restart the indicated channels");
    CHECK(element_line("79 01 87") == "restart all interfaces");
    CHECK(element_line("7e 04 04 68 69 21") == "user-user IA5 \"hi!\"");
    CHECK(element_line("7e 03 00 01 02") == "user-user user's own 01 02");
    CHECK(element_line("00 02 81 05") == "segmented the first, 1 more, of SETUP");
    CHECK(element_line("b0") == "congestion level 0");
    CHECK(element_line("d2") == "repeat 2");
    CHECK(element_line("5a 02 01 02") == "element 0x5a 01 02");
    CHECK(element_line("34 02 00 01") == "signal dial tone and 01");
}

TEST_CASE("facilities: the components of ROSE and their operations") {
    CHECK(element_line("1c 09 91 a1 06 02 01 05 02 01 15") == "facility 9 octets, invoke 5 operation 21");
    CHECK(element_line("1c 0c 91 a1 09 02 01 05 80 01 04 02 01 15") ==
          "facility 12 octets, invoke 5 operation 21");
    CHECK(element_line("1c 0b 91 a1 08 02 01 05 06 03 2a 86 48") ==
          "facility 11 octets, invoke 5 operation 1.2.840");
    CHECK(element_line("1c 14 9f aa 06 80 01 00 82 01 00 8b 01 00 a1 06 02 01 07 02 01 00") ==
          "facility 20 octets, invoke 7 operation 0");
    CHECK(element_line("1c 0b 91 a2 08 02 01 05 30 03 02 01 15") ==
          "facility 11 octets, return result 5 operation 21");
    CHECK(element_line("1c 06 91 a2 03 02 01 05") == "facility 6 octets, return result 5");
    CHECK(element_line("1c 09 91 a3 06 02 01 05 02 01 03") == "facility 9 octets, return error 5 error 3");
    CHECK(element_line("1c 09 91 a4 06 02 01 05 81 01 00") == "facility 9 octets, reject 5");
    CHECK(element_line("1c 0b 91 a1 80 02 01 ff 02 01 15 00 00") ==
          "facility 11 octets, invoke -1 operation 21");
    // Release link trunk of the DMS-100.
    CHECK(element_line("1c 0a 11 be a1 06 02 01 05 02 01 01") == "facility 10 octets, invoke 5 operation 1");
    CHECK(element_line("1c 03 93 01 02") == "facility ACSE 01 02");
}

TEST_CASE("codesets") {
    // A locking shift is for all that follows, the other one for the next element.
    CHECK(element_line("96 01 01 bd 70 02 81 31") == "originating line 61, element 0x70 of codeset 6 81 31");
    CHECK(element_line("9e 01 01 bd 70 02 81 31") == "originating line 61, called 1 (unknown/ISDN)");
    CHECK(element_line("94 31 01 83") == "transit counter 3");
    CHECK(setup_with("96 01 01 bd").details.at(2) == "shift (0x96): to codeset 6");
    CHECK(setup_with("9e 01 01 bd").details.at(2) == "shift (0x9e): for one element to codeset 6");
    const auto back = setup_with("96 94 31 01 83");
    CHECK(back.malformed);
    CHECK(back.line ==
          "SETUP cr 5 (orig), shift malformed (a locking shift goes only to higher codesets), "
          "element 0x31 of codeset 6 83");
}

TEST_CASE("a malformed element is named as such, and the others are shown") {
    const auto broken = GENERATE(table<std::string, std::string>(
        {{"04", "bearer malformed (no length)"},
         {"04 00", "bearer malformed (too short)"},
         {"04 01 80", "bearer malformed (too short) 80"},
         {"04 02 00 10", "bearer malformed (no end of an octet group) 00 10"},
         {"04 02 88 98", "bearer malformed (too short) 88 98"},
         {"08 00", "cause malformed (too short)"},
         {"08 01 80", "cause malformed (too short) 80"},
         {"18 00", "channel malformed (too short)"},
         {"18 01 a9", "channel malformed (too short) a9"},
         {"18 02 a9 83", "channel malformed (too short) a9 83"},
         {"18 04 a9 93 01 02", "channel malformed (a slot map has 3 or 4 octets) a9 93 01 02"},
         {"18 01 aa", "channel malformed (a reserved selection) aa"},
         {"1e 01 82", "progress malformed (too short) 82"},
         {"6c 03 21 31 32", "calling malformed (no end of an octet group) 21 31 32"},
         {"70 00", "called malformed (too short)"},
         {"70 03 21 31 32", "called malformed (no end of an octet group) 21 31 32"},
         {"70 02 21 81", "called malformed (an octet group is too long) 21 81"},
         {"70 14 81 31", "called malformed (longer than the message) 81 31"},
         {"71 01 00", "called subaddress malformed (no end of an octet group) 00"},
         {"20 02 05 31", "network facilities malformed (too short) 05 31"},
         {"20 00", "network facilities malformed (too short)"},
         {"29 01 1a", "date malformed (a date has 3 to 6 octets) 1a"},
         {"00 01 81", "segmented malformed (too short) 81"},
         {"7e 00", "user-user malformed (too short)"},
         {"1c 00", "facility malformed (too short)"},
         {"1c 04 91 a1 09 02", "facility malformed (too short) 91 a1 09 02"},
         {"1c 06 91 a1 03 02 01 05",
          "facility malformed (a component without its operation) 91 a1 03 02 01 05"},
         {"1c 05 91 a1 02 02 05", "facility malformed (a component is cut off) 91 a1 02 02 05"},
         {"1c 06 91 a1 83 01 00 00", "facility malformed (a component is too long) 91 a1 83 01 00 00"}}));
    const auto text = setup_with("a1 " + std::get<0>(broken));
    CHECK(text.line == "SETUP cr 5 (orig), sending complete, " + std::get<1>(broken));
    CHECK(text.malformed);
    CHECK(text.message == "SETUP");
}

TEST_CASE("a malformed message is shown as octets") {
    const auto line = GENERATE(table<std::string, std::string>(
        {{"08", "malformed message (a bad call reference): 08"},
         {"08 02 00", "malformed message (a bad call reference): 08 02 00"},
         {"08 f2 00 05 05", "malformed message (a bad call reference): 08 f2 00 05 05"},
         {"08 02 00 05", "malformed message (no message type): 08 02 00 05"},
         {"08 02 00 05 00", "malformed message (no message type): 08 02 00 05 00"}}));
    const auto text = received_by_user("02 01 00 00 " + std::get<0>(line));
    CHECK(text.line == std::get<1>(line));
    CHECK(text.malformed);
    CHECK(text.layer3);
    CHECK(text.message.empty());
}

TEST_CASE("a frame of which not all was kept says so") {
    const auto whole = octets("02 01 08 0a 08 02 00 05 07");
    CHECK(frame_text(whole, {.length = whole.size()}).line == "CONNECT cr 5 (orig)");
    const auto cut = frame_text(whole, {.length = 900});
    CHECK(cut.malformed);
    CHECK(cut.line == "(900 octets, of which 9 were kept) CONNECT cr 5 (orig)");
}

TEST_CASE(
    "long messages are cut in the short line, between characters, and have all their elements in the long "
    "one") {
    std::string elements;
    for (int i = 0; i < 40; ++i)
        elements += "28 04 e4 f6 fc df ";
    const auto text = setup_with(elements);
    CHECK(text.line.size() <= FrameText::longest_line);
    CHECK(text.line.size() > FrameText::longest_line - 8);
    CHECK(text.line.ends_with(" ..."));
    CHECK(text.details.size() == 42);
    check_bounds(text);
    check_bounds(setup_with("28 ff" + [] {
        std::string rest;
        for (int i = 0; i < 255; ++i)
            rest += " 01";
        return rest;
    }()));
    std::vector<std::uint8_t> endless(4000, 0xc5);
    std::copy_n(octets("02 01 00 00 08 01 05 05").begin(), 8, endless.begin());
    check_bounds(frame_text(endless, {}));
}

TEST_CASE("any octets give bounded, presentable text") {
    const auto setup =
        octets("02 01 08 0a 08 02 00 05 05 " + usual_setup +
               " 1c 09 91 a1 06 02 01 05 02 01 15 7c 03 90 90 a3 08 02 80 90 7e 04 04 68 69 21");
    for (std::size_t size = 0; size <= setup.size(); ++size)
        check_bounds(frame_text(std::span(setup).first(size), {}));
    std::mt19937 random(4711);
    for (int round = 0; round < 20000; ++round) {
        auto frame = setup;
        for (auto change = random() % 4; change > 0; --change)
            frame[random() % frame.size()] = static_cast<std::uint8_t>(random());
        if (round % 3 == 0) {
            const auto begin = random() % frame.size();
            std::generate(frame.begin() + static_cast<std::ptrdiff_t>(begin), frame.end(),
                          [&] { return static_cast<std::uint8_t>(random()); });
        }
        const auto text = frame_text(frame, {.direction = FrameDirection::sent, .network_side = true});
        if (text.line.empty() || text.line.size() > FrameText::longest_line || !is_presentable(text.line) ||
            !std::all_of(text.details.begin(), text.details.end(), is_presentable)) {
            CAPTURE(round);
            check_bounds(text);
        }
    }
}
