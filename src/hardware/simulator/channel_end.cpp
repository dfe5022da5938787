#include "simulator/channel_end.hpp"

#include <utility>

namespace tipring::hardware::simulator {

ChannelEnd::ChannelEnd(dsp::Law law, SharedPage page, base::Fd bearer_socket)
    : law_(law), page_(std::move(page)), bearer_socket_(std::move(bearer_socket)) {}

void ChannelEnd::set_audio(bool on, bool listening) {
    page_->to_client.discard();
    page_->from_client.clear();
    audio_ = on;
    listening_ = on && listening;
}

void ChannelEnd::set_gain(double receive_db, double transmit_db) {
    receive_gain_.set(law_, receive_db);
    transmit_gain_.set(law_, transmit_db);
}

void ChannelEnd::queue_event(LineEvent event) {
    const auto result = page_->events.push(event);
    if (result == QueueResult::broken) broken_ = true;
    if (result == QueueResult::done) send_token();
}

bool ChannelEnd::take_block(Block& block) {
    const auto result = page_->from_client.pop(block);
    if (result == QueueResult::broken) broken_ = true;
    if (result != QueueResult::done) {
        block.fill(dsp::silence(law_));
        return false;
    }
    transmit_gain_.apply(block);
    return true;
}

bool ChannelEnd::give_block(Block block) {
    receive_gain_.apply(block);
    const auto result = page_->to_client.push(block);
    if (result == QueueResult::broken) broken_ = true;
    if (result != QueueResult::done) return false;
    send_token();
    return true;
}

// A token that finds the socket full may be lost: then far more tokens than queued items wait there already.
void ChannelEnd::send_token() {
    static constexpr std::byte token{1};
    send_packet(bearer_socket_, std::span(&token, 1));
}

}  // namespace tipring::hardware::simulator
