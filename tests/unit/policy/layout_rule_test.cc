#include "engine/policy/rules/layout_rule.h"

#include <catch2/catch.hpp>

using muster::Overwrite;

namespace {

auto complaint_about_layout(std::string_view layout, Overwrite overwrite = Overwrite::never,
                            bool object_store = false) {
    return muster::codec::complaint_about_layout(layout, overwrite, object_store);
}

}  // namespace

TEST_CASE("good layouts") {
    for (const auto* layout :
         {"{target}/{target}-{timestamp}", "{yyyy}/{mm}/{dd}/{target}-{timestamp}",
          "a..b/{target}{timestamp}.db", "sqlite/{target}-{timestamp}.sqlite"})
        CHECK_FALSE(complaint_about_layout(layout));
}

TEST_CASE("bad layouts, each with its reason") {
    const auto message = [](std::string_view layout) {
        return complaint_about_layout(layout)->message;
    };
    CHECK(message("{timestamp}") == "without {target} snapshots would collide");
    CHECK(message("{target}/{yyyy}{mm}{dd}") == "without {timestamp} snapshots would collide");
    CHECK(message("") == "without {target} snapshots would collide");
    CHECK(message("{target}/{timestmp}") == "unknown word \"timestmp\"");
    CHECK(complaint_about_layout("{timestmp}")->hint == "did you mean \"timestamp\"?");
    for (const auto* layout : {"{target", "target}", "{target{timestamp}}", "{target}{"})
        CHECK(message(layout) == "a brace has no partner");
    CHECK(message("{}") == "unknown word \"\"");
    CHECK(message("/{target}/{timestamp}") == "the layout is absolute");
    CHECK(message("../{target}/{timestamp}") == "the folder \"..\" is not allowed");
    CHECK(message("{target}/../{timestamp}") == "the folder \"..\" is not allowed");
    CHECK(message("{target}/./{timestamp}") == "the folder \".\" is not allowed");
    CHECK(message("{target}//{timestamp}") == "the folder \"\" is not allowed");
    CHECK(message("{target}/{timestamp}/") == "the folder \"\" is not allowed");
    CHECK(message("{target}/{timestamp}/..") == "the folder \"..\" is not allowed");
}

TEST_CASE("one snapshot for a day needs the day in its name") {
    const auto daily = [](std::string_view layout) {
        return complaint_about_layout(layout, Overwrite::same_day, true);
    };
    CHECK_FALSE(daily("{prefix}/{yyyy}-{mm}-{dd}/{target}.db.gz"));
    CHECK_FALSE(daily("{target}-{timestamp}"));
    CHECK(daily("{yyyy}/{mm}/{target}")->message ==
          "without {dd} the snapshots of different days would collide");
    CHECK(daily("{target}")->message ==
          "without {yyyy} the snapshots of different days would collide");
}

TEST_CASE("only object stores have a prefix") {
    CHECK_FALSE(complaint_about_layout("{prefix}/{target}-{timestamp}", Overwrite::never, true));
    CHECK(complaint_about_layout("{prefix}/{target}-{timestamp}")->message ==
          "unknown word \"prefix\"");
}
