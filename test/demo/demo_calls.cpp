#include "demo_calls.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <cstdio>
#include <stdexcept>
#include <thread>

namespace tipring::demo {
namespace json = boost::json;
using namespace std::chrono_literals;
using acceptance::eventually;

namespace {

constexpr std::chrono::milliseconds patience{15000};

std::string at(unsigned channel) {
    return std::to_string(channel);
}

std::string level_text(double level) {
    char text[24];
    std::snprintf(text, sizeof text, "%.1f dBm0", level);
    return text;
}

}  // namespace

DemoCalls::DemoCalls(acceptance::Gateway& gateway, acceptance::SipPhone& client, std::string folder,
                     farend::Clip caller_voice, farend::Clip client_voice, Timeline& timeline)
    : gateway_(gateway),
      client_(client),
      folder_(std::move(folder)),
      caller_voice_(std::move(caller_voice)),
      client_voice_(std::move(client_voice)),
      timeline_(timeline) {}

json::value DemoCalls::sim(const std::string& command, json::object parameters) {
    return gateway_.call("sim." + command, std::move(parameters));
}

CallResult DemoCalls::begin(const std::string& title) {
    ++number_;
    timeline_.begin(title);
    CallResult result;
    result.title = title;
    return result;
}

void DemoCalls::require(bool condition, const std::string& failure) {
    if (!condition) throw std::runtime_error(failure);
}

void DemoCalls::lift_and_dial(unsigned port, const std::string& number) {
    sim("lift", {{"port", at(port)}});
    timeline_.step("telephone " + std::to_string(port) + " goes off-hook");
    json::value heard;
    require(eventually(patience,
                       [&] {
                           heard = sim("hear", {{"port", at(port)}});
                           return heard.at("tone").as_string() == "dial";
                       }),
            "no dial tone");
    timeline_.step("it hears dial tone at " + level_text(heard.at("level_dbm0").to_number<double>()));
    sim("dial", {{"port", at(port)}, {"digits", number}});
    timeline_.step("it dials " + number);
}

void DemoCalls::wait_ringing(unsigned port) {
    require(eventually(patience, [&] { return gateway_.port_state(port) == "ringing"; }),
            "telephone " + std::to_string(port) + " does not ring");
    timeline_.step("telephone " + std::to_string(port) + " rings");
}

void DemoCalls::wait_talking(unsigned port) {
    require(gateway_.wait_port_state(port, "talking", patience),
            "port " + std::to_string(port) + " does not reach the talking state");
}

void DemoCalls::wait_event(const std::string& event) {
    require(client_.wait_event(event, patience), "the SIP client does not report " + event);
}

json::object DemoCalls::line_state(unsigned channel) {
    const auto state = sim("state");
    for (const auto& line : state.at("lines").as_array()) {
        if (line.at("channel").to_number<unsigned>() == channel) return line.as_object();
    }
    throw std::runtime_error("no exchange line " + std::to_string(channel));
}

void DemoCalls::note_media(CallResult& result) {
    const auto calls = gateway_.call("calls");
    for (const auto& call : calls.as_array()) {
        for (const auto& rtp : call.at("rtp").as_array()) {
            result.has_rtp = true;
            result.codec = rtp.at("codec").as_string().c_str();
            result.sent = rtp.at("packets_sent").to_number<std::uint64_t>();
            result.received = rtp.at("packets_received").to_number<std::uint64_t>();
            result.lost = rtp.at("packets_lost").to_number<std::uint64_t>();
        }
    }
}

// The SIP client speaks by itself as soon as the call is up; the simulated side is told to.
void DemoCalls::talk_with_client(CallResult& result, const std::string& port, const std::string& name) {
    sim("say", {{"port", port}, {"wav", folder_ + "/caller.wav"}});
    listen(result);
    judge_simulated_side(result, port, name, client_voice_);
}

void DemoCalls::talk_between(CallResult& result, const std::string& a, const std::string& a_name,
                             const std::string& b, const std::string& b_name) {
    sim("record", {{"port", a}});
    sim("record", {{"port", b}});
    sim("say", {{"port", a}, {"wav", folder_ + "/caller.wav"}});
    sim("say", {{"port", b}, {"wav", folder_ + "/client.wav"}});
    listen(result);
    judge_simulated_side(result, a, a_name, client_voice_);
    judge_simulated_side(result, b, b_name, caller_voice_);
}

void DemoCalls::listen(CallResult& result) {
    timeline_.step("both sides speak");
    test::machine_watch().restart();
    const auto longest = std::max(caller_voice_.size(), client_voice_.size());
    std::this_thread::sleep_for(std::chrono::milliseconds(longest / 8) + lead_in + 700ms);
    stood_still_ = test::machine_watch().stood_still();
    if (stood_still_ > 5ms)
        timeline_.step("(the machine itself stood still for " + std::to_string(stood_still_.count()) +
                       " ms)");
    note_media(result);
}

void DemoCalls::judge_simulated_side(CallResult& result, const std::string& port, const std::string& name,
                                     const farend::Clip& said) {
    const auto file =
        folder_ + "/call" + std::to_string(number_) + "-" + name.substr(0, name.find(' ')) + ".wav";
    sim("record_stop", {{"port", port}, {"wav", file}});
    const auto heard = farend::read_wav(file);
    require(static_cast<bool>(heard), "no recording " + file);
    result.directions.push_back({name, farend::match(said, *heard), file, stood_still_});
}

void DemoCalls::judge_client(CallResult& result) {
    result.directions.push_back({"SIP client", farend::match(caller_voice_, client_.heard()),
                                 client_.newest_recording(), stood_still_});
}

void DemoCalls::end_of_call() {
    require(gateway_.wait_no_calls(patience), "the call is not released");
    timeline_.step("the call is released");
}

CallResult DemoCalls::phone_calls_client() {
    auto result = begin("1. telephone (FXS 1) calls SIP client");
    client_.forget();
    lift_and_dial(phone_1, "300");
    const auto dialled = timeline_.elapsed();
    wait_event("CALL_INCOMING");
    timeline_.step("the SIP client rings");
    require(eventually(patience,
                       [&] {
                           return sim("hear", {{"port", at(phone_1)}}).at("tone").as_string() == "ringback";
                       }),
            "no ringback tone");
    timeline_.step("telephone 1 hears ringback");
    result.setup = timeline_.elapsed() - dialled;
    sim("record", {{"port", at(phone_1)}});
    client_.answer();
    wait_event("CALL_ESTABLISHED");
    wait_talking(phone_1);
    timeline_.step("the SIP client answers");
    talk_with_client(result, at(phone_1), "telephone");
    sim("hang_up", {{"port", at(phone_1)}});
    timeline_.step("telephone 1 hangs up");
    wait_event("CALL_CLOSED");
    end_of_call();
    judge_client(result);
    return result;
}

CallResult DemoCalls::client_calls_phone() {
    auto result = begin("2. SIP client calls telephone (FXS 2)");
    client_.forget();
    client_.dial("sip:202@127.0.0.1:5070");
    timeline_.step("the SIP client calls 202");
    wait_ringing(phone_2);
    result.setup = timeline_.elapsed();
    wait_event("CALL_RINGING");
    sim("record", {{"port", at(phone_2)}});
    sim("lift", {{"port", at(phone_2)}});
    timeline_.step("telephone 2 answers");
    wait_event("CALL_ESTABLISHED");
    wait_talking(phone_2);
    talk_with_client(result, at(phone_2), "telephone");
    client_.hang_up();
    timeline_.step("the SIP client hangs up");
    end_of_call();
    sim("hang_up", {{"port", at(phone_2)}});
    judge_client(result);
    return result;
}

CallResult DemoCalls::phone_calls_outside() {
    auto result = begin("3. telephone (FXS 3) calls out by an exchange line");
    lift_and_dial(phone_3, "95551234");
    const auto dialled = timeline_.elapsed();
    wait_talking(phone_3);
    timeline_.step("the gateway has seized exchange line " + std::to_string(line_1) + " and dialled");
    require(eventually(patience, [&] { return line_state(line_1).at("state").as_string() == "talking"; }),
            "the exchange does not put the call through");
    result.setup = timeline_.elapsed() - dialled;
    const auto number = std::string(line_state(line_1).at("dialled").as_string());
    timeline_.step("the exchange heard " + number + " and its subscriber answers");
    require(number == "5551234", "the exchange heard " + number + " instead of 5551234");
    talk_between(result, at(phone_3), "telephone", at(line_1), "outside");
    sim("line_hang_up", {{"line", at(line_1)}, {"how", "battery"}});
    timeline_.step("the exchange drops battery");
    end_of_call();
    sim("hang_up", {{"port", at(phone_3)}});
    return result;
}

CallResult DemoCalls::outside_calls_client() {
    auto result = begin("4. exchange line (FXO 2) rings the SIP client");
    client_.forget();
    sim("ring", {{"line", at(line_2)}});
    timeline_.step("exchange line " + std::to_string(line_2) + " rings");
    wait_event("CALL_INCOMING");
    timeline_.step("the SIP client rings");
    result.setup = timeline_.elapsed();
    sim("record", {{"port", at(line_2)}});
    client_.answer();
    wait_event("CALL_ESTABLISHED");
    require(eventually(patience, [&] { return line_state(line_2).at("state").as_string() == "talking"; }),
            "the gateway does not answer the line");
    timeline_.step("the SIP client answers; the gateway closes the loop");
    talk_with_client(result, at(line_2), "outside");
    sim("line_hang_up", {{"line", at(line_2)}, {"how", "busy"}});
    timeline_.step("the caller hangs up; the exchange sends busy tone");
    wait_event("CALL_CLOSED");
    end_of_call();
    judge_client(result);
    return result;
}

CallResult DemoCalls::isdn_calls_phone() {
    auto result = begin("5a. ISDN network (E1) calls telephone (FXS 4)");
    sim("isdn_call", {{"from", "5550100"}, {"name", "Jane Caller"}, {"to", "204"}});
    timeline_.step("the network sends SETUP from 5550100 to 204");
    wait_ringing(phone_4);
    result.setup = timeline_.elapsed();
    sim("lift", {{"port", at(phone_4)}});
    timeline_.step("telephone 4 answers");
    wait_talking(phone_4);
    talk_between(result, at(phone_4), "telephone", "isdn", "ISDN network");
    sim("hang_up", {{"port", at(phone_4)}});
    timeline_.step("telephone 4 hangs up");
    end_of_call();
    return result;
}

CallResult DemoCalls::client_calls_isdn() {
    auto result = begin("5b. SIP client calls out by the E1");
    client_.forget();
    // The registrar knows no outside numbers, so the client asks the gateway's port through it.
    client_.dial("sip:85550200@127.0.0.1:5070");
    timeline_.step("the SIP client calls 85550200");
    wait_event("CALL_RINGING");
    result.setup = timeline_.elapsed();
    wait_event("CALL_ESTABLISHED");
    timeline_.step("the ISDN network answers");
    sim("record", {{"port", "isdn"}});
    talk_with_client(result, "isdn", "ISDN network");
    client_.hang_up();
    timeline_.step("the SIP client hangs up");
    end_of_call();
    judge_client(result);
    return result;
}

}  // namespace tipring::demo
