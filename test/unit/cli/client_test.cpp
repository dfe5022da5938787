// The client against a socket that answers as told.
#include "client.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

using namespace tipring::cli;

namespace {

/// Listens in a folder of its own; serves one connection with one fixed text after the first request line.
class OneAnswer {
  public:
    explicit OneAnswer(std::string answer) : answer_(std::move(answer)) {
        REQUIRE(::mkdtemp(folder_) != nullptr);
        path_ = std::string(folder_) + "/s";
        listener_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path_.c_str(), path_.size() + 1);
        REQUIRE(::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        REQUIRE(::listen(listener_, 1) == 0);
        thread_ = std::thread([this] { serve(); });
    }
    OneAnswer(const OneAnswer&) = delete;
    OneAnswer& operator=(const OneAnswer&) = delete;
    ~OneAnswer() {
        if (thread_.joinable()) thread_.join();
        ::close(listener_);
        ::unlink(path_.c_str());
        ::rmdir(folder_);
    }
    const std::string& path() const { return path_; }
    std::string request() {
        thread_.join();
        return request_;
    }

  private:
    void serve() {
        const int connection = ::accept(listener_, nullptr, nullptr);
        char c = 0;
        while (::read(connection, &c, 1) == 1 && c != '\n')
            request_ += c;
        [[maybe_unused]] const auto sent = ::send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL);
        ::close(connection);
    }
    char folder_[32] = "/tmp/tipring-cli-XXXXXX";
    std::string path_, answer_, request_;
    int listener_ = -1;
    std::thread thread_;
};

Failure failure_of(const Answer& answer) {
    REQUIRE(std::holds_alternative<Failure>(answer));
    return std::get<Failure>(answer);
}

}  // namespace

TEST_CASE("no socket: the daemon is not running") {
    Client client("/tmp/tipring-no-such-folder/control.sock");
    const auto failure = failure_of(client.call("status", {}));
    CHECK(failure.code == exit_unreachable);
    CHECK(failure.message ==
          "tipringd is not running (no socket at /tmp/tipring-no-such-folder/control.sock); start it with: "
          "systemctl start tipringd");
    CHECK(failure_of(Client(std::string(200, 'x')).call("status", {})).code == exit_usage);
}

TEST_CASE("a result is handed over, the request is JSON-RPC 2.0") {
    std::string request;
    {
        OneAnswer server("{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{\"a\":1}}\n");
        Client client(server.path());
        const auto answer = client.call("port.show", {{"port", "3"}});
        REQUIRE(std::holds_alternative<boost::json::value>(answer));
        CHECK(boost::json::serialize(std::get<boost::json::value>(answer)) == "{\"a\":1}");
        request = server.request();
    }
    CHECK(request == R"({"jsonrpc":"2.0","id":1,"method":"port.show","params":{"port":"3"}})");
}

TEST_CASE("errors become exit codes") {
    const auto answered = [](const std::string& text) {
        OneAnswer server(text);
        Client client(server.path());
        return failure_of(client.call("x", {}));
    };
    const auto refused = answered(
        "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32001,\"message\":\"there is no call "
        "9\\u001b\"}}\n");
    CHECK(refused.code == exit_refused);
    CHECK(refused.message == "there is no call 9?");
    CHECK(answered("{\"error\":{\"code\":-32002,\"message\":\"permission denied: no\"}}\n").code ==
          exit_no_permission);
    CHECK(answered("garbage\n").code == exit_refused);
    CHECK(answered("{\"half\":").code == exit_unreachable);
    CHECK(answered("").code == exit_unreachable);
}

TEST_CASE("notifications are followed until the daemon goes") {
    OneAnswer server(
        "{\"id\":1,\"result\":true}\n{\"method\":\"event\",\"params\":{\"n\":1}}\n{\"method\":\"event\","
        "\"params\":{\"n\":2}}\n");
    Client client(server.path());
    REQUIRE(std::holds_alternative<boost::json::value>(client.call("events.follow", {})));
    std::string seen;
    const auto end = client.follow([&](const boost::json::value& event) {
        seen += boost::json::serialize(event);
        return true;
    });
    CHECK(seen == "{\"n\":1}{\"n\":2}");
    CHECK(end.code == exit_unreachable);
}
