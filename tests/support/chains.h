// A full snapshot and two of changes, each told by the one before.
#pragma once

#include "tests/support/backups.h"
#include "tests/support/temp_folder.h"

namespace muster::test {

struct ChainScene {
    TempFolder folder;
    TestHost host;
    fs::path database = folder / "shop.db";
    std::vector<fs::path> artifacts;
    std::optional<Former> former;
    Taken last;

    explicit ChainScene(Compression compression = Compression::none) {
        host.host.scratch = folder / "scratch";
        make_database(
            database,
            "PRAGMA page_size = 512; CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT);"
            "INSERT INTO note(text) SELECT hex(randomblob(150)) FROM (VALUES (1), (2), (3), (4))");
        for (int i = 0; i < 3; ++i) {
            App{database}.run("INSERT INTO note(text) VALUES (hex(randomblob(150)))");
            auto step = step_for(database, folder / "store" / ("shop-" + std::to_string(i)));
            step.compress = compression;
            step.track_pages = true;
            step.former = former;
            auto taken = take_snapshot(step, host.host, Questions{});
            if (!taken) throw std::runtime_error{taken.error().text()};
            artifacts.emplace_back(taken->snapshot.path);
            former = Former{
                DeltaKind::incr, taken->snapshot.key, taken->snapshot.manifest.checksum_sha256, {}};
            last = *std::move(taken);
        }
    }
};

}  // namespace muster::test
