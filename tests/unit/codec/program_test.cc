#include "engine/base/program.h"

#include <signal.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "engine/base/workers.h"
#include "engine/codec/spell_end.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

Program shell(const std::string& script, Duration timeout = std::chrono::seconds{20}) {
    return {{"sh", "-c", script}, "/", {}, timeout};
}

Program left_running(const std::string& script) {
    auto out = shell(script);
    out.leftovers = Leftovers::kept;
    return out;
}

std::string said_by(const std::string& script) {
    const auto end = run_program(shell(script));
    REQUIRE(end);
    CHECK(end->succeeded());
    return end->said;
}

bool is_gone(const fs::path& pid_file) {
    pid_t pid = 0;
    std::ifstream{pid_file} >> pid;
    REQUIRE(pid > 0);
    for (int tries = 0; tries < 200; ++tries) {
        std::ifstream state{"/proc/" + std::to_string(pid) + "/stat"};
        std::string number, name, letter;
        if (!(state >> number >> name >> letter) || letter == "Z") return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    ::kill(pid, SIGKILL);
    return false;
}

}  // namespace

TEST_CASE("a program's exit status and last words are told", "[base][program][ST-02]") {
    const auto end = run_program(shell("echo first; echo second >&2; exit 5"));
    REQUIRE(end);
    CHECK(end->exit_status == 5);
    CHECK(end->said == "first\nsecond\n");
    CHECK_THAT(spell_end(*end),
               StartsWith("exit status 5 after ") && Contains("; its last words: first | second"));
}

TEST_CASE("no shell sees the arguments, and there is nothing to read", "[base][program]") {
    const auto end = run_program({{"echo", "$HOME; exit 1"}, "/", {}, std::chrono::seconds{20}});
    REQUIRE(end);
    CHECK(end->said == "$HOME; exit 1\n");
    CHECK(said_by("cat; echo read") == "read\n");
}

TEST_CASE("a program is run in its folder, without the variables that are withheld",
          "[base][program]") {
    const TempFolder folder;
    ::setenv("MUSTER_TEST_KEY", "0123", 1);
    ::setenv("MUSTER_TEST_OTHER", "kept", 1);
    auto program = shell("pwd; echo \"[$MUSTER_TEST_KEY]$MUSTER_TEST_OTHER\"");
    program.folder = folder.path();
    program.withheld = {"MUSTER_TEST_KEY"};
    const auto end = run_program(program);
    REQUIRE(end);
    CHECK(end->said == folder.path().string() + "\n[]kept\n");
}

TEST_CASE("of what a program says the end is kept, however much it is", "[base][program]") {
    const auto said = said_by("yes 0123456789 | head -c 5500000; echo the end");
    CHECK(said.size() == 4096);
    CHECK(said.ends_with("0123456789\nthe end\n"));
    // Blocks of 512 bytes that its output takes, once it was looked at again.
    const auto blocks = said_by(
        "yes 0123456789 | head -c 5500000; sleep 0.2; printf '\\n'; stat -L -c %b /proc/self/fd/1");
    CHECK(std::stoi(blocks.substr(blocks.find_last_of('\n', blocks.size() - 2))) < 2 * 1024);
    ProgramEnd loud;
    loud.exit_status = 1;
    for (int line = 0; line < 50; ++line) loud.said += "line " + std::to_string(line) + "\n";
    CHECK_THAT(spell_end(loud), Contains("line 49") && !Contains("line 20"));
    loud.said = "a\x1b[31mb\x07\xff\n";
    CHECK_THAT(spell_end(loud), Contains("a[31mb\xEF\xBF\xBD"));
}

TEST_CASE("at the timeout the whole group is killed", "[base][program][ST-02]") {
    const TempFolder folder;
    const auto pid = folder / "pid";
    const auto end = run_program(
        shell("sleep 60 & echo $! > " + pid.string() + "; echo waiting; trap '' TERM INT; wait",
              std::chrono::milliseconds{300}));
    REQUIRE(end);
    CHECK(end->timed_out);
    CHECK_FALSE(end->exit_status);
    CHECK(end->elapsed < std::chrono::seconds{10});
    CHECK_THAT(spell_end(*end),
               StartsWith("did not end in time and was killed after ") && Contains("waiting"));
    CHECK(is_gone(pid));
}

TEST_CASE("what a program leaves behind lives on, and holds none of our files", "[base][program]") {
    const TempFolder folder;
    const auto pid = folder / "pid", held = folder / "held", said = folder / "said";
    const auto ours = File::create(held);
    REQUIRE(ours);
    // Not closed on exec, as a file of a library may be.
    REQUIRE(::dup2(ours->descriptor(), 200) == 200);
    const auto end =
        run_program(left_running("(sleep 1; echo late; ls -l /proc/self/fd > " + said.string() +
                                 "; sleep 60) & "
                                 "echo $! > " +
                                 pid.string()));
    REQUIRE(end);
    CHECK(end->succeeded());
    CHECK(end->elapsed < std::chrono::seconds{20});
    std::string listed;
    for (int tries = 0; tries < 500 && listed.find("total") == std::string::npos; ++tries) {
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
        std::ifstream file{said};
        listed.assign(std::istreambuf_iterator<char>{file}, {});
    }
    // It got past "echo late": its output did not end with us.
    CHECK_THAT(listed, Contains("total") && !Contains(held.string()));
    ::close(200);
    pid_t left = 0;
    std::ifstream{pid} >> left;
    CHECK(::getpgid(left) != ::getpgid(0));
    ::kill(-::getpgid(left), SIGKILL);
    CHECK(is_gone(pid));
}

TEST_CASE("what a check leaves behind is killed with its end", "[base][program][AZ-04]") {
    const TempFolder folder;
    const auto pid = folder / "pid";
    const auto end = run_program(shell("sleep 60 & echo $! > " + pid.string()));
    REQUIRE(end);
    CHECK(end->succeeded());
    CHECK(end->elapsed < std::chrono::seconds{10});
    CHECK(is_gone(pid));
}

TEST_CASE("whoever stops the run stops the program", "[base][program][AZ-04]") {
    const TempFolder folder;
    const auto pid = folder / "pid";
    const auto end =
        run_program(shell("sleep 60 & echo $! > " + pid.string() + "; wait"), [&]() -> Result<> {
            if (!fs::exists(pid) || fs::file_size(pid) == 0) return {};
            return fail(ErrorCode::interrupted, "stopped by the test");
        });
    REQUIRE_FALSE(end);
    CHECK(end.error().code == ErrorCode::interrupted);
    CHECK(is_gone(pid));
}

TEST_CASE("programs run side by side", "[base][program][AZ-04]") {
    std::vector<std::string> said(8);
    in_parallel(said.size(), said.size(), [&](std::size_t piece) {
        const auto end = run_program(shell("echo " + std::to_string(piece)));
        said[piece] = end ? end->said : "";
        return true;
    });
    for (std::size_t i = 0; i < said.size(); ++i) CHECK(said[i] == std::to_string(i) + "\n");
}

TEST_CASE("a program does not inherit the signals that we ignore", "[base][program]") {
    const auto former = std::signal(SIGPIPE, SIG_IGN);
    const auto end = run_program(shell("kill -PIPE $$; echo lived"));
    std::signal(SIGPIPE, former);
    REQUIRE(end);
    CHECK(end->signal == SIGPIPE);
    CHECK_THAT(spell_end(*end), StartsWith("ended by signal 13 after "));
}

TEST_CASE("a program that cannot be run is named", "[base][program]") {
    const auto none = run_program({{"no-such-program"}, "/", {}, std::chrono::seconds{1}});
    REQUIRE_FALSE(none);
    CHECK(none.error().code == ErrorCode::not_found);
    CHECK_THAT(none.error().text(), Contains("no-such-program"));
}

}  // namespace muster
