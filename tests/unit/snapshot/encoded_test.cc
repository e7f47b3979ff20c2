#include <sys/stat.h>

#include <catch2/catch.hpp>

#include <algorithm>

#include "engine/codec/documents.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/inspect.h"
#include "engine/snapshot/names.h"
#include "engine/snapshot/restore.h"
#include "tests/support/backups.h"
#include "tests/support/checks.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {

KeyPlace key_file(const TempFolder& folder, const std::string& name, char digit) {
    write_all(folder / name, std::string(64, digit) + "\n");
    fs::permissions(folder / name, fs::perms{0600});
    return {"file:" + (folder / name).string()};
}

/// A database and one encoded snapshot of it.
struct EncodedScene {
    TempFolder folder;
    TestHost test;
    fs::path database = folder / "shop.db";
    KeyPlace key = key_file(folder, "key", '7');
    SnapshotStep step;

    EncodedScene(Compression compression, bool encrypted) {
        make_shop(database);
        step = step_for(database, folder / "out/shop");
        step.compress = compression;
        step.checksum_file = true;
        if (encrypted) step.encrypt = key;
        test.host.scratch = folder / "scratch";
    }
    SnapshotTaken take() {
        auto taken = take_snapshot(step, test.host);
        if (!taken) FAIL(taken.error().text());
        return taken->snapshot;
    }
    bool tidy() const {
        return !fs::exists(folder / "scratch") || fs::is_empty(folder / "scratch");
    }
    Inspection look(const fs::path& artifact, std::vector<KeyPlace> keys = {},
                    Depth depth = Depth::full) const {
        InspectOptions options;
        options.depth = depth;
        options.keys = std::move(keys);
        const auto seen = inspect_backup(artifact, options, test.host);
        if (!seen) FAIL(seen.error().text());
        return *seen;
    }
};

ErrorCode refusal(const Inspection& seen) {
    const auto may = require_restorable(seen);
    return may ? ErrorCode::internal : may.error().code;
}

}  // namespace

TEST_CASE("an encoded snapshot says what it decodes to, and is proven by decoding it",
          "[snapshot][encoded][AZ-01]") {
    const auto compression = GENERATE(Compression::none, Compression::gzip, Compression::zstd);
    const bool encrypted = GENERATE(false, true);
    CAPTURE(name_of(compression), encrypted);
    EncodedScene scene{compression, encrypted};
    const auto taken = scene.take();
    CHECK(fs::path{taken.path}.filename() == "shop.sqlite" + extension_of(compression, encrypted));
    const auto& manifest = taken.manifest;
    CHECK(manifest.bytes_written == Bytes{fs::file_size(taken.path)});
    CHECK(manifest.checksum_sha256 == sha256_of(read_all(taken.path)));
    const bool encoded = encrypted || compression != Compression::none;
    REQUIRE(manifest.content.has_value() == encoded);
    if (encoded) {
        CHECK(manifest.content->compression == compression);
        CHECK(manifest.content->key_id.has_value() == encrypted);
        CHECK(manifest.content->bytes ==
              Bytes{static_cast<std::uint64_t>(manifest.page_size * manifest.page_count)});
    }
    CHECK(read_all(checksum_file_of(taken.path)) ==
          manifest.checksum_sha256.hex() + "  " + manifest.artifact + "\n");
    const auto seen = scene.look(taken.path, {scene.key});
    CHECK(seen.restorable);
    CHECK(seen.compression == compression);
    CHECK(verdict_of(seen.findings, "integrity") == Verdict::good);
    CHECK(verdict_of(seen.findings, "checksum_file") == Verdict::good);
    if (encoded) CHECK(verdict_of(seen.findings, "content") == Verdict::good);
    CHECK(scene.tidy());
}

TEST_CASE("what the source's file told is recorded", "[snapshot][encoded]") {
    EncodedScene scene{Compression::zstd, false};
    App{scene.database}.run("PRAGMA application_id = 77");
    fs::permissions(scene.database, fs::perms{0640});
    const auto manifest = scene.take().manifest;
    REQUIRE(manifest.pragmas);
    CHECK(manifest.pragmas->application_id == 77);
    CHECK(manifest.pragmas->user_version == 4);
    CHECK(manifest.pragmas->encoding == "UTF-8");
    CHECK(manifest.pragmas->journal_mode == "wal");
    CHECK(manifest.pragmas->auto_vacuum == 0);
    REQUIRE(manifest.owner);
    CHECK(manifest.owner->mode == 0640);
}

TEST_CASE("a lost or wrong key is named, and the artifact's own bytes can still be checked",
          "[snapshot][encoded][ON-10]") {
    EncodedScene scene{Compression::zstd, true};
    const auto taken = scene.take();
    const auto other = key_file(scene.folder, "other", '8');
    CHECK(refusal(scene.look(taken.path)) == ErrorCode::key_missing);
    CHECK(refusal(scene.look(taken.path, {other})) == ErrorCode::key_missing);
    CHECK(scene.look(taken.path, {}, Depth::checksum).restorable);
    const auto closed = scene.look(taken.path);
    CHECK_FALSE(closed.restorable);
    CHECK_FALSE(closed.compression);
    // It may be whole: a verdict of what nobody has seen would mark it as known to be bad.
    CHECK(std::ranges::none_of(closed.findings, fails));
    SECTION("after a rotation both keys read") {
        CHECK(scene.look(taken.path, {other, scene.key}).restorable);
    }
    SECTION("one key that cannot be read is no fault while another fits") {
        const KeyPlace lost{"file:" + (scene.folder / "lost").string()};
        CHECK(scene.look(taken.path, {lost, scene.key}).restorable);
        CHECK(refusal(scene.look(taken.path, {lost})) == ErrorCode::key_missing);
    }
    SECTION("a key that anybody may read writes nothing") {
        fs::permissions(scene.folder / "key", fs::perms{0644});
        scene.step.place.layout = "again";
        const auto refused = take_snapshot(scene.step, scene.test.host);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::key_invalid);
        CHECK_FALSE(fs::exists(scene.folder / "out/again.sqlite.zst.enc"));
    }
}

TEST_CASE("damage of an encoded artifact has the words for what it is", "[snapshot][encoded]") {
    EncodedScene scene{GENERATE(Compression::gzip, Compression::zstd), false};
    const auto taken = scene.take();
    const fs::path artifact = taken.path;
    SECTION("a flipped byte") {
        const auto middle = fs::file_size(artifact) / 2;
        auto bytes = read_all(artifact);
        bytes[middle] = static_cast<char>(bytes[middle] ^ 1);
        write_all(artifact, bytes);
        CHECK(refusal(scene.look(artifact)) == ErrorCode::manifest_mismatch);
    }
    SECTION("cut off, and nothing vouches for its bytes") {
        fs::remove(manifest_of(artifact));
        fs::remove(checksum_file_of(artifact));
        fs::resize_file(artifact, fs::file_size(artifact) - 9);
        CHECK(refusal(scene.look(artifact)) == ErrorCode::damaged);
    }
    SECTION("a whole one without a manifest is held to its .sha256 file") {
        fs::remove(manifest_of(artifact));
        const auto seen = scene.look(artifact);
        CHECK(seen.restorable);
        CHECK(verdict_of(seen.findings, "checksum") == Verdict::good);
        auto other = read_all(checksum_file_of(artifact));
        other[0] = other[0] == '0' ? '1' : '0';
        write_all(checksum_file_of(artifact), other);
        CHECK(refusal(scene.look(artifact)) == ErrorCode::manifest_mismatch);
    }
    SECTION("the right .sha256 file beside another database") {
        const auto told = read_all(checksum_file_of(artifact));
        write_all(checksum_file_of(artifact), std::string(64, 'a') + told.substr(64));
        const auto seen = scene.look(artifact);
        CHECK(verdict_of(seen.findings, "checksum_file") == Verdict::bad);
        CHECK(refusal(seen) == ErrorCode::manifest_mismatch);
    }
    SECTION("its .sha256 file is gone") {
        fs::remove(checksum_file_of(artifact));
        CHECK(verdict_of(scene.look(artifact).findings, "checksum_file") == Verdict::bad);
    }
}

TEST_CASE("what decodes to something else than its manifest tells is no backup",
          "[snapshot][encoded]") {
    EncodedScene scene{Compression::zstd, false};
    const fs::path artifact = scene.take().path;
    auto manifest = **read_manifest(artifact);
    manifest.content->checksum_sha256 = sha256_of("another database");
    write_all(manifest_of(artifact), *to_document(manifest));
    const auto seen = scene.look(artifact);
    CHECK(verdict_of(seen.findings, "checksum") == Verdict::good);
    CHECK(verdict_of(seen.findings, "content") == Verdict::bad);
    CHECK(refusal(seen) == ErrorCode::damaged);
}

TEST_CASE("a restore decodes into the place of the database", "[snapshot][encoded][AZ-04]") {
    EncodedScene scene{GENERATE(Compression::none, Compression::gzip, Compression::zstd),
                       GENERATE(false, true)};
    const auto taken = scene.take();
    App{scene.database}.run("UPDATE orders SET item = 'later'");
    RestoreStep step;
    step.backup = taken.path;
    step.target = scene.database.string();
    step.force = true;
    step.keys = {scene.key};
    step.verify = GENERATE(true, false);
    step.safety_suffix = "pre-restore-{epoch}";
    const auto done = restore_backup(step, scene.test.host);
    if (!done) FAIL(done.error().text());
    CHECK(App{scene.database}.value("SELECT item FROM orders LIMIT 1") == "tea");
    CHECK(fs::path{done->restored.safety_copy}.filename() == "shop.db.pre-restore-1795168800");
    CHECK(App{done->restored.safety_copy}.value("SELECT item FROM orders LIMIT 1") == "later");
    CHECK_FALSE(fs::exists(hidden_beside(scene.database, staged_suffix)));
}

TEST_CASE("a restore that lacks its key changes nothing", "[snapshot][encoded]") {
    EncodedScene scene{Compression::gzip, true};
    const auto taken = scene.take();
    const auto before = state_of(scene.folder.path());
    RestoreStep step;
    step.backup = taken.path;
    step.target = scene.database.string();
    step.force = true;
    const auto refused = restore_backup(step, scene.test.host);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::key_missing);
    CHECK(state_of(scene.folder.path()) == before);
}

TEST_CASE("a new database gets the mode that its manifest tells", "[snapshot][encoded]") {
    EncodedScene scene{Compression::zstd, false};
    fs::permissions(scene.database, fs::perms{0640});
    RestoreStep step;
    step.backup = scene.take().path;
    step.target = (scene.folder / "new/shop.db").string();
    REQUIRE(restore_backup(step, scene.test.host));
    CHECK(status_of(step.target)->mode == 0640);
}

TEST_CASE("a snapshot is packed by VACUUM INTO, from a checked copy",
          "[snapshot][encoded][EE-02]") {
    EncodedScene scene{GENERATE(Compression::none, Compression::zstd), false};
    scene.step.method = Method::vacuum;
    App{scene.database}.run(
        "CREATE TABLE bulk AS WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM i WHERE x < 3000)"
        "SELECT x, hex(randomblob(50)) AS y FROM i; DROP TABLE bulk; PRAGMA wal_checkpoint(TRUNCATE)");
    const auto whole = static_cast<std::int64_t>(fs::file_size(scene.database));
    SECTION("a sound one") {
        const auto taken = scene.take();
        CHECK(taken.manifest.method == Method::vacuum);
        CHECK(taken.manifest.page_count * taken.manifest.page_size < whole / 2);
        CHECK(taken.manifest.pragmas->journal_mode == "wal");
        CHECK(scene.look(taken.path).restorable);
        CHECK(scene.tidy());
    }
    SECTION("a damaged one is refused, and nothing is left") {
        poke(scene.database, 4096, std::string(64, '\xff'));
        const auto refused = take_snapshot(scene.step, scene.test.host);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::damaged);
        CHECK(fs::is_empty(scene.folder / "out"));
        CHECK(scene.tidy());
    }
}

TEST_CASE("somebody's .sha256 of another file is not replaced", "[snapshot][encoded]") {
    EncodedScene scene{Compression::none, false};
    fs::create_directories(scene.folder / "out");
    write_all(scene.folder / "out/shop.sqlite.sha256", std::string(64, 'a') + "  other.tar\n");
    const auto refused = take_snapshot(scene.step, scene.test.host);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::target_exists);
}

}  // namespace muster
