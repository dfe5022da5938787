#include "message_edits.hpp"

#include "q931_message.hpp"

namespace tipring::isdn {

namespace {

/// More than the calls of a span that can be set up and cleared at a time.
constexpr std::size_t most_edits = 512;

bool clears(std::uint8_t type) {
    return type == q931::disconnect || type == q931::release || type == q931::release_complete;
}

}  // namespace

void MessageEdits::add(Edit edit) {
    // A reference is used again; what was for its last call must not be found.
    std::erase_if(edits_, [&](const Edit& old) {
        return old.reference == edit.reference && old.ours == edit.ours &&
               (edit.kind == Kind::setup || old.kind == edit.kind);
    });
    if (edit.kind == Kind::setup && edit.user.empty() && !edit.screening) return;
    const bool of_progress = edit.kind == Kind::progress || edit.kind == Kind::answer_progress;
    if (of_progress && edit.indicators.empty()) return;
    edits_.push_back(std::move(edit));
    if (edits_.size() > most_edits) edits_.pop_front();
}

void MessageEdits::add_setup(std::uint16_t reference, const call::UserToUser& user,
                             std::optional<std::uint8_t> screening) {
    if (reference != 0)
        add({.reference = reference, .kind = Kind::setup, .user = user, .screening = screening});
}

void MessageEdits::add_answer(std::uint16_t reference, std::uint8_t screening) {
    if (reference != 0)
        add({.reference = reference, .ours = false, .kind = Kind::answer, .screening = screening});
}

void MessageEdits::add_progress(std::uint16_t reference,
                                const std::vector<call::ProgressIndicator>& indicators, bool of_answer) {
    if (reference == 0) return;
    add({.reference = reference,
         .ours = false,
         .kind = of_answer ? Kind::answer_progress : Kind::progress,
         .indicators = indicators});
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
    std::vector<std::uint8_t> changed;
    for (const auto& edit : edits_) {
        if (edit.reference != head->reference || edit.ours != head->by_originator) continue;
        if (!is_for(edit.kind, head->type)) continue;
        auto next = applied(edit, changed.empty() ? frame : std::span<const std::uint8_t>(changed));
        if (!next.empty()) changed = std::move(next);
    }
    return changed;
}

bool MessageEdits::is_for(Kind kind, std::uint8_t message_type) {
    switch (kind) {
        case Kind::setup:
            return message_type == q931::setup;
        case Kind::progress:
            return message_type == q931::alerting || message_type == q931::progress;
        case Kind::answer:
        case Kind::answer_progress:
            return message_type == q931::connect;
        case Kind::clearing:
            return clears(message_type);
    }
    return false;
}

std::vector<std::uint8_t> MessageEdits::applied(const Edit& edit, std::span<const std::uint8_t> frame) {
    if (edit.kind == Kind::setup) {
        auto changed = q931::with_user_to_user(frame, edit.user);
        if (edit.screening) q931::set_screening(changed, q931::calling_party_number, *edit.screening);
        return changed;
    }
    if (edit.kind == Kind::progress || edit.kind == Kind::answer_progress)
        return q931::with_progress(frame, edit.indicators);
    std::vector<std::uint8_t> changed(frame.begin(), frame.end());
    const bool done = edit.kind == Kind::answer
                          ? q931::set_screening(changed, q931::connected_number, edit.screening.value_or(0))
                          : q931::set_cause_location(changed, edit.cause, edit.location);
    return done ? changed : std::vector<std::uint8_t>{};
}

}  // namespace tipring::isdn
