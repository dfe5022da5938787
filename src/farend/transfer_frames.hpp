// TransferFrames: transfers that libpri's network side has nothing for, done in the frames of a D-channel: two B-channel
// transfer and the release link trunk (isdn_facility.hpp). An answer travels as the NOTIFY that libpri is made to send
// in its place, so that Q.921 counts it. Private to farend. Thread: far end; set() any.
#pragma once

#include <atomic>
#include <map>
#include <utility>
#include <vector>

#include "isdn_facility.hpp"
#include "tipring/farend/far_end.hpp"

namespace tipring::farend {

class TransferFrames {
  public:
    /// The notification (Q.931 4.5.22) of such a NOTIFY, which the models send for nothing else: bearer service change.
    static constexpr int carrier = 2;

    void set(IsdnTransfers transfers) { transfers_ = transfers; }
    /// A frame that has come. False: libpri must not see the message.
    bool take(facility::Frame frame);
    /// What was asked since the last time.
    std::vector<facility::Request> take_requests() { return std::exchange(requests_, {}); }
    /// The reference of the call that the one of the request is to be joined to, as the user writes it.
    std::optional<std::uint16_t> other_call(const facility::Request& request) const;
    /// What the next carrier of the call is: the contents of a Facility element.
    void answer(const facility::Request& request, bool granted);
    /// A frame that leaves, as it is to leave.
    facility::Octets outgoing(facility::Frame frame) const;

  private:
    std::atomic<IsdnTransfers> transfers_{IsdnTransfers::joined};
    std::uint32_t last_identity_ = 130000;  ///< as large as those of a real exchange: three octets
    std::vector<facility::Request> requests_;
    // by references as the user writes them
    std::map<std::uint16_t, std::uint32_t> identities_;
    std::map<std::uint16_t, facility::Octets> answers_;
};

}  // namespace tipring::farend
