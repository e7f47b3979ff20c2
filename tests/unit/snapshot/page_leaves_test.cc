#include "engine/snapshot/delta/page_leaves.h"

#include <catch2/catch.hpp>

#include "tests/support/deltas.h"

namespace muster {

using namespace test;

namespace {

constexpr std::uint32_t leaf_page = 512;

/// Adds `content` in pieces of `piece` bytes; its leaves go to `leaves`.
Result<FoundPages> look_through(const std::string& content, const fs::path& leaves,
                                const fs::path& former = {}, std::size_t piece = 1000) {
    fs::remove(leaves);
    MUSTER_TRY(auto file, File::create(leaves));
    std::optional<File> was;
    if (!former.empty()) {
        MUSTER_TRY(was, File::open_read(former));
    }
    PageLeaves pages{leaf_page, file, was ? &*was : nullptr};
    for (std::size_t at = 0; at < content.size(); at += piece)
        MUSTER_CHECK(
            pages.add(std::as_bytes(std::span{std::string_view{content}.substr(at, piece)})));
    return pages.finish();
}

}  // namespace

TEST_CASE("leaves tell which pages changed, and that they are the right ones",
          "[snapshot][delta]") {
    const TempFolder folder;
    std::mt19937_64 random{11};
    auto former = noise(leaf_page * 3000);
    const auto first = look_through(former, folder / "former");
    REQUIRE(first);
    CHECK(first->changed.empty());
    CHECK_FALSE(first->former_root);
    CHECK(fs::file_size(folder / "former") == 3000 * 32);
    auto root = first->merkle_root;
    for (int turn = 0; turn < 30; ++turn) {
        const auto latter = changed_by_chance(former, leaf_page, random);
        const auto found = look_through(latter, folder / "latter", folder / "former",
                                        1 + static_cast<std::size_t>(random() % 5000));
        REQUIRE(found);
        const auto facts = facts_between(former, latter, leaf_page);
        CHECK(found->changed == changed_pages(former, latter, leaf_page));
        CHECK(found->pages == facts.pages);
        CHECK(found->sha256 == facts.latter_sha256);
        CHECK(found->merkle_root == facts.merkle_root);
        CHECK(found->former_root == root);
        CHECK(found->former_pages == facts.former_pages);
        root = facts.merkle_root;
        former = latter;
        fs::rename(folder / "latter", folder / "former");
    }
}

TEST_CASE("leaves that were changed have another root", "[snapshot][delta]") {
    const TempFolder folder;
    const auto content = noise(leaf_page * 9);
    const auto root = look_through(content, folder / "former")->merkle_root;
    const auto good = read_all(folder / "former");
    const auto root_of_former = [&](const std::string& leaves) {
        write_all(folder / "former", leaves);
        const auto found = look_through(content, folder / "latter", folder / "former");
        REQUIRE(found);
        return found->former_root;
    };
    CHECK(root_of_former(good) == root);
    for (std::size_t at = 0; at < good.size(); ++at) {
        auto bad = good;
        bad[at] ^= 1;
        CHECK(root_of_former(bad) != root);
        CHECK((at / 32 * 32 == at ? root_of_former(good.substr(0, at)) != root : true));
    }
    CHECK(root_of_former(good + good.substr(0, 32)) != root);
    CHECK(root_of_former("") == Sha256Stream{}.finish());
}

TEST_CASE("an inner node that is passed off as a leaf shows in the count", "[snapshot][delta]") {
    const TempFolder folder;
    const auto former = noise(leaf_page * 3);
    const auto root = look_through(former, folder / "former")->merkle_root;
    const auto leaves = read_all(folder / "former");
    Sha256Stream inner;
    inner.add(std::string_view{"\1"});
    inner.add(std::string_view{leaves}.substr(0, 64));
    const auto node = inner.finish();
    write_all(folder / "former",
              std::string{reinterpret_cast<const char*>(node.bytes.data()), node.bytes.size()} +
                  leaves.substr(64));
    const auto found = look_through(former, folder / "latter", folder / "former");
    REQUIRE(found);
    CHECK(found->former_root == root);
    CHECK(found->former_pages == 2);
}

TEST_CASE("half a page is no page", "[snapshot][delta]") {
    const TempFolder folder;
    const auto found = look_through(noise(leaf_page * 2 + 100), folder / "leaves");
    REQUIRE_FALSE(found);
    CHECK(found.error().code == ErrorCode::damaged);
    CHECK(found.error().message == "the database ends within page 3 of 512 bytes");
    CHECK(look_through("", folder / "leaves")->pages == 0);
}

}  // namespace muster
