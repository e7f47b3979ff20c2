#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "engine/plan/chains.h"
#include "engine/plan/retention.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/content.h"
#include "engine/snapshot/inspect.h"
#include "engine/snapshot/list.h"
#include "engine/snapshot/names.h"
#include "tests/support/artifacts.h"
#include "tests/support/chains.h"

namespace muster {

using namespace test;

namespace {

using Chance = std::mt19937_64;

std::size_t below(Chance& chance, std::size_t most) {
    return static_cast<std::size_t>(chance() % most);
}

/// Does to a database what applications do, a few times.
void change_a_little(const fs::path& database, Chance& chance) {
    App app{database};
    app.run("PRAGMA synchronous = OFF");
    for (auto turns = below(chance, 5); turns > 0; --turns) {
        const auto number = std::to_string(below(chance, 200));
        switch (below(chance, 8)) {
            case 0: app.run("DELETE FROM note WHERE id % 7 = " + number + " % 7"); break;
            case 1: app.run("VACUUM"); break;
            case 2:
                app.run("CREATE TABLE IF NOT EXISTS t" + number + "(a); INSERT INTO t" + number +
                        " VALUES (zeroblob(3000))");
                break;
            case 3: app.run("UPDATE note SET text = text || ' and more' WHERE id % 5 = 1"); break;
            case 4:
                app.run("UPDATE note SET text = hex(randomblob(300)) WHERE id = " + number);
                break;
            default:
                app.run("INSERT INTO note(text) SELECT hex(randomblob(" + number +
                        ")) FROM (VALUES (1), (2), (3))");
                break;
        }
    }
}

/// A database, its store, and what each snapshot that lies there has to give back.
class RandomSeries {
public:
    explicit RandomSeries(std::uint64_t seed) : chance_(seed) {
        const std::array sizes{512, 1024, 4096};
        make_database(database_, "PRAGMA page_size = " + std::to_string(sizes[below(chance_, 3)]) +
                                     "; PRAGMA auto_vacuum = " + std::to_string(below(chance_, 3)) +
                                     "; CREATE TABLE note(id INTEGER PRIMARY KEY, text TEXT);"
                                     "CREATE INDEX note_text ON note(text)");
        host_.host.scratch = folder_ / "scratch";
        host_.host.cache = folder_ / "cache";
        fs::create_directory(folder_ / "store");
    }

    void run() {
        for (auto turns = 3 + below(chance_, 6); turns > 0; --turns) {
            *host_.time += std::chrono::minutes{1 + below(chance_, 90)};
            change_a_little(database_, chance_);
            take();
            if (below(chance_, 8) == 0) fs::remove_all(folder_ / "cache");
            if (below(chance_, 4) == 0) prune();
        }
        check_all();
    }

private:
    std::vector<SnapshotFacts> listed() const {
        auto out = list_snapshots("near", LocalStore{folder_ / "store"});
        REQUIRE(out);
        std::ranges::sort(*out, std::ranges::greater{}, &SnapshotFacts::created_at);
        for (auto& each : *out) REQUIRE(each.state == SnapshotState::complete);
        return *std::move(out);
    }
    static SnapshotGroup group_of(const std::vector<SnapshotFacts>& facts) {
        SnapshotGroup out;
        for (const auto& each : facts) out.push_back(&each);
        return out;
    }

    void take() {
        const std::array kinds{SnapshotKind::full, SnapshotKind::diff, SnapshotKind::incr,
                               SnapshotKind::incr, SnapshotKind::automatic};
        const std::array formats{Compression::none, Compression::gzip, Compression::zstd};
        const auto facts = listed();
        const auto choice =
            choose_former({kinds[below(chance_, 5)], {}, *host_.time}, group_of(facts));
        auto step = step_for(database_, folder_ / "store" / "{target}-{timestamp}");
        step.compress = formats[below(chance_, 3)];
        step.track_pages = true;
        if (below(chance_, 6) == 0) step.method = Method::vacuum;
        if (choice.former != nullptr)
            step.former = Former{choice.kind, choice.former->key, choice.former->checksum, {}};
        const auto taken = take_snapshot(step, host_.host);
        if (!taken) FAIL(taken.error().text());
        CHECK(taken->findings.empty());
        CHECK(taken->snapshot.manifest.delta.has_value() == (choice.former != nullptr));
        states_[taken->snapshot.key] = taken->snapshot.manifest.content_sha256();
        if (step.method == Method::online)
            CHECK(states_[taken->snapshot.key] == *sha256_of_file(database_));
    }

    void prune() {
        const auto facts = listed();
        const KeepSpec keep{.last = static_cast<int>(1 + below(chance_, 3))};
        const Zone utc;
        for (const auto& each : retain({keep, utc, *host_.time, false}, group_of(facts))) {
            if (each.stays) continue;
            const auto gone =
                remove_snapshot(each.snapshot->path, each.snapshot->checksum, *host_.time);
            if (!gone) FAIL(gone.error().text());
            states_.erase(each.snapshot->key);
        }
    }

    void check_all() {
        const auto facts = listed();
        CHECK(facts.size() == states_.size());
        for (const auto& each : facts) {
            CAPTURE(each.key);
            const auto manifest = read_manifest(each.path);
            REQUIRE(manifest);
            ContentOptions how;
            how.manifest = &**manifest;
            how.stage = folder_ / "restored";
            auto content = open_content(each.path, how, host_.host);
            if (!content) FAIL(content.error().text());
            REQUIRE(content->synced.get());
            CHECK(*sha256_of_file(*how.stage) == states_.at(each.key));
            fs::remove(*how.stage);
        }
    }

    Chance chance_;
    TempFolder folder_;
    fs::path database_ = folder_ / "shop.db";
    TestHost host_;
    std::map<std::string, Sha256> states_;
};

}  // namespace

TEST_CASE("whatever the changes, kinds and prunes, each snapshot gives its state back",
          "[property][chains]") {
    for (unsigned seed = 0; seed < 100; ++seed) {
        CAPTURE(seed);
        RandomSeries{seed}.run();
    }
}

TEST_CASE("ten thousand histories of changes, kinds and prunes give each state back",
          "[property][chains][soak]") {
    for (unsigned seed = 1000; seed < 11000; ++seed) {
        CAPTURE(seed);
        RandomSeries{seed}.run();
    }
}

TEST_CASE("no byte of a chain can change unnoticed", "[property][chains]") {
    const ChainScene scene{GENERATE(Compression::none, Compression::zstd)};
    const auto& host = scene.host;
    const auto& chain = scene.artifacts;
    const auto right = sha256_of_file(scene.database);
    InspectOptions options;
    options.stage = scene.folder / "restored";
    /// Why the last one must not be restored; empty where it may be, and is as it was.
    const auto refusal = [&]() -> std::string {
        const auto seen = inspect_backup(chain.back(), options, host.host);
        REQUIRE(seen);
        const auto may = require_restorable(*seen);
        if (!may) {
            CHECK_FALSE(fs::exists(*options.stage));
            return may.error().message;
        }
        CHECK(*sha256_of_file(*options.stage) == *right);
        fs::remove(*options.stage);
        return "";
    };
    REQUIRE(refusal().empty());
    std::size_t not_needed = 0;
    for (const auto& artifact : chain) {
        const auto good = read_all(artifact);
        for (std::size_t at = 0; at < good.size(); ++at) {
            CAPTURE(artifact, at);
            poke(artifact, at, std::string(1, static_cast<char>(good[at] ^ (1 << at % 8))));
            const auto why = refusal();
            if (why.empty()) {  // the last one does not need it; who looks at the file itself sees
                                // it
                ++not_needed;
                const auto itself = inspect_backup(artifact, {}, host.host);
                REQUIRE(itself);
                CHECK_FALSE(require_restorable(*itself));
            } else {
                CHECK_THAT(why, Catch::Matchers::Contains(artifact.filename().string()));
            }
            poke(artifact, at, good.substr(at, 1));
        }
        const auto manifest = manifest_of(artifact);
        const auto told = read_all(manifest);
        for (std::size_t at = 0; at < told.size(); ++at) {
            CAPTURE(manifest, at);
            poke(manifest, at, std::string(1, static_cast<char>(told[at] ^ (1 << at % 8))));
            refusal();  // what it says of names and times changes nothing
            poke(manifest, at, told.substr(at, 1));
        }
    }
    CHECK(not_needed < 60);
}

}  // namespace muster
