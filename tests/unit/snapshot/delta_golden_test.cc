#include <catch2/catch.hpp>

#include <cstdlib>

#include "tests/support/deltas.h"

namespace muster {

using namespace test;

// What an older version wrote stays readable. A new case is a folder with a former and a latter
// state; MUSTER_ACCEPT=1 writes the delta files that are missing.
TEST_CASE("delta files of before are still read", "[snapshot][delta]") {
    const char* root = std::getenv("MUSTER_SOURCE_DIR");
    REQUIRE(root != nullptr);
    int cases = 0;
    for (const auto& folder : fs::directory_iterator{fs::path{root} / "tests/formats/delta"}) {
        if (!folder.is_directory()) continue;
        INFO(folder.path());
        const auto latter = read_all(folder.path() / "latter");
        const auto page_size =
            static_cast<std::uint32_t>(std::to_integer<unsigned>(std::byte(latter.at(16))) << 8U |
                                       std::to_integer<unsigned>(std::byte(latter.at(17))));
        DeltaScene scene{read_all(folder.path() / "former"), latter, page_size};
        const auto golden = folder.path() / "delta";
        if (!fs::exists(golden) && std::getenv("MUSTER_ACCEPT") != nullptr) {
            REQUIRE(scene.write());
            fs::copy_file(scene.folder / "delta", golden);
        }
        write_all(scene.folder / "delta", read_all(golden));
        const auto applied = scene.apply();
        if (!applied) FAIL(applied.error().text());
        CHECK(*applied == latter);
        ++cases;
    }
    CHECK(cases >= 4);
}

}  // namespace muster
