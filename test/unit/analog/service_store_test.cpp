// ServiceStore: what telephones were told by star codes, and its file.
#include "tipring/analog/service_store.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

using namespace tipring;
using analog::PhoneState;
using analog::ServiceStore;
namespace fs = std::filesystem;

namespace {

struct Folder {
    fs::path path;
    Folder() {
        std::string name = (fs::temp_directory_path() / "tipring-services-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        path = name;
    }
    ~Folder() { fs::remove_all(path); }
    std::string file(const std::string& name = "services") const { return (path / name).string(); }
};

std::string read(const std::string& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void write(const std::string& path, const std::string& text) {
    std::ofstream(path) << text;
}

PhoneState full_state() {
    PhoneState state;
    state.forward_all = "9001";
    state.forward_busy = "9002";
    state.forward_no_answer = "+49301";
    state.do_not_disturb = true;
    state.call_waiting = false;
    state.speed = {{"00", "112"}, {"42", "9003"}};
    state.last_dialled = "*21#";
    state.last_identity = analog::Identity::hidden;
    state.last_caller = "9004";
    return state;
}

}  // namespace

TEST_CASE("service store: text and back") {
    unsigned faults = 0;
    analog::PhoneStates states{{"201", full_state()}, {"202", {}}};
    const auto text = to_text(states);
    states.erase("202");  // nothing is set there
    CHECK(analog::parse_states(text, faults) == states);
    CHECK(faults == 0);
}

TEST_CASE("service store: a second process keeps its hands off the file") {
    const Folder folder;
    {
        ServiceStore store(folder.file());
        store.set("201", full_state());
        ServiceStore other(folder.file());
        other.set("202", full_state());
        CHECK(other.of("202") == full_state());
    }
    ServiceStore store(folder.file());
    CHECK(store.of("201") == full_state());
    CHECK(store.of("202") == PhoneState{});
}

TEST_CASE("service store: survives a restart, and is written at the end") {
    const Folder folder;
    {
        ServiceStore store(folder.file());
        CHECK(store.of("201") == PhoneState{});
        store.set("201", full_state());
    }
    {
        ServiceStore store(folder.file());
        CHECK(store.of("201") == full_state());
        auto next = full_state();
        next.forward_all.clear();
        next.speed.erase("42");
        store.set("201", next);
        store.set("202", full_state());
    }
    ServiceStore store(folder.file());
    CHECK(store.of("201").forward_all.empty());
    CHECK(store.of("201").speed.size() == 1);
    CHECK(store.of("202") == full_state());
    struct stat status {};
    REQUIRE(::stat(folder.file().c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);  // whom people call is nobody's business
    CHECK_FALSE(fs::exists(folder.file("services.new")));
}

TEST_CASE("service store: nothing is written that nobody has set") {
    const Folder folder;
    {
        ServiceStore store(folder.file());
        store.of("201");
        store.set("201", {});
    }
    CHECK_FALSE(fs::exists(folder.file()));
    ServiceStore memory("");
    memory.set("201", full_state());
    CHECK(memory.of("201") == full_state());
}

TEST_CASE("service store: a caller's number writes no lines of its own") {
    PhoneState state;
    state.last_caller = "1\n202 forward_all 900666";
    state.last_dialled = std::string(65, '1');
    state.speed = {{"01", "12 34"}};
    unsigned faults = 0;
    CHECK(analog::parse_states(analog::to_text({{"201", state}}), faults).empty());
    CHECK(faults == 0);
}

TEST_CASE("service store: lines that make no sense are left out, the others count") {
    unsigned faults = 0;
    const auto states = analog::parse_states(
        "# remark\n\n"
        "201 forward_all 9001\n"
        "201 forward_busy\n"         // no value
        "201\n"                      // nothing
        "201 forward_busy 90 02x\n"  // (the first word counts)
        "201 forward_no_answer alice\n"
        "201 do_not_disturb yes\n"
        "201 call_waiting OFF\n"
        "201 speed 7 9001\n"  // one digit
        "201 speed 007 9001\n"
        "201 speed 07\n"
        "201 voice_mail 9001\n"      // no such key
        "201 last_identity usual\n"  // (has no line)
        "202 speed 07 9001\n"
        "202 last_identity shown\n",
        faults);
    CHECK(faults == 10);
    CHECK(states.at("201").last_identity == analog::Identity::usual);
    CHECK(states.at("202").last_identity == analog::Identity::shown);
    CHECK(states.at("201").forward_all == "9001");
    CHECK_FALSE(states.at("201").do_not_disturb);
    CHECK(states.at("201").call_waiting);
    CHECK(states.at("201").speed.empty());
    CHECK(states.at("202").speed.at("07") == "9001");
}

TEST_CASE("service store: garbage does no harm") {
    const Folder folder;
    std::mt19937 random(7);
    std::string garbage;
    for (int i = 0; i < 100000; ++i)
        garbage += static_cast<char>(random());
    write(folder.file(), garbage + "\n201 forward_all 9001\n");
    {
        ServiceStore store(folder.file());
        CHECK(store.of("201").forward_all == "9001");
        store.set("202", full_state());
    }
    ServiceStore store(folder.file());
    CHECK(store.of("202") == full_state());
}

TEST_CASE("service store: of a file that is too long no half number is taken") {
    const Folder folder;
    std::string text = "201 forward_all 9001\n";
    while (text.size() < (1U << 20U) - 20)
        text += "# nothing\n";
    text += "202 forward_all 9001234567890123\n203 forward_all 9001\n";
    write(folder.file(), text);
    ServiceStore store(folder.file());
    CHECK(store.of("201").forward_all == "9001");
    CHECK(store.of("202").forward_all.empty());
    CHECK(store.of("203").forward_all.empty());
}

TEST_CASE("service store: what is no file is neither waited for nor read") {
    const Folder folder;
    SECTION("pipe") {
        REQUIRE(::mkfifo(folder.file().c_str(), 0600) == 0);
    }
    SECTION("folder") {
        fs::create_directory(folder.file());
    }
    SECTION("a symbolic link to itself") {
        fs::create_symlink(folder.file(), folder.file());
    }
    ServiceStore store(folder.file());
    CHECK(store.of("201") == PhoneState{});
    store.set("201", full_state());
    CHECK(store.of("201") == full_state());
}

TEST_CASE("service store: links lead nowhere else") {
    const Folder folder;
    const auto victim = folder.file("victim");
    write(victim, "201 forward_all 9001\n");
    SECTION("the file is a link: it is read, and replaced") {
        fs::create_symlink(victim, folder.file());
        {
            ServiceStore store(folder.file());
            CHECK(store.of("201").forward_all == "9001");
            store.set("201", full_state());
        }
        CHECK(fs::is_regular_file(fs::symlink_status(folder.file())));
        CHECK(ServiceStore(folder.file()).of("201") == full_state());
    }
    SECTION("the one beside it is a link: nothing is written through it") {
        fs::create_symlink(victim, folder.file("services.new"));
        ServiceStore(folder.file()).set("201", full_state());
        CHECK_FALSE(fs::exists(folder.file()));
    }
    CHECK(read(victim) == "201 forward_all 9001\n");
}

TEST_CASE("service store: a place that cannot be written keeps the telephones' services") {
    const Folder folder;
    {
        ServiceStore store(folder.file("missing/services"));
        store.set("201", full_state());
        CHECK(store.of("201") == full_state());
    }
    SECTION("and what cannot be written at first is written at the end") {
        // The folder appears later, as when a disk is mounted.
        {
            ServiceStore store(folder.file("late/services"));
            store.set("201", full_state());
            fs::create_directory(folder.file("late"));
        }
        CHECK(ServiceStore(folder.file("late/services")).of("201") == full_state());
    }
}

TEST_CASE("service store: whoever reads sees a whole file") {
    const Folder folder;
    {
        ServiceStore store(folder.file());
        store.set("201", full_state());
    }
    // The old file stays as it is for whoever has it open, and after a write that breaks off in the middle.
    std::ifstream old(folder.file());
    const auto before = read(folder.file());
    write(folder.file("services.new"), "201 forward_all 9");
    CHECK(ServiceStore(folder.file()).of("201") == full_state());
    {
        ServiceStore store(folder.file());
        store.set("201", {});
    }
    std::ostringstream seen;
    seen << old.rdbuf();
    CHECK(seen.str() == before);
    CHECK(ServiceStore(folder.file()).of("201") == PhoneState{});
}
