#include "engine/codec/layout_rule.h"

#include <catch2/catch.hpp>

using muster::codec::complaint_about_layout;

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
