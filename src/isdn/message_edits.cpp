#include "message_edits.hpp"

#include "q931_message.hpp"

namespace tipring::isdn {

namespace {

/// More than the calls of a span that can be set up and cleared at a time.
constexpr std::size_t most_edits = 128;

bool clears(std::uint8_t type) {
    return type == q931::disconnect || type == q931::release || type == q931::release_complete;
}

}  // namespace

void MessageEdits::add(Edit edit) {
    // A reference is used again; what was for its last call must not be found.
    std::erase_if(edits_, [&](const Edit& old) {
        return old.reference == edit.reference && old.ours == edit.ours && (edit.setup || !old.setup);
    });
    if (edit.setup && edit.user.empty()) return;
    edits_.push_back(std::move(edit));
    if (edits_.size() > most_edits) edits_.pop_front();
}

void MessageEdits::add_setup(std::uint16_t reference, const call::UserToUser& user) {
    if (reference != 0) add({.reference = reference, .setup = true, .user = user});
}

void MessageEdits::add_clearing(std::uint16_t reference, bool ours, std::uint8_t cause,
                                call::Location location) {
    if (reference != 0) add({.reference = reference, .ours = ours, .cause = cause, .location = location});
}

void MessageEdits::note_received(std::span<const std::uint8_t> frame) {
    const auto head = edits_.empty() ? std::nullopt : q931::head_of(frame);
    if (!head || head->type != q931::setup || !head->by_originator) return;
    std::erase_if(edits_, [&](const Edit& old) { return old.reference == head->reference && !old.ours; });
}

std::vector<std::uint8_t> MessageEdits::apply(std::span<const std::uint8_t> frame) const {
    const auto head = edits_.empty() ? std::nullopt : q931::head_of(frame);
    if (!head) return {};
    for (const auto& edit : edits_) {
        if (edit.reference != head->reference || edit.ours != head->by_originator) continue;
        if (edit.setup && head->type == q931::setup) return q931::with_user_to_user(frame, edit.user);
        if (!edit.setup && clears(head->type)) {
            std::vector<std::uint8_t> changed(frame.begin(), frame.end());
            if (q931::set_cause_location(changed, edit.cause, edit.location)) return changed;
        }
    }
    return {};
}

}  // namespace tipring::isdn
