// A database prepared for faults, and a snapshot of it, for trials.
#pragma once

#include <catch2/catch.hpp>

#include <cstdlib>

#include "drills/faults/prepare.h"
#include "drills/faults/trial.h"
#include "engine/snapshot/inspect.h"
#include "tests/support/backups.h"
#include "tests/support/temp_folder.h"

namespace muster::test {

struct PreparedScene {
    TempFolder folder;
    TestHost test;
    FaultScene scene;

    /// `make` makes the database at a path.
    explicit PreparedScene(const std::function<void(const fs::path&)>& make) {
        test.host.scratch = folder / "scratch";
        scene.clone = folder / "clone/clone.sqlite";
        fs::create_directories(scene.clone.parent_path());
        fs::create_directories(folder / "work");
        make(scene.clone);
        if (const auto done = prepare_for_faults(scene.clone); !done) FAIL(done.error().text());
        scene.artifact = folder / "store/kept.sqlite";
        auto step = step_for(scene.clone, scene.artifact);
        step.checksum_file = true;
        if (const auto taken = take_snapshot(step, test.host); !taken) FAIL(taken.error().text());
        scene.folder = folder / "work";
        scene.volume_id = step.volume_id;
        if (const char* muster = std::getenv("MUSTER")) scene.muster = muster;
        const auto seen = inspect_backup(scene.artifact, {}, test.host);
        REQUIRE(seen);
        REQUIRE(seen->restorable);
        scene.known = seen->findings;
    }

    FaultTrial run(Fault fault, Strike strike) const {
        auto done = try_fault(fault, strike, scene, test.host);
        if (!done) FAIL(name_of(fault) << " at " << name_of(strike) << ": " << done.error().text());
        return *std::move(done);
    }
};

}  // namespace muster::test
