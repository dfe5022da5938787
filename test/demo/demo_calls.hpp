// The calls of the demo: who picks up what, in which order, and what each side heard. Everything is done from
// outside: by the sim commands of the control socket (the same that `tipringctl sim` sends) and by a real SIP
// client.
#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "machine_watch.hpp"
#include "support/gateway.hpp"
#include "support/sip_phone.hpp"
#include "timeline.hpp"

namespace tipring::demo {

/// Board channels of config/simulator.yaml.
inline constexpr unsigned phone_1 = 1, phone_2 = 2, phone_3 = 3, phone_4 = 4, line_1 = 5, line_2 = 6;

/// Silence before each voice, so that nothing is said while an exchange line is still being closed.
inline constexpr std::chrono::milliseconds lead_in{1500};

class DemoCalls {
  public:
    DemoCalls(acceptance::Gateway& gateway, acceptance::SipPhone& client, std::string folder,
              farend::Clip caller_voice, farend::Clip client_voice, Timeline& timeline);

    CallResult phone_calls_client();
    CallResult client_calls_phone();
    CallResult phone_calls_outside();
    CallResult outside_calls_client();
    CallResult isdn_calls_phone();
    CallResult client_calls_isdn();

  private:
    boost::json::value sim(const std::string& command, boost::json::object parameters = {});
    CallResult begin(const std::string& title);
    boost::json::object line_state(unsigned channel);
    void lift_and_dial(unsigned port, const std::string& number);
    void wait_ringing(unsigned port);
    void wait_talking(unsigned port);
    void wait_event(const std::string& event);
    /// Both sides speak; notes what the simulated sides heard. `port`, `a`, `b` name them as the sim commands
    /// do.
    void talk_with_client(CallResult& result, const std::string& port, const std::string& name);
    void talk_between(CallResult& result, const std::string& a, const std::string& a_name,
                      const std::string& b, const std::string& b_name);
    void note_media(CallResult& result);
    void require(bool condition, const std::string& failure);
    void listen(CallResult& result);
    void judge_simulated_side(CallResult& result, const std::string& port, const std::string& name,
                              const farend::Clip& said);
    void judge_client(CallResult& result);
    void end_of_call();

    acceptance::Gateway& gateway_;
    acceptance::SipPhone& client_;
    std::string folder_;
    farend::Clip caller_voice_, client_voice_;
    Timeline& timeline_;
    unsigned number_ = 0;
    std::chrono::milliseconds stood_still_{0};  ///< by the machine, while the last call's sides spoke
};

}  // namespace tipring::demo
