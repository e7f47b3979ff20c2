#include "engine/base/program.h"

#include <unistd.h>

#include <catch2/catch.hpp>

#include <array>
#include <cstdlib>
#include <fstream>
#include <thread>

#include "tests/support/temp_folder.h"

namespace muster {
namespace {

using namespace test;
using How = ProgramEnd::How;

Result<> on() {
    return {};
}

ProgramEnd shell(const std::string& script, const ProgramOptions& options = {}) {
    const auto end = run_program({"sh", "-c", script}, options, on);
    if (!end) FAIL(end.error().text());
    return *end;
}

/// Waits for the process to be gone, as those killed by another one are a little later.
bool is_gone(const std::string& process) {
    for (int tries = 0; tries < 200; ++tries) {
        std::ifstream stat{"/proc/" + process + "/stat"};
        std::string text{std::istreambuf_iterator<char>{stat}, {}};
        if (text.empty() || text.find(") Z ") != std::string::npos) return true;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return false;
}

}  // namespace

TEST_CASE("a program ends with its status and what it said", "[base][program][AZ-04]") {
    const auto good = shell("echo out; echo err >&2");
    CHECK(good.good());
    CHECK(good.output == "out\nerr\n");
    const auto bad = shell("echo no; exit 3");
    CHECK_FALSE(bad.good());
    CHECK(bad.how == How::exited);
    CHECK(bad.number == 3);
    CHECK(bad.output == "no\n");
    const auto killed = shell("kill -9 $$");
    CHECK(killed.how == How::killed);
    CHECK(killed.number == 9);
    CHECK(spell_end(killed, {}) == "signal 9 (Killed)");
}

TEST_CASE("words reach a program as they are: there is no shell", "[base][program][AZ-04]") {
    const auto end = run_program({"printf", "%s|", "a b", "$HOME", "*", "`id`", ""}, {}, on);
    REQUIRE(end);
    CHECK(end->output == "a b|$HOME|*|`id`||");
}

TEST_CASE("only the last whole lines of much output are kept", "[base][program][AZ-04]") {
    const auto end = shell("i=0; while [ $i -lt 5000 ]; do echo line $i; i=$((i+1)); done");
    CHECK(end.output.size() <= output_limit);
    CHECK(end.output.size() > output_limit / 2);
    CHECK(end.output.starts_with("line "));
    CHECK(end.output.ends_with("line 4999\n"));
}

TEST_CASE("a program that writes without end is stopped in time", "[base][program][AZ-04]") {
    const auto end = run_program({"yes"}, {Duration{300}, {}, {}}, on);
    REQUIRE(end);
    CHECK(end->how == How::timed_out);
    CHECK(end->output.size() <= output_limit);
}

TEST_CASE("when the time is over the whole group is killed", "[base][program][AZ-04]") {
    const auto end = shell("sleep 100 & echo $!; trap '' TERM; sleep 100", {Duration{300}, {}, {}});
    CHECK(end.how == How::timed_out);
    CHECK(spell_end(end, {Duration{300}, {}, {}}) == "no end within 300 ms");
    CHECK(is_gone(end.output.substr(0, end.output.find('\n'))));
}

TEST_CASE("what a program leaves behind is killed with its end", "[base][program][AZ-04]") {
    const auto began = std::chrono::steady_clock::now();
    const auto end = shell("sleep 100 & echo $!");
    CHECK(end.good());
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds{20});
    CHECK(is_gone(end.output.substr(0, end.output.find('\n'))));
}

TEST_CASE("whoever stops the run stops the program", "[base][program][AZ-04]") {
    int asked = 0;
    const auto end = run_program({"sleep", "100"}, {}, [&]() -> Result<> {
        if (++asked > 2) return fail(ErrorCode::interrupted, "stopped by the test");
        return {};
    });
    REQUIRE_FALSE(end);
    CHECK(end.error().code == ErrorCode::interrupted);
}

TEST_CASE("what cannot be run is not found", "[base][program][AZ-04]") {
    const TempFolder folder;
    const auto script = folder / "script";
    std::ofstream{script} << "exit 0\n";
    for (const auto& name : {std::string{"no-such-program-anywhere"}, script.string(),
                             (folder / "absent").string(), folder.path().string()}) {
        CAPTURE(name);
        const auto end = run_program({name}, {}, on);
        REQUIRE_FALSE(end);
        CHECK(end.error().code == ErrorCode::not_found);
        CHECK(end.error().message.find(name) != std::string::npos);
    }
    CHECK(run_program({}, {}, on).error().code == ErrorCode::not_found);
}

TEST_CASE("a program has its folder, no input, no descriptor of ours, and no secret",
          "[base][program][AZ-04]") {
    const TempFolder folder;
    ::setenv("MUSTER_TEST_SECRET", "hush", 1);
    ::setenv("MUSTER_TEST_OTHER", "open", 1);
    const auto file = File::create(folder / "held");  // closes itself in children, as all of ours
    const int leaky = ::dup(file->descriptor());      // and one that does not
    const auto end = shell(
        "pwd -P; echo \"$MUSTER_TEST_SECRET/$MUSTER_TEST_OTHER\"; wc -c; ls /proc/self/fd | wc -l",
        {std::chrono::minutes{1}, {"MUSTER_TEST_SECRET"}, folder.path()});
    ::close(leaky);
    ::unsetenv("MUSTER_TEST_SECRET");
    ::unsetenv("MUSTER_TEST_OTHER");
    // Its three, and the one that ls reads the folder by.
    CHECK(end.output == fs::canonical(folder.path()).string() + "\n/open\n0\n4\n");
}

TEST_CASE("signals are as a new process has them", "[base][program][AZ-04]") {
    // Of an ignored SIGPIPE yes would tell an error instead of ending in silence.
    CHECK(shell("yes | head -n 1").output == "y\n");
}

TEST_CASE("programs run side by side", "[base][program][AZ-04]") {
    std::vector<std::thread> all;
    std::array<std::string, 8> said;
    for (std::size_t i = 0; i < said.size(); ++i)
        all.emplace_back([&said, i] {
            const auto end = run_program({"echo", std::to_string(i)}, {}, on);
            said[i] = end ? end->output : "";
        });
    for (auto& each : all) each.join();
    for (std::size_t i = 0; i < said.size(); ++i) CHECK(said[i] == std::to_string(i) + "\n");
}

}  // namespace muster
