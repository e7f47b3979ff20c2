#include "engine/base/guard.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>

#include "engine/base/workers.h"
#include "tests/support/child.h"
#include "tests/support/processes.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;
using Catch::Matchers::Contains;
using namespace std::chrono_literals;

namespace {

Program shell_script(const std::string& script, Duration timeout = 20s) {
    return {{"sh", "-c", script}, "/", {}, timeout};
}

/// Writes the pid of a process in a session of its own, whose parent and grandparent are gone.
std::string runaway(const fs::path& pid) {
    return "setsid sh -c '(sh -c \"echo \\$\\$ > " + pid.string() +
           "; exec sleep 60\" &) &'; while ! test -s " + pid.string() + "; do sleep 0.01; done; ";
}

std::string own_pid(const fs::path& pid) {
    return "echo $$ > " + pid.string() + "; ";
}

}  // namespace

TEST_CASE("a process that left group and session ends with the program", "[base][guard][AZ-04]") {
    const TempFolder folder;
    const auto end = run_program(shell_script(runaway(folder / "pid") + "echo done"));
    REQUIRE(end);
    CHECK(end->said == "done\n");
    CHECK_FALSE(is_alive(pid_in(folder / "pid")));
    CHECK(pid_in(folder / "pid") > 0);
}

TEST_CASE("the timeout reaches a process that left group and session", "[base][guard][AZ-04]") {
    const TempFolder folder;
    const auto end =
        run_program(shell_script(runaway(folder / "pid") + "trap '' TERM INT; sleep 60", 1s));
    REQUIRE(end);
    CHECK(end->timed_out);
    CHECK(end->elapsed < 10s);
    CHECK(pid_in(folder / "pid") > 0);
    CHECK_FALSE(is_alive(pid_in(folder / "pid")));
}

TEST_CASE("a chain of processes that fork and die is caught", "[base][guard]") {
    const TempFolder folder;
    const auto step = folder / "step";
    std::ofstream{step} << "#!/bin/sh\necho $$ > " + (folder / "pid").string() + "\nsetsid " +
                               step.string() + " &\n";
    fs::permissions(step, fs::perms::owner_all);
    const auto end = run_program(shell_script(step.string() + " & sleep 60", 500ms));
    REQUIRE(end);
    CHECK(end->timed_out);
    const auto last = pid_in(folder / "pid");
    std::this_thread::sleep_for(100ms);
    CHECK(pid_in(folder / "pid") == last);
}

TEST_CASE("nothing is left when we are killed", "[base][guard][AZ-04]") {
    const TempFolder folder;
    const auto program = folder / "program", far = folder / "far";
    Child ours{[&](const Child::Ready& ready) {
        ready();
        static_cast<void>(
            run_program(shell_script(own_pid(program) + runaway(far) + "trap '' TERM; sleep 60")));
    }};
    const auto pid = await_pid(program), far_pid = await_pid(far);
    const auto guard = parent_of(pid);
    CHECK(is_alive(pid));
    CHECK(is_alive(far_pid));
    CHECK(guard != ours.pid());
    CHECK(parent_of(guard) == ours.pid());
    ours.kill();
    CHECK(ends_within(pid, 1s));
    CHECK(ends_within(far_pid, 1s));
    CHECK(ends_within(guard, 1s));
}

TEST_CASE("nothing is left when our whole group is killed", "[base][guard][AZ-04]") {
    const TempFolder folder;
    const auto far = folder / "far";
    Child ours{[&](const Child::Ready& ready) {
        ::setpgid(0, 0);
        ready();
        static_cast<void>(run_program(shell_script(runaway(far) + "sleep 60")));
    }};
    const auto far_pid = await_pid(far);
    CHECK(is_alive(far_pid));
    ::kill(-ours.pid(), SIGKILL);
    ours.wait();
    CHECK(ends_within(far_pid, 1s));
}

TEST_CASE("a program dies with its guard also where we cannot see to it", "[base][guard]") {
    const TempFolder folder;
    Child ours{[&](const Child::Ready& ready) {
        ready();
        static_cast<void>(run_program(shell_script(own_pid(folder / "pid") + "sleep 60; true")));
    }};
    const auto pid = await_pid(folder / "pid");
    ::kill(ours.pid(), SIGSTOP);
    ::kill(parent_of(pid), SIGKILL);
    CHECK(ends_within(pid, 1s));
    ours.kill();
}

TEST_CASE("the start program of a service goes on when we are killed", "[base][guard][ST-02]") {
    const TempFolder folder;
    Child ours{[&](const Child::Ready& ready) {
        ready();
        auto start = shell_script(own_pid(folder / "program") + "sleep 0.3; echo $$ > " +
                                  (folder / "done").string() + "; exec sleep 60");
        start.leftovers = Leftovers::kept;
        static_cast<void>(run_program(start));
    }};
    const auto pid = await_pid(folder / "program");
    const auto guard = parent_of(pid);
    ours.kill();
    CHECK(ends_within(guard, 1s));
    CHECK(await_pid(folder / "done") == pid);
    CHECK(is_alive(pid));
    ::kill(pid, SIGKILL);
}

TEST_CASE("what a start program leaves is under no guard", "[base][guard][ST-02]") {
    const TempFolder folder;
    auto start = shell_script(runaway(folder / "pid"));
    start.leftovers = Leftovers::kept;
    REQUIRE(run_program(start));
    const auto pid = pid_in(folder / "pid");
    CHECK(is_alive(pid));
    std::ifstream name{"/proc/" + std::to_string(parent_of(pid)) + "/comm"};
    std::string parent;
    std::getline(name, parent);
    CHECK(parent != "muster-guard");
    ::kill(pid, SIGKILL);
}

TEST_CASE("who kills the guard kills the program", "[base][guard]") {
    const TempFolder folder;
    const auto leftovers = GENERATE(Leftovers::killed, Leftovers::kept);
    auto program = shell_script(own_pid(folder / "pid") + "sleep 60 & echo $! > " +
                                (folder / "other").string() + "; wait");
    program.leftovers = leftovers;
    bool killed = false;
    const auto end = run_program(program, [&]() -> Result<> {
        if (!killed && pid_in(folder / "other") > 0)
            killed = ::kill(parent_of(pid_in(folder / "pid")), SIGKILL) == 0;
        return {};
    });
    REQUIRE(end);
    CHECK(end->signal == SIGKILL);
    CHECK_FALSE(end->exit_status);
    CHECK_FALSE(end->timed_out);
    CHECK(ends_within(pid_in(folder / "pid"), 1s));
    CHECK(ends_within(pid_in(folder / "other"), 1s));
}

TEST_CASE("neither the program nor its guard holds a file of ours", "[base][guard]") {
    const TempFolder folder;
    const auto ours = File::create(folder / "held");
    REQUIRE(ours);
    // Not closed on exec, as a file of a library may be.
    REQUIRE(::dup2(ours->descriptor(), 200) == 200);
    const auto end =
        run_program(shell_script("ls -l /proc/self/fd; ps -o comm= $PPID; ls -l /proc/$PPID/fd"));
    ::close(200);
    REQUIRE(end);
    CHECK_THAT(end->said, Contains("muster-guard") && !Contains((folder / "held").string()));
    // Of a guard: the three, the channel and its signals.
    const auto guards = end->said.substr(end->said.find("muster-guard"));
    CHECK(std::ranges::count(guards, '>') == 5);
}

TEST_CASE("fifty programs at once, each under its own guard", "[base][guard]") {
    std::atomic<int> right = 0;
    in_parallel(50, 50, [&](std::size_t piece) {
        const auto number = std::to_string(piece);
        const auto end =
            run_program(shell_script("sleep 0.1; echo " + number + "; exit " + number));
        if (end && end->said == number + "\n" && end->exit_status == static_cast<int>(piece))
            ++right;
        return true;
    });
    CHECK(right == 50);
}

TEST_CASE("an order that comes too late does no harm", "[base][guard]") {
    for (int round = 0; round < 200; ++round) {
        auto guard = Guard::start({{"true"}, "/", {}}, Rest::is_killed);
        REQUIRE(guard);
        std::this_thread::sleep_for(std::chrono::microseconds{round * 20});
        guard->order(GuardOrder::kill);
        guard->await_gone();
        REQUIRE(guard->status());
    }
}

TEST_CASE("the last words of a guard are heard behind an order that it did not read",
          "[base][guard]") {
    auto guard = Guard::start(shell_script("sleep 0.2; exit 3"), Rest::is_killed);
    REQUIRE(guard);
    const auto pid = parent_of(guard->program());
    ::kill(pid, SIGSTOP);
    CHECK(ends_within(guard->program(), 10s));
    guard->order(GuardOrder::kill);
    ::kill(pid, SIGCONT);
    guard->await_gone();
    CHECK(guard->program_end().exit_status == 3);
}

TEST_CASE("a program's environment is set, and wins over what is withheld", "[base][program]") {
    auto program = shell_script("echo $MUSTER_TEST_A $MUSTER_TEST_B $HOME");
    ::setenv("MUSTER_TEST_A", "inherited", 1);
    program.withheld = {"MUSTER_TEST_A", "MUSTER_TEST_B"};
    program.environment = {{"MUSTER_TEST_A", "a=1"}, {"MUSTER_TEST_B", "b"}, {"HOME", "/nowhere"}};
    const auto end = run_program(program);
    REQUIRE(end);
    CHECK(end->said == "a=1 b /nowhere\n");
    program.argv = {"env"};
    const auto all = run_program(program);
    REQUIRE(all);
    CHECK_THAT(all->said, Contains("HOME=/nowhere\n") && Contains("PATH=") &&
                              !Contains("inherited") && !Contains("HOME=/root") &&
                              !Contains("HOME=/home"));
}

TEST_CASE("why a program cannot be run is told", "[base][program]") {
    const TempFolder folder;
    std::ofstream{folder / "plain"} << "echo no interpreter\n";
    const auto error_of = [&](const std::string& name, const fs::path& where) {
        const auto end = run_program({{name}, where, {}, 1s});
        return end ? Error{} : end.error();
    };
    const auto barred = error_of((folder / "plain").string(), "/");
    CHECK(barred.code == ErrorCode::permission_denied);
    CHECK_THAT(barred.text(), Contains("cannot run " + (folder / "plain").string()));
    fs::permissions(folder / "plain", fs::perms::owner_all);
    CHECK(error_of((folder / "plain").string(), "/").code == ErrorCode::io);  // no shell is tried
    CHECK(error_of("no-such-program", "/").code == ErrorCode::not_found);
    CHECK(error_of("./plain/x", folder.path()).code == ErrorCode::not_found);
    const auto nowhere = error_of("true", folder / "gone");
    CHECK(nowhere.code == ErrorCode::not_found);
    CHECK_THAT(nowhere.text(), Contains("cannot run true in " + (folder / "gone").string()));
    CHECK(run_program({{}, "/", {}, 1s}).error().code == ErrorCode::not_found);
}

}  // namespace muster
