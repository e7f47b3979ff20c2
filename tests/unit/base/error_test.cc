#include "engine/base/error.h"

#include <catch2/catch.hpp>
#include <set>

namespace muster {

TEST_CASE("every error code has its own row, at its own place", "[base][error][VV-07]") {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < error_table().size(); ++i) {
        const auto& row = error_table()[i];
        CHECK(static_cast<std::size_t>(row.code) == i);
        CHECK(names.insert(row.name).second);
        CHECK_FALSE(row.meaning.empty());
        CHECK(row_of(row.code).name == row.name);
    }
    CHECK(static_cast<std::size_t>(ErrorCode::terminated) + 1 == error_table().size());
}

TEST_CASE("the refusals of a restore are distinct and exit 7", "[base][error][VV-07]") {
    for (const auto code :
         {ErrorCode::manifest_mismatch, ErrorCode::newer_tool_major, ErrorCode::newer_schema,
          ErrorCode::key_missing, ErrorCode::target_exists})
        CHECK(exit_status_of(code) == 7);
}

TEST_CASE("the worst of two exit statuses wins, whichever comes first", "[base][error]") {
    CHECK(worst_exit_status(3, 4) == 3);
    CHECK(worst_exit_status(4, 3) == 3);
    CHECK(worst_exit_status(0, 4) == 4);
    CHECK(worst_exit_status(10, 8) == 8);
    CHECK(worst_exit_status(130, 8) == 130);
    CHECK(worst_exit_status(2, 0) == 2);
}

TEST_CASE("an error says what was being done, and what to do next", "[base][error]") {
    const Error error{ErrorCode::io, "cannot read a.db: I/O error", "look at the device", {}};
    CHECK(error.during("copying").during("a backup").text() ==
          "cannot read a.db: I/O error (while copying) (while a backup); look at the device");
}

}  // namespace muster
