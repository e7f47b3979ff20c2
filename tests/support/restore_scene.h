// A database, a snapshot of it, and what was written since.
#pragma once

#include <catch2/catch.hpp>

#include "engine/snapshot/names.h"
#include "engine/snapshot/restore.h"
#include "tests/support/backups.h"
#include "tests/support/temp_folder.h"

namespace muster::test {

struct RestoreScene {
    TempFolder folder;
    TestHost test;
    fs::path target = folder / "data/shop.db";
    RestoreStep step;

    RestoreScene() {
        fs::create_directories(target.parent_path());
        make_shop(target);
        const auto artifact = folder / "out/shop.sqlite";
        REQUIRE(take_snapshot(step_for(target, artifact), test.host));
        App{target}.run("UPDATE orders SET item = 'later'");
        step.backup = artifact.string();
        step.target = target.string();
        step.force = true;
    }
    Restoration restore() {
        auto done = restore_backup(step, test.host);
        if (!done) FAIL(done.error().text());
        return *std::move(done);
    }
    /// Changes the staged file after it was inspected: what then takes the place is another.
    void spoil_staged() {
        test.host.now = [now = test.host.now, staged = hidden_beside(step.target, staged_suffix)] {
            if (fs::exists(staged)) App{staged}.run("DELETE FROM orders");
            return now();
        };
    }
    std::string first_item() const {
        return App{target}.value("SELECT item FROM orders ORDER BY id LIMIT 1");
    }
};

}  // namespace muster::test
