// The near side of a virtual board over a Unix socket, and peers that vanish or send nonsense.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "simulator/client_board.hpp"
#include "simulator/kernel.hpp"
#include "simulator/messages.hpp"
#include "simulator_fixture.hpp"

using namespace tipring;
using namespace tipring::hardware;
using namespace tipring::hardware::simulator;
using namespace tipring::test;
using tipring::test::Block;

namespace {

/// A folder of its own for a socket.
struct Folder {
    Folder() {
        auto pattern = (std::filesystem::temp_directory_path() / "tipring-test-XXXXXX").string();
        REQUIRE(::mkdtemp(pattern.data()) != nullptr);
        path = pattern;
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::string socket() const { return (path / "board").string(); }
    std::filesystem::path path;
};

std::string message_of(const base::Result<void>& result) {
    return result ? "" : result.error().message;
}

bool closes(const base::Fd& socket) {
    std::array<std::byte, 256> buffer{};
    for (const auto end = Clock::now() + patience; Clock::now() < end && wait_readable(socket.get());) {
        if (receive_packet(socket, buffer).status == Received::Status::closed) return true;
    }
    return false;
}

/// What the board hands out for channel 1 of its near side: memory, bearer socket, control socket.
std::vector<base::Fd> open_raw(const base::Fd& connection) {
    BoardRequest request;
    request.operation = BoardOperation::open;
    request.channel = 1;
    REQUIRE(send_packet(connection, octets_of(request)));
    REQUIRE(test::wait_readable(connection.get()));
    std::array<std::byte, sizeof(BoardResponse)> buffer{};
    std::vector<base::Fd> descriptors;
    receive_packet_with(connection, buffer, descriptors);
    REQUIRE(descriptors.size() == 3);
    return descriptors;
}

}  // namespace

TEST_CASE("A served board works as one in the same process") {
    Folder folder;
    VirtualBoard board({.fxs = 1, .e1 = 1});
    REQUIRE(ok(board.serve(folder.socket())));
    auto connected = connect_virtual_board(folder.socket());
    REQUIRE(ok(connected));
    auto& near = **connected;
    CHECK(near.channels()->size() == 32);
    CHECK(near.channels()->front().kind == ChannelKind::fxs);
    auto port = open(near, 1);
    auto phone = open(*board.far(), 1);
    REQUIRE(ok(phone.control().seize()));
    CHECK(port.event() == "off_hook");
    REQUIRE(ok(port.control().seize()));
    REQUIRE(ok(port.control().start_audio()));
    REQUIRE(ok(phone.control().start_audio()));
    CHECK((carry(port, block_of(0x21), phone, 0xD5) == block_of(0x21)));
    CHECK((carry(phone, block_of(0x22), port, 0xD5) == block_of(0x22)));
    const auto d_near = near.open_d_channel({17});
    const auto d_far = board.far()->open_d_channel({17});
    REQUIRE(ok(d_near));
    REQUIRE(ok(d_far));
    const std::array<std::uint8_t, 3> frame{1, 2, 3};
    REQUIRE(ok((*d_near)->write(frame)));
    std::array<std::uint8_t, 10> buffer{};
    REQUIRE(wait_readable((*d_far)->descriptor()));
    CHECK((*d_far)->read(buffer).value() == 3);
}

TEST_CASE("The socket's path is checked") {
    Folder folder;
    VirtualBoard board({.fxs = 1});
    CHECK_THAT(message_of(board.serve("")), Catch::Contains("empty"));
    CHECK_THAT(message_of(board.serve(std::string(200, 'x'))), Catch::Contains("longer"));
    std::ofstream(folder.socket()) << "precious";
    CHECK_THAT(message_of(board.serve(folder.socket())),
               Catch::Contains("something else stands in its place"));
    CHECK(std::filesystem::file_size(folder.socket()) == 8);
    std::filesystem::remove(folder.socket());
    REQUIRE(ok(board.serve(folder.socket())));
    VirtualBoard other({.fxs = 1});
    CHECK_THAT(message_of(other.serve(folder.socket())), Catch::Contains("another process serves it"));
    const auto missing = connect_virtual_board((folder.path / "missing").string());
    REQUIRE_FALSE(ok(missing));
    CHECK_THAT(missing.error().message, Catch::Contains("missing"));
}

TEST_CASE("A stale socket file is replaced, and removed in the end") {
    Folder folder;
    {
        const base::Fd socket(::socket(AF_UNIX, SOCK_SEQPACKET, 0));
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        folder.socket().copy(address.sun_path, sizeof address.sun_path - 1);
        REQUIRE(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    REQUIRE(std::filesystem::exists(folder.socket()));
    {
        VirtualBoard board({.fxs = 1});
        REQUIRE(ok(board.serve(folder.socket())));
        CHECK(ok(connect_virtual_board(folder.socket())));
    }
    CHECK_FALSE(std::filesystem::exists(folder.socket()));
}

TEST_CASE("When the board goes away, every part of a channel fails") {
    std::unique_ptr<Board> near;
    std::optional<Reader> port;
    {
        VirtualBoard board({.fxs = 2});
        near = board.near();
        port.emplace(open(*near, 1));
        CHECK_FALSE(port->failed());
    }
    CHECK(port->wait_failed());
    CHECK_FALSE(ok(port->control().seize()));
    CHECK_FALSE(ok(port->control().status()));
    CHECK_FALSE(ok(near->channels()));
    CHECK_FALSE(ok(near->open({2}, {})));
}

TEST_CASE("A client process that is killed leaves its line released and its channel free") {
    Folder folder;
    VirtualBoard board({.fxo = 1});
    REQUIRE(ok(board.serve(folder.socket())));
    auto office = open(*board.far(), 1);
    const auto child = ::fork();
    if (child == 0) {
        auto near = connect_virtual_board(folder.socket());
        if (!near) ::_exit(1);
        auto line = (*near)->open({1}, {});
        if (!line || !line->control->seize()) ::_exit(2);
        for (;;)
            ::pause();
    }
    REQUIRE(child > 0);
    CHECK(office.event() == "off_hook");
    CHECK(::kill(child, SIGKILL) == 0);
    int status = 0;
    CHECK(::waitpid(child, &status, 0) == child);
    CHECK(office.event() == "on_hook");
    CHECK(ok(board.near()->open({1}, {})));
}

TEST_CASE("Nonsense on a board connection closes it, and harms nobody else") {
    Kernel kernel({.fxs = 1});
    const auto connection = kernel.connect(false).value();
    SECTION("wrong size") {
        REQUIRE(send_packet(connection, std::as_bytes(std::span("nonsense"))));
    }
    SECTION("too long") {
        REQUIRE(send_packet(connection, std::vector<std::byte>(4000)));
    }
    SECTION("wrong version") {
        BoardRequest request;
        request.version = 1;
        REQUIRE(send_packet(connection, octets_of(request)));
    }
    CHECK(closes(connection));
    SimulatorBoard other(kernel.connect(false).value());
    CHECK(other.channels()->size() == 1);
}

TEST_CASE("Unknown requests are refused") {
    Kernel kernel({.fxs = 1});
    const auto connection = kernel.connect(false).value();
    BoardRequest request;
    request.channel = 1;
    SECTION("operation") {
        request.operation = static_cast<BoardOperation>(99);
    }
    SECTION("law") {
        request.operation = BoardOperation::open;
        request.law = 7;
    }
    SECTION("channel") {
        request.operation = BoardOperation::open;
        request.channel = 0xFFFFFFFF;
    }
    REQUIRE(send_packet(connection, octets_of(request)));
    REQUIRE(test::wait_readable(connection.get()));
    std::array<std::byte, sizeof(BoardResponse)> buffer{};
    std::vector<base::Fd> descriptors;
    const auto received = receive_packet_with(connection, buffer, descriptors);
    CHECK(received.size == buffer.size());
    CHECK(message_from<BoardResponse>(buffer)->refusal != Refusal::none);
    CHECK(descriptors.empty());
}

TEST_CASE("Descriptors that come with a request are closed, not kept") {
    Kernel kernel({.fxs = 1});
    const auto connection = kernel.connect(false).value();
    std::array<int, 2> pipe{};
    REQUIRE(::pipe2(pipe.data(), O_CLOEXEC) == 0);
    const base::Fd reading(pipe[0]);
    {
        const base::Fd writing(pipe[1]);
        REQUIRE(send_packet_with(connection, octets_of(BoardRequest{}), {writing.get()}));
    }
    CHECK(test::wait_readable(reading.get()));  // hung up: nobody holds the other end any more
}

TEST_CASE("Nonsense on a control socket closes the channel") {
    Kernel kernel({.fxs = 1});
    const auto connection = kernel.connect(false).value();
    const auto descriptors = open_raw(connection);
    REQUIRE(send_packet(descriptors[2], std::as_bytes(std::span("nonsense"))));
    CHECK(closes(descriptors[2]));
    CHECK(closes(descriptors[1]));
    CHECK(open_raw(connection).size() == 3);
}

TEST_CASE("An unknown control operation is refused") {
    Kernel kernel({.fxs = 1});
    const auto connection = kernel.connect(false).value();
    const auto descriptors = open_raw(connection);
    ControlRequest request;
    request.operation = static_cast<ControlOperation>(1234);
    request.sequence = 5;
    REQUIRE(send_packet(descriptors[2], octets_of(request)));
    REQUIRE(test::wait_readable(descriptors[2].get()));
    std::array<std::byte, sizeof(ControlResponse)> buffer{};
    receive_packet(descriptors[2], buffer);
    const auto response = message_from<ControlResponse>(buffer);
    CHECK(response->refusal == Refusal::bad_argument);
    CHECK(response->sequence == 5);
}

TEST_CASE("A client that spoils the shared memory loses its channel") {
    Kernel kernel({.fxs = 1});
    const auto connection = kernel.connect(false).value();
    const auto descriptors = open_raw(connection);
    void* memory =
        ::mmap(nullptr, sizeof(ChannelPage), PROT_READ | PROT_WRITE, MAP_SHARED, descriptors[0].get(), 0);
    REQUIRE(memory != MAP_FAILED);
    ControlRequest start;
    start.operation = ControlOperation::start_audio;
    REQUIRE(send_packet(descriptors[2], octets_of(start)));
    // Makes the producer's index run away. Starting the audio takes the index as it is, so the next one has
    // to differ.
    unsigned char top_octet = 0x7F;
    CHECK(eventually([&] {
        top_octet ^= 0x40;
        static_cast<volatile unsigned char*>(memory)[offsetof(ChannelPage, from_client) + 3] = top_octet;
        return receive_packet(descriptors[1], std::span<std::byte>()).status == Received::Status::closed;
    }));
    ::munmap(memory, sizeof(ChannelPage));
}

TEST_CASE("A page of the wrong size, or one that could shrink, is not mapped") {
    base::Fd file;
    REQUIRE(ok(SharedPage::create(file)));
    CHECK(ok(SharedPage::map(file)));
    CHECK(::ftruncate(file.get(), 0) != 0);  // sealed
    const base::Fd unsealed(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    REQUIRE(::ftruncate(unsealed.get(), sizeof(ChannelPage)) == 0);
    CHECK_FALSE(ok(SharedPage::map(unsealed)));
    const base::Fd small(::memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    REQUIRE(::ftruncate(small.get(), 64) == 0);
    REQUIRE(::fcntl(small.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) == 0);
    CHECK_FALSE(ok(SharedPage::map(small)));
    CHECK_FALSE(ok(SharedPage::map(base::Fd())));
}
