// One connection of the control socket: reads request lines, runs commands one after the other, writes
// answers. Thread: core.
#pragma once

#include <array>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "rpc.hpp"
#include "tipring/control/server.hpp"

namespace tipring::control {

class Session final : public Client, public std::enable_shared_from_this<Session> {
  public:
    using Socket = boost::asio::local::stream_protocol::socket;
    using Closed = std::function<void(Session&)>;

    Session(Socket socket, Peer peer, bool allowed, Registry& registry, const ServerOptions& options,
            Closed closed);

    void start();
    /// Ends the connection at once. `closed` is called the first time.
    void close();
    /// Answers `error`, whatever is asked, and closes when it is written.
    void refuse(const CommandError& error);

    const Peer& peer() const override { return peer_; }
    void notify(std::string_view method, boost::json::object parameters) override;
    void keep(std::shared_ptr<void> thing) override { kept_.push_back(std::move(thing)); }

  private:
    void read();
    void work_off_input();
    void handle(std::string_view line);
    void run(Request request);
    void finish(const Request& request, const Command& command, const Command::Reply& reply);
    void send(std::string line);
    void write_front();
    void start_deadline(std::chrono::milliseconds limit, const char* why);

    Socket socket_;
    Peer peer_;
    bool allowed_;
    Registry& registry_;
    const ServerOptions& options_;
    Closed closed_callback_;
    boost::asio::steady_timer deadline_;
    std::array<char, 4096> chunk_{};
    std::string input_;
    std::deque<std::string> output_;
    std::size_t unread_bytes_ = 0;
    std::vector<std::shared_ptr<void>> kept_;
    bool working_ = false;         ///< work_off_input() is on the stack
    bool waiting_answer_ = false;  ///< a command answers later
    bool close_when_written_ = false;
    bool closed_ = false;
};

}  // namespace tipring::control
