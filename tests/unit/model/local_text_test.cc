#include "engine/model/schedule/local_text.h"

#include <catch2/catch.hpp>

namespace muster {

TEST_CASE("a time as clocks east and west of UTC show it", "[model][zone]") {
    const auto time = *TextForm<Time>::parse("2026-11-19T23:30:00Z");
    const auto in = [&](std::chrono::minutes offset) {
        return local_text({"somewhere", {{Time{}, offset}}}, time);
    };
    CHECK(local_text({}, time) == "2026-11-19T23:30:00+00:00");
    CHECK(in(std::chrono::hours{1}) == "2026-11-20T00:30:00+01:00");
    CHECK(in(std::chrono::minutes{-210}) == "2026-11-19T20:00:00-03:30");
}

}  // namespace muster
