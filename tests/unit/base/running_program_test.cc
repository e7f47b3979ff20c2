#include "engine/base/running_program.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "engine/base/free_port.h"
#include "tests/support/child.h"
#include "tests/support/processes.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;
using Catch::Matchers::Contains;
using namespace std::chrono_literals;

namespace {

Program going_on(const std::string& script) {
    return {{"sh", "-c", script}, "/", {}};
}

RunningProgram started(const Program& program) {
    auto running = RunningProgram::start(program);
    REQUIRE(running);
    return *std::move(running);
}

template <class Holds>
bool comes_to_hold(const Holds& holds) {
    for (int tries = 0; tries < 1000 && !holds(); ++tries) std::this_thread::sleep_for(10ms);
    return holds();
}

}  // namespace

TEST_CASE("a program goes on until it is stopped", "[base][running_program]") {
    auto running =
        started(going_on("trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.01; done"));
    CHECK(is_alive(running.pid()));
    REQUIRE(comes_to_hold([&] { return running.tail() == "up\n"; }));
    CHECK_FALSE(running.ended());
    REQUIRE(running.stop(20s));
    CHECK_FALSE(is_alive(running.pid()));
    REQUIRE(running.ended());
    CHECK(running.ended()->exit_status == 7);
    CHECK_THAT(running.ended()->said, Contains("up\n") && Contains("bye\n"));
    CHECK(running.ended()->elapsed < 10s);
    CHECK(running.stop(20s));
}

TEST_CASE("how a program ended by itself is told", "[base][running_program]") {
    auto running = started(going_on("echo no room; exit 3"));
    REQUIRE(comes_to_hold([&] { return running.ended().has_value(); }));
    CHECK(running.ended()->exit_status == 3);
    CHECK(running.tail() == "no room\n");
    CHECK(running.stop(0s));
    CHECK(RunningProgram::start({{"no-such-program"}, "/", {}}).error().code ==
          ErrorCode::not_found);
}

TEST_CASE("a program that ignores SIGTERM is killed after its grace", "[base][running_program]") {
    auto running = started(going_on("trap '' TERM; echo up; while :; do sleep 0.01; done"));
    REQUIRE(comes_to_hold([&] { return running.tail() == "up\n"; }));
    const auto began = std::chrono::steady_clock::now();
    REQUIRE(running.stop(300ms));
    const auto took = std::chrono::steady_clock::now() - began;
    CHECK(took >= 300ms);
    CHECK(took < 5s);
    CHECK(running.ended()->signal == SIGKILL);
    CHECK_FALSE(is_alive(running.pid()));
}

TEST_CASE("grace is for all of a group, not only for its first", "[base][running_program]") {
    const TempFolder folder;
    const auto done = folder / "done";
    auto running = started(going_on("(trap 'sleep 0.3; echo $$ > " + done.string() +
                                    "; exit' TERM; echo up; while :; do sleep 0.01; done) & wait"));
    REQUIRE(comes_to_hold([&] { return running.tail() == "up\n"; }));
    REQUIRE(running.stop(20s));
    CHECK(running.ended()->signal == SIGTERM);
    CHECK(fs::exists(done));
}

TEST_CASE("a stop reaches what left group and session", "[base][running_program]") {
    const TempFolder folder;
    const auto pid = folder / "pid";
    auto running = started(going_on("setsid sh -c '(sh -c \"echo \\$\\$ > " + pid.string() +
                                    "; exec sleep 60\" &) &'; sleep 60"));
    const auto far = await_pid(pid);
    CHECK(is_alive(far));
    SECTION("without grace") {
        REQUIRE(running.stop(0s));
    }
    SECTION("with it") {
        REQUIRE(running.stop(200ms));
    }
    SECTION("by the end of its life") {
        const auto over = std::move(running);
    }
    SECTION("by another one in its place") {
        running = started(going_on("sleep 60"));
    }
    CHECK_FALSE(is_alive(far));
}

TEST_CASE("a daemon lives below the guard until it is stopped", "[base][running_program]") {
    const TempFolder folder;
    const auto pid = folder / "pid";
    auto program = going_on("setsid sh -c 'trap \"echo ended; exit\" TERM; echo $$ > " +
                            pid.string() + "; while :; do sleep 0.01; done' & exit 4");
    program.leftovers = Leftovers::kept;
    auto running = started(program);
    const auto daemon = await_pid(pid);
    REQUIRE(comes_to_hold([&] { return running.ended().has_value(); }));
    CHECK(running.ended()->exit_status == 4);
    std::this_thread::sleep_for(100ms);
    CHECK(is_alive(daemon));
    REQUIRE(running.stop(20s));
    CHECK_FALSE(is_alive(daemon));
    CHECK_THAT(running.tail(), Contains("ended"));
}

TEST_CASE("a running program does not outlive us", "[base][running_program]") {
    const TempFolder folder;
    const auto program = folder / "program", far = folder / "far";
    Child ours{[&](const Child::Ready& ready) {
        auto script = going_on("echo $$ > " + program.string() +
                               "; trap '' TERM; setsid sh -c 'sleep 60 & echo $! > " +
                               far.string() + "'; sleep 60");
        const auto running = RunningProgram::start(script);
        ready();
        stay();
    }};
    const auto pid = await_pid(program), far_pid = await_pid(far);
    CHECK(is_alive(far_pid));
    ours.kill();
    CHECK(ends_within(pid, 1s));
    CHECK(ends_within(far_pid, 1s));
}

TEST_CASE("a stop tells that the guard was killed", "[base][running_program]") {
    auto running = started(going_on("sleep 60"));
    ::kill(parent_of(running.pid()), SIGKILL);
    REQUIRE(comes_to_hold([&] { return running.ended().has_value(); }));
    CHECK(running.ended()->signal == SIGKILL);
    CHECK(ends_within(running.pid(), 1s));
    const auto stopped = running.stop(1s);
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == ErrorCode::io);
}

TEST_CASE("what a running program says takes little room", "[base][running_program]") {
    auto running = started(going_on("yes 0123456789 | head -c 5500000; echo up; sleep 60"));
    REQUIRE(comes_to_hold([&] { return running.tail().ends_with("up\n"); }));
    const auto blocks = [&] {
        const auto output = "/proc/" + std::to_string(running.pid()) + "/fd/1";
        struct stat state {};
        return ::stat(output.c_str(), &state) == 0 ? state.st_blocks : 0;
    };
    CHECK(comes_to_hold([&] { return blocks() > 0 && blocks() < 2048; }));
}

TEST_CASE("a free port is one to listen on", "[base][free_port]") {
    const auto port = free_port();
    REQUIRE(port);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(*port));
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    CHECK(::listen(socket, 1) == 0);
    const auto other = free_port();
    REQUIRE(other);
    CHECK(*other != *port);
    ::close(socket);
}

}  // namespace muster
