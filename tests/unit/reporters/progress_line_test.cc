#include "reporters/progress_line.h"

#include <catch2/catch.hpp>

namespace muster {
namespace {

constexpr std::uint64_t mib = 1U << 20U;

}  // namespace

TEST_CASE("a progress line tells share, rate and time left", "[reporters][progress]") {
    CHECK(progress_line("reading a.sqlite", 100 * mib, 400 * mib, std::chrono::seconds{2}) ==
          "reading a.sqlite  25 % [#######                       ] 50.0 MiB/s, 6.0 s left");
    CHECK(progress_line("copying a.db", 400 * mib, 400 * mib, std::chrono::seconds{8}) ==
          "copying a.db 100 % [##############################] 50.0 MiB/s, 0 ms left");
}

TEST_CASE("what is left is no guess of the first second", "[reporters][progress]") {
    CHECK(progress_line("x", 10 * mib, 40 * mib, Duration{500}) ==
          "x  25 % [#######                       ] 20.0 MiB/s");
    CHECK(progress_line("x", 10 * mib, 40 * mib, Duration{0}) ==
          "x  25 % [#######                       ]");
    CHECK(progress_line("x", 0, 40 * mib, std::chrono::seconds{9}) ==
          "x   0 % [                              ]");
}

TEST_CASE("slow and huge work has a line too", "[reporters][progress]") {
    CHECK(progress_line("x", 1, std::uint64_t{1} << 50U, std::chrono::seconds{10}).find(" left") !=
          std::string::npos);
}

}  // namespace muster
