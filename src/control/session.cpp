#include "session.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/serialize.hpp>

#include "tipring/base/log.hpp"
#include "tipring/base/text.hpp"

namespace tipring::control {
namespace asio = boost::asio;
namespace json = boost::json;
using boost::system::error_code;

namespace {

/// A peer that may do nothing keeps its connection no longer than this.
constexpr std::chrono::seconds stranger_limit{10};

}  // namespace

Session::Session(Socket socket, Peer peer, bool allowed, Registry& registry, const ServerOptions& options,
                 Closed closed)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      allowed_(allowed),
      registry_(registry),
      options_(options),
      closed_callback_(std::move(closed)),
      deadline_(socket_.get_executor()) {}

void Session::start() {
    if (!allowed_) start_deadline(stranger_limit, "a peer without permission lingered");
    read();
}

void Session::close() {
    if (closed_) return;
    const auto self = shared_from_this();  // the callback drops the server's reference
    closed_ = true;
    deadline_.cancel();
    error_code ignored;
    socket_.close(ignored);
    kept_.clear();
    if (closed_callback_) closed_callback_(*this);
}

void Session::refuse(const CommandError& error) {
    close_when_written_ = true;
    send(error_line(nullptr, error));
}

void Session::read() {
    socket_.async_read_some(asio::buffer(chunk_),
                            [self = shared_from_this()](const error_code& error, std::size_t size) {
                                if (self->closed_) return;
                                if (error) {
                                    self->close();
                                    return;
                                }
                                self->input_.append(self->chunk_.data(), size);
                                self->work_off_input();
                            });
}

void Session::work_off_input() {
    if (working_) return;
    working_ = true;
    while (!closed_ && !waiting_answer_ && !close_when_written_) {
        const auto end = input_.find('\n');
        const bool too_long = end == std::string::npos ? input_.size() > options_.max_request_bytes
                                                       : end > options_.max_request_bytes;
        if (too_long) {
            refuse({rpc_code::invalid_request,
                    base::format("the request is longer than {} bytes", options_.max_request_bytes)});
            break;
        }
        if (end == std::string::npos) break;
        const auto line = input_.substr(0, end);
        input_.erase(0, end + 1);
        if (!base::trim(line).empty()) handle(line);
    }
    working_ = false;
    if (!closed_ && !waiting_answer_ && !close_when_written_) read();
}

void Session::handle(std::string_view line) {
    auto parsed = parse_request(line);
    if (!allowed_) {
        close_when_written_ = true;
        const auto id = parsed ? parsed->id : parsed.error().id;
        send(error_line(
            id, {rpc_code::permission_denied,
                 base::format("permission denied: only root and members of the group {} may control tipringd",
                              options_.group)}));
        return;
    }
    if (!parsed) {
        send(error_line(parsed.error().id, parsed.error().error));
        return;
    }
    run(std::move(*parsed));
}

void Session::run(Request request) {
    Command* command = registry_.find(request.method);
    if (command == nullptr) {
        auto message = base::format("there is no command \"{}\"", base::printable(request.method, 60));
        const auto near = registry_.nearest(request.method.substr(0, 60));
        if (!near.empty()) message += base::format("; did you mean \"{}\"?", near);
        if (request.wants_answer) send(error_line(request.id, {rpc_code::method_not_found, message}));
        return;
    }
    if (const auto good = check_parameters(*command, request.parameters); !good) {
        if (request.wants_answer) send(error_line(request.id, good.error()));
        return;
    }
    waiting_answer_ = true;
    const auto shared = std::make_shared<Request>(std::move(request));
    const auto done = std::make_shared<bool>(false);
    const auto answer = [weak = weak_from_this(), shared, command, done](const Command::Reply& reply) {
        const auto self = weak.lock();
        if (!self || std::exchange(*done, true)) return;
        self->finish(*shared, *command, reply);
    };
    try {
        command->start(shared->parameters, *this, answer);
    } catch (const std::exception& problem) {
        base::log::error("control", "command {} failed: {}", shared->method, problem.what());
        answer(CommandError{rpc_code::internal_error, base::format("internal error: {}", problem.what())});
    }
}

void Session::finish(const Request& request, const Command& command, const Command::Reply& reply) {
    waiting_answer_ = false;
    if (command.changes(request.parameters)) {
        const auto outcome = reply ? std::string("done") : reply.error().message;
        base::log::info("control", "audit: uid={} pid={} {} {}: {}", peer_.uid, peer_.pid, request.method,
                        base::printable(json::serialize(request.parameters)),
                        outcome.substr(0, outcome.find('\n')));
    }
    if (closed_) return;
    if (request.wants_answer)
        send(reply ? result_line(request.id, *reply) : error_line(request.id, reply.error()));
    work_off_input();
}

void Session::notify(std::string_view method, json::object parameters) {
    send(notification_line(method, parameters));
}

void Session::send(std::string line) {
    if (closed_) return;
    const auto self = shared_from_this();
    unread_bytes_ += line.size();
    output_.push_back(std::move(line));
    if (unread_bytes_ > options_.max_unread_bytes && output_.size() > 1) {
        base::log::warning("control", "uid={} pid={} does not read its answers: cut off", peer_.uid,
                           peer_.pid);
        close();
        return;
    }
    if (output_.size() == 1) write_front();
}

void Session::write_front() {
    start_deadline(options_.max_unread_time, "does not read its answers");
    asio::async_write(socket_, asio::buffer(output_.front()),
                      [self = shared_from_this()](const error_code& error, std::size_t) {
                          if (self->closed_) return;
                          if (error) {
                              self->close();
                              return;
                          }
                          self->deadline_.cancel();
                          self->unread_bytes_ -= self->output_.front().size();
                          self->output_.pop_front();
                          if (!self->output_.empty()) {
                              self->write_front();
                          } else if (self->close_when_written_) {
                              self->close();
                          }
                      });
}

void Session::start_deadline(std::chrono::milliseconds limit, const char* why) {
    deadline_.expires_after(limit);
    deadline_.async_wait([weak = weak_from_this(), why](const error_code& error) {
        const auto self = weak.lock();
        if (error || !self || self->closed_) return;
        base::log::warning("control", "uid={} pid={} cut off: {}", self->peer_.uid, self->peer_.pid, why);
        self->close();
    });
}

}  // namespace tipring::control
