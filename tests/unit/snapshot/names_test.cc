#include "engine/snapshot/names.h"

#include <catch2/catch.hpp>

namespace muster {

TEST_CASE("the words of a layout are filled in, and the extension is added once",
          "[snapshot][names]") {
    const auto time = *TextForm<Time>::parse("2026-11-20T10:15:09Z");
    CHECK(expand_layout("{target}/{target}-{timestamp}", "shop", time) ==
          "shop/shop-20261120T101509Z.sqlite");
    CHECK(expand_layout("{yyyy}/{mm}/{dd}/{target}-{timestamp}.sqlite3", "shop", time) ==
          "2026/11/20/shop-20261120T101509Z.sqlite3");
    CHECK(expand_layout("out.db", "shop", time) == "out.db");
}

TEST_CASE("hidden files stand beside the file they are for", "[snapshot][names]") {
    CHECK(hidden_beside("/b/a.sqlite", claim_suffix) == "/b/.a.sqlite.muster-claim");
    CHECK(manifest_of("/b/a.sqlite") == "/b/a.sqlite.manifest.json");
}

}  // namespace muster
