#include "engine/codec/encode.h"

#include <catch2/catch.hpp>
#include <cmath>
#include <limits>

#include "engine/base/digest.h"
#include "engine/base/time.h"
#include "engine/codec/json_text.h"

namespace {

enum class Level { low, high };

struct Leaf {
    std::string name;
    bool operator==(const Leaf&) const = default;
};

struct Tree {
    std::string empty_required;
    std::string empty_optional;
    std::string emptied = "preset";
    std::optional<int> absent;
    std::optional<int> null;
    std::vector<int> no_items;
    std::map<std::string, Leaf> no_names;
    muster::Sha256 no_digest;
    muster::Duration duration = std::chrono::minutes{90};
    muster::Bytes bytes{std::numeric_limits<std::uint64_t>::max()};
    Level level = Level::high;
    double third = 1.0 / 3;
    bool flag = false;
    std::variant<Leaf> choice = Leaf{"a"};
};

}  // namespace

namespace muster {
template <>
struct Names<Level> {
    static constexpr std::array list{std::pair{Level::low, std::string_view{"low"}},
                                     std::pair{Level::high, std::string_view{"high"}}};
};
template <>
struct Kind<Leaf> {
    static constexpr std::string_view name = "leaf";
};
template <>
struct Fields<Leaf> {
    static constexpr std::string_view doc = "Leaf.";
    static constexpr auto list = FieldList{required("name", &Leaf::name, "n")};
};
template <>
struct Fields<Tree> {
    static constexpr std::string_view doc = "Tree.";
    static constexpr auto list = FieldList{required("empty_required", &Tree::empty_required, ""),
                                           optional("empty_optional", &Tree::empty_optional, ""),
                                           optional("emptied", &Tree::emptied, ""),
                                           optional("absent", &Tree::absent, ""),
                                           required("null", &Tree::null, ""),
                                           optional("no_items", &Tree::no_items, ""),
                                           optional("no_names", &Tree::no_names, ""),
                                           optional("no_digest", &Tree::no_digest, ""),
                                           required("duration", &Tree::duration, ""),
                                           optional("bytes", &Tree::bytes, ""),
                                           optional("level", &Tree::level, ""),
                                           optional("third", &Tree::third, ""),
                                           optional("flag", &Tree::flag, ""),
                                           optional("choice", &Tree::choice, "")};
};
}  // namespace muster

using namespace muster::codec;

TEST_CASE("documents explain themselves: only what holds nothing is left out") {
    Tree tree;
    tree.emptied.clear();
    CHECK(
        json_text(encode(tree), Layout::line) ==
        R"({"empty_required":"","emptied":"","null":null,"no_items":[],"no_names":{},"duration":"90m",)"
        R"("bytes":18446744073709551615,"level":"high","third":0.3333333333333333,"flag":false,)"
        R"("choice":{"kind":"leaf","name":"a"}})");
}
