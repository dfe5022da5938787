// The server over a real socket: the core thread's context runs beside the test, which is the client.
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/json/parse.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <future>
#include <thread>

#include "tipring/base/fd.hpp"
#include "tipring/control/server.hpp"

using namespace tipring::control;
using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

class Echo final : public Command {
  public:
    std::string_view name() const override { return "echo"; }
    std::string_view summary() const override { return "says the same again"; }
    Access access() const override { return Access::read; }
    std::vector<Parameter> parameters() const override { return {{"text", "string", true, "what to say"}}; }
    Reply run(const json::object& parameters) override { return parameters.at("text"); }
};

class Failing final : public Command {
  public:
    std::string_view name() const override { return "fail"; }
    std::string_view summary() const override { return "throws"; }
    Access access() const override { return Access::operate; }
    Reply run(const json::object&) override { throw std::runtime_error("broken"); }
};

/// Answers after the handler has returned, twice, to try what happens.
class Later final : public Command {
  public:
    explicit Later(asio::io_context& context) : context_(context) {}
    std::string_view name() const override { return "later"; }
    std::string_view summary() const override { return "answers later"; }
    Access access() const override { return Access::read; }
    Reply run(const json::object&) override { return nullptr; }
    void start(const json::object&, Client&, Answer answer) override {
        asio::post(context_, [answer] {
            answer(json::value("late"));
            answer(json::value("twice"));
        });
    }

  private:
    asio::io_context& context_;
};

/// Sends `count` notifications of `bytes` each and notes when its client goes.
class Flood final : public Command {
  public:
    std::string_view name() const override { return "flood"; }
    std::string_view summary() const override { return "sends much"; }
    Access access() const override { return Access::read; }
    std::vector<Parameter> parameters() const override { return {{"count", "integer", true, ""}}; }
    Reply run(const json::object&) override { return nullptr; }
    void start(const json::object& parameters, Client& client, Answer answer) override {
        answer(json::value(true));
        client.keep(std::shared_ptr<void>(nullptr, [this](void*) { gone.set_value(); }));
        const auto count = parameters.at("count").as_int64();
        for (std::int64_t i = 0; i < count; ++i)
            client.notify("drop", {{"n", i}, {"filling", std::string(1000, 'x')}});
    }
    std::promise<void> gone;
};

class ServerFixture {
  public:
    template <class Work>
    auto on_core(Work work) {
        std::packaged_task<decltype(work())()> task(work);
        auto result = task.get_future();
        asio::post(context, [&task] { task(); });
        return result.get();
    }
    explicit ServerFixture(ServerOptions options = {}) {
        REQUIRE(::mkdtemp(folder_) != nullptr);
        options.socket_path = path();
        options.group = "no-such-group";
        registry.add(std::make_unique<Echo>());
        registry.add(std::make_unique<Failing>());
        registry.add(std::make_unique<Later>(context));
        auto owned = std::make_unique<Flood>();
        flood = owned.get();
        registry.add(std::move(owned));
        server.emplace(context, registry, std::move(options));
        const auto started = server->start();
        INFO((started ? std::string() : started.error().message));
        REQUIRE(started.has_value());
        thread_ = std::thread([this] { context.run(); });
    }
    ServerFixture(const ServerFixture&) = delete;
    ServerFixture& operator=(const ServerFixture&) = delete;
    ~ServerFixture() {
        on_core([&] { server.reset(); });
        guard_.reset();
        thread_.join();
        std::error_code ignored;
        ::unlink(path().c_str());
        ::rmdir(folder_);
    }
    std::string path() const { return std::string(folder_) + "/s"; }
    bool wait_connections(std::size_t count) {
        const auto until = std::chrono::steady_clock::now() + 60s;
        while (std::chrono::steady_clock::now() < until) {
            if (on_core([&] { return server->connections(); }) == count) return true;
            std::this_thread::yield();
        }
        return false;
    }

    asio::io_context context;
    Registry registry;
    Flood* flood = nullptr;
    std::optional<Server> server;

  private:
    char folder_[40] = "/tmp/tipring-control-XXXXXX";
    asio::executor_work_guard<asio::io_context::executor_type> guard_{context.get_executor()};
    std::thread thread_;
};

class Visitor {
  public:
    explicit Visitor(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        connected =
            ::connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    }
    void send(std::string_view text) {
        while (!text.empty()) {
            const auto size = ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL);
            if (size <= 0) return;
            text.remove_prefix(static_cast<std::size_t>(size));
        }
    }
    /// The next line, or "closed", or "nothing" after a minute.
    std::string line() {
        for (;;) {
            const auto end = input_.find('\n');
            if (end != std::string::npos) {
                auto text = input_.substr(0, end);
                input_.erase(0, end + 1);
                return text;
            }
            pollfd waiting{socket_.get(), POLLIN, 0};
            if (::poll(&waiting, 1, 60000) <= 0) return "nothing";
            char chunk[4096];
            const auto size = ::recv(socket_.get(), chunk, sizeof chunk, 0);
            if (size <= 0) return "closed";
            input_.append(chunk, static_cast<std::size_t>(size));
        }
    }
    std::string ask(const std::string& request) {
        send(request + "\n");
        return line();
    }
    int error(const std::string& request) {
        const auto answer = json::parse(ask(request)).as_object();
        const auto* found = answer.if_contains("error");
        return found == nullptr ? 0 : static_cast<int>(found->as_object().at("code").as_int64());
    }
    bool connected = false;

  private:
    tipring::base::Fd socket_;
    std::string input_;
};

const std::string echo = R"({"jsonrpc":"2.0","id":1,"method":"echo","params":{"text":"hello"}})";
const std::string echoed = R"({"jsonrpc":"2.0","id":1,"result":"hello"})";

}  // namespace

TEST_CASE("requests are answered in order on one connection") {
    ServerFixture fixture;
    Visitor peer(fixture.path());
    CHECK(peer.ask(echo) == echoed);
    peer.send(R"({"jsonrpc":"2.0","id":1,"method":"later"})"
              "\n" +
              echo + "\n");
    CHECK(peer.line() == R"({"jsonrpc":"2.0","id":1,"result":"late"})");
    CHECK(peer.line() == echoed);
    // A notification gets no answer, an empty line neither.
    peer.send(
        "\n"
        R"({"jsonrpc":"2.0","method":"echo","params":{"text":"x"}})"
        "\n");
    CHECK(peer.ask(echo) == echoed);
}

TEST_CASE("hostile input gets an error and does not harm the next request") {
    ServerFixture fixture;
    Visitor peer(fixture.path());
    CHECK(peer.error("garbage") == -32700);
    CHECK(peer.error(std::string("\0\x01\xff{", 4)) == -32700);
    CHECK(peer.error("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[") == -32700);
    CHECK(peer.error("[]") == -32600);
    CHECK(peer.error(R"({"jsonrpc":"2.0","id":1,"method":"ecko"})") == -32601);
    CHECK(peer.error(R"({"jsonrpc":"2.0","id":1,"method":"echo"})") == -32602);
    CHECK(peer.error(R"({"jsonrpc":"2.0","id":1,"method":"echo","params":{"text":{}}})") == -32602);
    CHECK(peer.error(R"({"jsonrpc":"2.0","id":1,"method":"fail"})") == -32603);
    CHECK(peer.ask(echo) == echoed);
}

TEST_CASE("a line without end is cut off with a reason") {
    ServerFixture fixture;
    Visitor peer(fixture.path());
    peer.send(std::string(70'000, 'x'));
    CHECK(peer.line().find("longer than 65536 bytes") != std::string::npos);
    CHECK(peer.line() == "closed");
    CHECK(fixture.wait_connections(0));
    CHECK(Visitor(fixture.path()).ask(echo) == echoed);
}

TEST_CASE("half a line and then gone") {
    ServerFixture fixture;
    {
        Visitor peer(fixture.path());
        REQUIRE(fixture.wait_connections(1));
        peer.send("{\"jsonrpc\":");
    }
    {
        Visitor peer(fixture.path());
        peer.send(R"({"jsonrpc":"2.0","id":1,"method":"later"})"
                  "\n");
    }
    CHECK(fixture.wait_connections(0));
    CHECK(Visitor(fixture.path()).ask(echo) == echoed);
}

TEST_CASE("connections are limited") {
    ServerOptions options;
    options.max_connections = 3;
    ServerFixture fixture(options);
    std::vector<std::unique_ptr<Visitor>> peers;
    for (int i = 0; i < 3; ++i) {
        peers.push_back(std::make_unique<Visitor>(fixture.path()));
        CHECK(peers.back()->ask(echo) == echoed);
    }
    Visitor surplus(fixture.path());
    CHECK(surplus.line().find("too many connections (at most 3)") != std::string::npos);
    CHECK(surplus.line() == "closed");
    peers.pop_back();
    REQUIRE(fixture.wait_connections(2));
    CHECK(Visitor(fixture.path()).ask(echo) == echoed);
}

TEST_CASE("who does not read is cut off, and what was kept for it goes") {
    ServerOptions options;
    options.max_unread_bytes = 100'000;
    ServerFixture fixture(options);
    Visitor peer(fixture.path());
    peer.send(R"({"jsonrpc":"2.0","id":1,"method":"flood","params":{"count":5000}})"
              "\n");
    CHECK(fixture.flood->gone.get_future().wait_for(60s) == std::future_status::ready);
    CHECK(fixture.wait_connections(0));
}

TEST_CASE("who reads too slowly for too long is cut off") {
    ServerOptions options;
    options.max_unread_bytes = 100'000'000;
    options.max_unread_time = 100ms;
    ServerFixture fixture(options);
    Visitor peer(fixture.path());
    peer.send(R"({"jsonrpc":"2.0","id":1,"method":"flood","params":{"count":5000}})"
              "\n");
    CHECK(fixture.flood->gone.get_future().wait_for(60s) == std::future_status::ready);
    CHECK(fixture.wait_connections(0));
}

TEST_CASE("notifications reach a client that reads, and end with it") {
    ServerFixture fixture;
    {
        Visitor peer(fixture.path());
        CHECK(peer.ask(R"({"jsonrpc":"2.0","id":1,"method":"flood","params":{"count":100}})") ==
              R"({"jsonrpc":"2.0","id":1,"result":true})");
        for (int i = 0; i < 100; ++i) {
            CHECK(json::parse(peer.line()).at("params").at("n") == i);
        }
    }
    CHECK(fixture.flood->gone.get_future().wait_for(60s) == std::future_status::ready);
}

TEST_CASE("a peer without permission is told so for every command") {
    ServerOptions options;
    options.may_operate = [](const tipring::control::Peer&) { return false; };
    ServerFixture fixture(options);
    for (const auto& request :
         {echo, std::string("garbage"), std::string(R"({"jsonrpc":"2.0","id":1,"method":"nonsense"})")}) {
        Visitor peer(fixture.path());
        const auto answer = peer.ask(request);
        CHECK(answer.find("\"code\":-32002") != std::string::npos);
        CHECK(answer.find("permission denied: only root and members of the group") != std::string::npos);
        CHECK(peer.line() == "closed");
    }
}

TEST_CASE("the rule: root, the daemon's user, and members of the group") {
    CHECK(may_operate({0, 1, {}}, "no-such-group"));
    CHECK(may_operate({::geteuid(), 1, {}}, "no-such-group"));
    const uid_t stranger = ::geteuid() + 12345;
    CHECK_FALSE(may_operate({stranger, 1, {0}}, "no-such-group"));
    CHECK_FALSE(may_operate({stranger, 1, {99999}}, "root"));
    CHECK(may_operate({stranger, 1, {99999, 0}}, "root"));
}

TEST_CASE("the kernel's word on the peer reaches the rule") {
    std::promise<tipring::control::Peer> seen;
    ServerOptions options;
    options.may_operate = [&](const tipring::control::Peer& peer) {
        seen.set_value(peer);
        return true;
    };
    ServerFixture fixture(options);
    Visitor peer(fixture.path());
    CHECK(peer.ask(echo) == echoed);
    const auto who = seen.get_future().get();
    CHECK(who.uid == ::geteuid());
    CHECK(who.pid == ::getpid());
    REQUIRE_FALSE(who.groups.empty());
    CHECK(who.groups.front() == ::getegid());
}

TEST_CASE("the socket file: private without a group, stale replaced, live respected, removed at the end") {
    std::string path;
    {
        ServerFixture fixture;
        path = fixture.path();
        struct stat status {};
        REQUIRE(::stat(path.c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);
        fixture.on_core([&] {
            ServerOptions options;
            options.socket_path = path;
            Server second(fixture.context, fixture.registry, options);
            const auto started = second.start();
            REQUIRE_FALSE(started.has_value());
            CHECK(started.error().message.find("another process serves it; is another tipringd running?") !=
                  std::string::npos);
            return 0;
        });
        CHECK(Visitor(path).ask(echo) == echoed);
    }
    CHECK(::access(path.c_str(), F_OK) != 0);
}

TEST_CASE("a stale socket is replaced, another file is not") {
    char folder[] = "/tmp/tipring-control-XXXXXX";
    REQUIRE(::mkdtemp(folder) != nullptr);
    const std::string path = std::string(folder) + "/s";
    {
        tipring::base::Fd stale(::socket(AF_UNIX, SOCK_STREAM, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
        REQUIRE(::bind(stale.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    asio::io_context context;
    Registry registry;
    ServerOptions options;
    options.socket_path = path;
    {
        Server server(context, registry, options);
        CHECK(server.start().has_value());
    }
    std::ofstream(path) << "precious";
    {
        Server server(context, registry, options);
        const auto started = server.start();
        REQUIRE_FALSE(started.has_value());
        CHECK(started.error().message.find("something else stands in its place") != std::string::npos);
    }
    CHECK(::access(path.c_str(), F_OK) == 0);
    ::unlink(path.c_str());
    ::rmdir(folder);
    {
        Server server(context, registry, options);
        const auto started = server.start();
        REQUIRE_FALSE(started.has_value());
        CHECK(started.error().message.find("its folder must exist") != std::string::npos);
    }
    context.run();
}
