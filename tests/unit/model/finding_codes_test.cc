#include "engine/model/finding_codes.h"

#include <catch2/catch.hpp>

#include <set>

namespace muster {

TEST_CASE("each code stands once in the table, with all that a reader needs", "[model][VV-09]") {
    std::set<std::string_view> codes;
    for (const auto& row : finding_table()) {
        CAPTURE(row.code);
        CHECK(codes.insert(row.code).second);
        for (const auto text : {row.about, row.bad, row.cause, row.remedy})
            CHECK_FALSE(text.empty());
    }
    const auto page = findings_page();
    for (const auto code : codes)
        CHECK(page.find("| `" + std::string{code} + "` | ") != std::string::npos);
    CHECK(page.find("## About a database\n") < page.find("## About a backup\n"));
}

}  // namespace muster
