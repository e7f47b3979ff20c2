#include "engine/snapshot/names.h"
#include "engine/model/layout.h"

#include <catch2/catch.hpp>

namespace muster {

TEST_CASE("the words of a layout are filled in, and the extension is added once",
          "[snapshot][names]") {
    const auto time = *TextForm<Time>::parse("2026-11-20T10:15:09Z");
    CHECK(artifact_name("{target}/{target}-{timestamp}", "shop", time) ==
          "shop/shop-20261120T101509Z.sqlite");
    CHECK(artifact_name("{yyyy}/{mm}/{dd}/{target}-{timestamp}.sqlite3", "shop", time) ==
          "2026/11/20/shop-20261120T101509Z.sqlite3");
    CHECK(artifact_name("out.db", "shop", time) == "out.db");
    CHECK(artifact_name("out", "shop", time, ".gz") == "out.sqlite.gz");
    CHECK(artifact_name("{target}.db.gz", "shop", time, ".gz") == "shop.db.gz");
    CHECK(artifact_name("{target}.db", "shop", time, ".zst.enc") == "shop.db.zst.enc");
    CHECK(artifact_name("{target}-{epoch}", "shop", time) == "shop-1795169709.sqlite");
}

TEST_CASE("a match of a glob is told once where its folder has its name", "[snapshot][names]") {
    const auto time = *TextForm<Time>::parse("2026-11-20T10:15:09Z");
    const auto name_by = [&](std::string_view layout) {
        return artifact_name(layout, "tenants/acme", time);
    };
    CHECK(name_by("{target}/{target}-{epoch}") == "tenants/acme/acme-1795169709.sqlite");
    CHECK(name_by("{yyyy}/{target}-{epoch}") == "2026/tenants/acme-1795169709.sqlite");
    CHECK(name_by("{target}-{epoch}") == "tenants/acme-1795169709.sqlite");
}

TEST_CASE("a format is seen in the name", "[snapshot][names]") {
    CHECK(extension_of(Compression::none, false).empty());
    CHECK(extension_of(Compression::gzip, false) == ".gz");
    CHECK(extension_of(Compression::zstd, true) == ".zst.enc");
    CHECK(extension_of(Compression::none, true) == ".enc");
}

TEST_CASE("hidden files stand beside the file they are for", "[snapshot][names]") {
    CHECK(hidden_beside("/b/a.sqlite", claim_suffix) == "/b/.a.sqlite.muster-claim");
    CHECK(manifest_of("/b/a.sqlite") == "/b/a.sqlite.manifest.json");
}

}  // namespace muster
