#include <catch2/catch.hpp>

#include "engine/snapshot/commit.h"
#include "engine/snapshot/inspect.h"
#include "engine/snapshot/stored_state.h"
#include "tests/support/chains.h"

namespace muster {

using namespace test;

TEST_CASE("what another snapshot is told by is neither removed nor replaced",
          "[snapshot][chains]") {
    const ChainScene scene;
    for (const auto number : {std::size_t{0}, std::size_t{1}}) {
        const auto& artifact = scene.artifacts[number];
        const auto manifest = read_manifest(artifact);
        REQUIRE(manifest);
        const auto removed =
            remove_snapshot(artifact, (*manifest)->checksum_sha256, *scene.host.time);
        REQUIRE_FALSE(removed);
        CHECK(removed.error().code == ErrorCode::stale_plan);
        CHECK_THAT(removed.error().message,
                   Catch::Matchers::Contains(scene.artifacts[number + 1].filename().string()));
        const auto replaced = Commit::begin(artifact, Replace::yes, *scene.host.time);
        REQUIRE_FALSE(replaced);
        CHECK(replaced.error().code == ErrorCode::target_exists);
    }
    for (auto artifact = scene.artifacts.rbegin(); artifact != scene.artifacts.rend(); ++artifact)
        CHECK(remove_snapshot(*artifact, (*read_manifest(*artifact))->checksum_sha256,
                              *scene.host.time));
}

TEST_CASE("a chain names what is wrong with it", "[snapshot][chains]") {
    const ChainScene scene;
    const auto& last = scene.artifacts.back();
    const auto why = [&] {
        const auto chain = chain_of(last, **read_manifest(last));
        return chain ? "whole, of " + std::to_string(chain->size()) : chain.error().message;
    };
    CHECK(why() == "whole, of 3");
    using Catch::Matchers::EndsWith;
    const auto full = read_all(scene.artifacts[0]);
    write_all(scene.artifacts[0], full + "more");
    CHECK_THAT(why(), EndsWith(" bytes, its manifest says " + std::to_string(full.size())));
    fs::remove(scene.artifacts[0]);
    CHECK_THAT(why(), EndsWith("shop-0.sqlite, and that one is missing"));
    write_all(scene.artifacts[0], full);
    const auto manifest = scene.artifacts[1].string() + ".manifest.json";
    const auto told = read_all(manifest);
    write_all(manifest, "{");
    CHECK_THAT(why(), EndsWith("the manifest of that one cannot be read"));
    fs::remove(manifest);
    CHECK_THAT(why(), EndsWith("that one has no manifest"));
    auto elsewhere = told;
    elsewhere.replace(elsewhere.find("shop-0.sqlite"), 13, "/hop-0.sqlite");
    write_all(manifest, elsewhere);
    CHECK_THAT(why(), EndsWith("names no file of this store"));
    write_all(manifest, told);
    CHECK(why() == "whole, of 3");
}

TEST_CASE("what a run read a moment ago is read once more where somebody touched it",
          "[snapshot][chains]") {
    for (const auto depth : {Depth::checksum, Depth::full})
        for (const std::size_t touched : {0U, 1U, 2U}) {
            const ChainScene scene;
            InspectOptions options;
            options.depth = depth;
            options.examined = &*scene.last.examination;
            options.read_back = &scene.last.read_back;
            const auto good = [&] {
                const auto seen = inspect_backup(scene.artifacts.back(), options, scene.host.host);
                REQUIRE(seen);
                return seen->restorable;
            };
            CHECK(scene.last.read_back.untouched());
            CHECK(good());
            auto content = read_all(scene.artifacts[touched]);
            content[content.size() / 2] ^= 1;
            write_all(scene.artifacts[touched], content);
            CHECK_FALSE(scene.last.read_back.untouched());
            CHECK_FALSE(good());
        }
}

}  // namespace muster
