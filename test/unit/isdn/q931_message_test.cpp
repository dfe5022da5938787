// Elements found in and written into Q.931 messages, and octets that are none.
#include "q931_message.hpp"

#include <catch2/catch.hpp>

#include "message_edits.hpp"
#include "q931_peek.hpp"

using namespace tipring;
using namespace tipring::isdn;
using Octets = std::vector<std::uint8_t>;

namespace {

/// An I-frame with a message of this type and call reference, and two octets for the check sequence.
Octets message_frame(std::uint8_t type, std::uint16_t reference, bool by_originator, const Octets& elements) {
    Octets frame{0x02, 0x01, 0x00, 0x00, 0x08, 0x02};
    frame.push_back(static_cast<std::uint8_t>((reference >> 8U) | (by_originator ? 0x00U : 0x80U)));
    frame.push_back(static_cast<std::uint8_t>(reference & 0xffU));
    frame.push_back(type);
    frame.insert(frame.end(), elements.begin(), elements.end());
    frame.insert(frame.end(), {0xaa, 0xbb});
    return frame;
}

const Octets busy_cause{0x08, 0x02, 0x81, 0x91};

}  // namespace

TEST_CASE("the location of a cause is written where the cause is meant") {
    auto frame = message_frame(q931::disconnect, 7, true, busy_cause);
    CHECK_FALSE(q931::set_cause_location(frame, 16, call::Location::public_local));
    CHECK(cause_location(frame) == call::Location::private_local);
    CHECK(q931::set_cause_location(frame, 17, call::Location::international));
    CHECK(cause_location(frame) == call::Location::international);
    auto with_3a = message_frame(q931::release, 7, true, {0x08, 0x03, 0x01, 0x80, 0x91});
    CHECK(q931::set_cause_location(with_3a, 17, call::Location::transit));
    CHECK(with_3a[11] == 0x03);
    auto none = message_frame(q931::release, 7, true, {});
    CHECK_FALSE(q931::set_cause_location(none, 17, call::Location::user));
}

TEST_CASE("screening is written into the number that is meant, and only into one that is shown") {
    const auto edited = [](const Octets& elements, std::uint8_t screening) {
        auto frame = message_frame(q931::setup, 7, true, elements);
        const bool changed = q931::set_screening(frame, q931::calling_party_number, screening);
        CHECK(changed == (frame != message_frame(q931::setup, 7, true, elements)));
        return frame;
    };
    const auto as = [](const Octets& elements) { return message_frame(q931::setup, 7, true, elements); };
    const Octets network{0x6c, 0x05, 0x21, 0x83, '2', '0', '1'};
    for (unsigned screening = 0; screening < 3; ++screening) {
        const auto octet = static_cast<std::uint8_t>(0x80U | screening);
        CHECK(edited(network, static_cast<std::uint8_t>(screening)) ==
              as({0x6c, 0x05, 0x21, octet, '2', '0', '1'}));
    }
    const Octets unchanged[] = {
        {0x6c, 0x05, 0x21, 0xa3, '2', '0', '1'},  // restricted
        {0x6c, 0x02, 0x00, 0xc3},                 // not available
        {0x6c, 0x04, 0xa1, '2', '0', '1'},        // no octet 3a
        {0x6c, 0x01, 0x21},
        {0x6c, 0x00},
        {0x70, 0x05, 0x21, 0x83, '2', '0', '1'},        // another number
        {0x96, 0x6c, 0x05, 0x21, 0x83, '2', '0', '1'},  // another codeset
    };
    for (const auto& elements : unchanged)
        CHECK(edited(elements, 0) == as(elements));
}

TEST_CASE("a User-user element stands behind the others of its codeset and is read again") {
    const call::UserToUser user{0x00, std::string("a\0b", 3)};
    const Octets elements{0xa1, 0x04, 0x01, 0x80, 0x96, 0x28, 0x01, 'N'};  // then codeset 6 with a Display
    const auto frame = q931::with_user_to_user(message_frame(q931::setup, 1, true, elements), user);
    const Octets wanted{0xa1, 0x04, 0x01, 0x80, 0x7e, 0x04, 0x00, 'a', 0x00, 'b', 0x96, 0x28, 0x01, 'N'};
    CHECK(frame == message_frame(q931::setup, 1, true, wanted));
    CHECK(user_to_user(frame) == user);
    CHECK(q931::with_user_to_user(frame, {4, "x"}) == frame);  // it has one
    const auto huge = message_frame(q931::setup, 1, true, Octets(200, 0xa1));
    CHECK(q931::with_user_to_user(huge, {4, std::string(128, 'x')}) == huge);
    CHECK(user_to_user(message_frame(q931::setup, 1, true, {0x96, 0x7e, 0x02, 0x04, 'x'})).empty());
    Octets too_long{0x7e, 0x82, 0x04};
    too_long.resize(2 + 0x82, 'x');
    CHECK(user_to_user(message_frame(q931::setup, 1, true, too_long)).empty());
}

TEST_CASE("in-band information is progress indicator 8, the first or the second") {
    CHECK(has_inband_information(
        message_frame(q931::disconnect, 1, true, {0x08, 0x02, 0x82, 0x91, 0x1e, 0x02, 0x82, 0x88})));
    CHECK(has_inband_information(
        message_frame(q931::disconnect, 1, true, {0x1e, 0x02, 0x82, 0x81, 0x1e, 0x02, 0x82, 0x88})));
    CHECK_FALSE(has_inband_information(message_frame(q931::disconnect, 1, true, {0x1e, 0x02, 0x82, 0x81})));
    CHECK_FALSE(has_inband_information(message_frame(q931::disconnect, 1, true, {0x1e, 0x01, 0x88})));
    CHECK_FALSE(has_inband_information(message_frame(q931::disconnect, 1, true, {0x1e})));
}

TEST_CASE("edits find their own messages, late and twice, and no others") {
    MessageEdits edits;
    edits.add_setup(5, {0x04, "hello"});
    edits.add_clearing(5, false, 17, call::Location::public_local);
    const auto setup = message_frame(q931::setup, 5, true, {0x04, 0x01, 0x80});
    for (int i = 0; i < 2; ++i)
        CHECK(user_to_user(edits.apply(setup)) == call::UserToUser{0x04, "hello"});
    CHECK(edits.apply(message_frame(q931::setup, 6, true, {})).empty());
    CHECK(edits.apply(message_frame(q931::setup, 5, false, {})).empty());
    CHECK(cause_location(edits.apply(message_frame(q931::disconnect, 5, false, busy_cause))) ==
          call::Location::public_local);
    CHECK(edits.apply(message_frame(q931::disconnect, 5, false, {0x08, 0x02, 0x81, 0x90})).empty());
    edits.add_setup(5, {});  // the next call with this reference
    CHECK(edits.apply(setup).empty());
    for (std::uint16_t reference = 1; reference < 1000; ++reference)
        edits.add_clearing(reference, true, 17, call::Location::public_local);
    CHECK(edits.apply(message_frame(q931::release, 1, true, busy_cause)).empty());
    CHECK_FALSE(edits.apply(message_frame(q931::release, 999, true, busy_cause)).empty());
}

TEST_CASE("the screening of our number is an edit of SETUP and of CONNECT") {
    MessageEdits edits;
    const Octets calling{0x6c, 0x05, 0x21, 0x83, '2', '0', '1'};
    const Octets connected{0x4c, 0x05, 0x21, 0x83, '2', '0', '1'};
    const auto setup = message_frame(q931::setup, 5, true, calling);
    edits.add_setup(5, {}, 2);
    edits.add_answer(5, 0);
    edits.add_clearing(5, false, 17, call::Location::public_local);
    const Octets failed{0x6c, 0x05, 0x21, 0x82, '2', '0', '1'};
    const Octets unscreened{0x4c, 0x05, 0x21, 0x80, '2', '0', '1'};
    for (int i = 0; i < 2; ++i)
        CHECK(edits.apply(setup) == message_frame(q931::setup, 5, true, failed));
    CHECK(edits.apply(message_frame(q931::connect, 5, false, connected)) ==
          message_frame(q931::connect, 5, false, unscreened));
    CHECK(edits.apply(message_frame(q931::connect, 5, true, connected)).empty());
    edits.add_setup(5, {4, "x"}, 1);  // the next call with this reference
    const auto both = edits.apply(setup);
    CHECK(user_to_user(both) == call::UserToUser{4, "x"});
    CHECK(q931::find_element(both, q931::calling_party_number)[1] == 0x81);
    edits.note_received(message_frame(q931::setup, 5, true, {}));
    CHECK(edits.apply(message_frame(q931::connect, 5, false, connected)).empty());
}

TEST_CASE("progress indicators take the place of the message's own, in the order of elements") {
    using call::Location;
    const Octets channel{0x18, 0x03, 0xa9, 0x83, 0x81}, own{0x1e, 0x02, 0x81, 0x88},
        name{0x28, 0x02, 'A', 'B'};
    const auto message = [&](std::initializer_list<Octets> elements) {
        Octets all;
        for (const auto& element : elements)
            all.insert(all.end(), element.begin(), element.end());
        return message_frame(q931::alerting, 5, false, all);
    };
    const Octets inband{0x1e, 0x02, 0x83, 0x88}, no_isdn{0x1e, 0x02, 0x85, 0x82},
        other{0x1e, 0x02, 0x8a, 0x84};
    const call::ProgressIndicator inband_there{Location::transit, 8},
        no_isdn_there{Location::private_remote, 2}, other_there{Location::beyond_interworking, 4};
    CHECK(q931::with_progress(message({channel, own, name}), {inband_there, no_isdn_there}) ==
          message({channel, inband, no_isdn, name}));
    CHECK(q931::with_progress(message({channel, own}), {no_isdn_there, other_there}) ==
          message({channel, own, no_isdn}));
    CHECK(q931::with_progress(message({channel, name}), {inband_there, no_isdn_there}) ==
          message({channel, no_isdn, name}));
    CHECK(q931::with_progress(message({channel}), {inband_there, no_isdn_there}) ==
          message({channel, no_isdn}));
    CHECK(q931::with_progress(message({}), {no_isdn_there}) == message({no_isdn}));
    CHECK(q931::with_progress(message({channel, own}), {}) == message({channel, own}));
    const Octets no_message{0x02, 0x01, 0x01, 0x05};
    CHECK(q931::with_progress(no_message, {no_isdn_there}) == no_message);
    CHECK(progress_indicators(message({inband, no_isdn})) ==
          std::vector<call::ProgressIndicator>{inband_there, no_isdn_there});
    // Another coding, a reserved location, no description; octet 3 that goes on.
    for (const Octets& strange :
         {Octets{0x1e, 0x02, 0xe1, 0x88}, Octets{0x1e, 0x02, 0x86, 0x88}, Octets{0x1e, 0x02, 0x81, 0x80},
          Octets{0x1e, 0x02, 0x01, 0x88}, Octets{0x1e, 0x01, 0x81}})
        CHECK(progress_indicators(message({strange})).empty());

    MessageEdits edits;
    edits.add_progress(5, {inband_there}, false);
    edits.add_answer(5, 0);
    edits.add_progress(5, {no_isdn_there}, true);
    CHECK(edits.apply(message({own})) == message({inband}));
    const Octets connected{0x4c, 0x05, 0x21, 0x83, '2', '0', '1'},
        unscreened{0x4c, 0x05, 0x21, 0x80, '2', '0', '1'};
    auto both = no_isdn;
    both.insert(both.end(), unscreened.begin(), unscreened.end());
    CHECK(edits.apply(message_frame(q931::connect, 5, false, connected)) ==
          message_frame(q931::connect, 5, false, both));
    edits.add_progress(5, {}, false);
    CHECK(edits.apply(message({own})).empty());
}

TEST_CASE("edits of two calls with one reference stay apart, and end with the next SETUP of their own") {
    MessageEdits edits;
    const auto ours = message_frame(q931::disconnect, 5, true, busy_cause);
    const auto theirs = message_frame(q931::disconnect, 5, false, busy_cause);
    const auto location_in = [&](const Octets& frame) { return cause_location(edits.apply(frame)); };
    edits.add_clearing(5, true, 17, call::Location::public_local);
    CHECK(edits.apply(theirs).empty());
    edits.add_clearing(5, false, 17, call::Location::international);
    CHECK(location_in(ours) == call::Location::public_local);
    CHECK(location_in(theirs) == call::Location::international);
    edits.note_received(message_frame(q931::setup, 6, true, {}));
    edits.note_received(message_frame(q931::release, 5, true, busy_cause));
    edits.note_received(message_frame(q931::setup, 5, false, {}));  // no SETUP has this flag
    CHECK(location_in(theirs) == call::Location::international);
    edits.note_received(message_frame(q931::setup, 5, true, {}));
    CHECK(edits.apply(theirs).empty());
    CHECK(location_in(ours) == call::Location::public_local);
    edits.add_clearing(5, false, 17, call::Location::international);
    edits.add_setup(5, {});
    CHECK(edits.apply(ours).empty());
    CHECK(location_in(theirs) == call::Location::international);
}

TEST_CASE("octets of any kind and length are no message, or stay as they are") {
    const auto whole = message_frame(
        q931::setup, 1, true,
        {0x04, 0x03, 0x80, 0x90, 0xa3, 0x6c, 0x03, 0x21, 0x83, '1', 0x7e, 0x03, 0x04, 'a', 'b'});
    for (std::size_t length = 0; length < whole.size(); ++length) {
        Octets cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
        q931::head_of(cut);
        user_to_user(cut);
        has_inband_information(cut);
        q931::set_cause_location(cut, 17, call::Location::user);
        q931::set_screening(cut, q931::calling_party_number, 0);
        CHECK(q931::with_user_to_user(cut, {4, "x"}).size() <= cut.size() + 4);
    }
    CHECK_FALSE(q931::head_of(Octets{0x02, 0x01, 0x01, 0x00, 0x08, 0x02, 0, 1, 5, 0, 0}));  // no I-frame
    CHECK_FALSE(q931::head_of(Octets{0x02, 0x01, 0x00, 0x00, 0x03, 0x02, 0, 1, 5, 0, 0}));  // maintenance
    CHECK_FALSE(q931::head_of(Octets{0x02, 0x01, 0x00, 0x00, 0x08, 0x01, 0, 5, 0, 0}));
}
