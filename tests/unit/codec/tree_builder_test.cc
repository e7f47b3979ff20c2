#include "engine/codec/tree_builder.h"

#include <catch2/catch.hpp>

#include "engine/codec/json_text.h"

using namespace muster;
using namespace muster::codec;

namespace {
Node at_line(int line) {
    return {Scalar{"x", true}, {line, 1}};
}
constexpr Limits tight{100, 2, 5};
}  // namespace

TEST_CASE("events become a tree") {
    TreeBuilder tree{"f", tight};
    tree.begin({Mapping{}, {1, 1}});
    CHECK(tree.expects_key());
    tree.key("a", {1, 1});
    CHECK_FALSE(tree.expects_key());
    CHECK(tree.pending_key() == TextPlace{1, 1});
    tree.begin({Sequence{}, {1, 4}});
    CHECK_FALSE(tree.pending_key());
    tree.add(at_line(1));
    tree.end();
    CHECK(std::holds_alternative<Sequence>(tree.last().value));
    CHECK(tree.expects_key());
    tree.end();
    CHECK(tree.take_problems().empty());
    const auto root = tree.take_root();
    CHECK(json_text(root, Layout::line) == R"({"a":["x"]})");
    CHECK(count_nodes(root) == 3);
}

TEST_CASE("exactly the bound of values and levels is allowed") {
    TreeBuilder tree{"f", tight};
    tree.begin({Sequence{}, {1, 1}});
    tree.begin({Sequence{}, {1, 2}});
    for (int i = 0; i < 3; ++i) tree.add(at_line(2));
    CHECK_FALSE(tree.must_stop());
    tree.add(at_line(3));
    CHECK(tree.must_stop());
    const auto problems = tree.take_problems();
    REQUIRE(problems.size() == 1);
    CHECK(text_of(problems[0]) ==
          "f:3:1: [0][3]: the document has more than 5 values, aliases expanded");
}

TEST_CASE("a level too many stops the reading") {
    TreeBuilder tree{"f", tight};
    for (int i = 1; i <= 2; ++i) tree.begin({Sequence{}, {1, i}});
    CHECK_FALSE(tree.must_stop());
    tree.begin({Sequence{}, {1, 3}});
    CHECK(tree.must_stop());
    CHECK(tree.take_problems()[0].message == "nested more than 2 levels deep");
}

TEST_CASE("paths quote what would be misread") {
    CHECK(child_path("", "targets") == "targets");
    CHECK(child_path("targets", "finance-1_x") == "targets.finance-1_x");
    CHECK(child_path("targets", "a.b") == "targets.\"a.b\"");
    CHECK(child_path("targets", "") == "targets.\"\"");
    CHECK(child_path("targets", "a\x1b") == "targets.\"a\\x1b\"");
    CHECK(item_path("checks", 3) == "checks[3]");
}
