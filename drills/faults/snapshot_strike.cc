#include "drills/faults/snapshot_strike.h"

#include <fmt/format.h>

#include "drills/faults/artifact_faults.h"
#include "drills/faults/row_faults.h"
#include "drills/judge_copy.h"
#include "engine/plan/pick_snapshot.h"
#include "engine/plan/snapshot_list.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/inspect.h"
#include "engine/snapshot/list.h"
#include "engine/snapshot/names.h"
#include "engine/snapshot/take.h"
#include "engine/sqlite/scratch.h"

namespace muster {
namespace {

/// Of the machine: the trial cannot be held.
bool ends_the_trial(ErrorCode code) {
    using enum ErrorCode;
    return code == interrupted || code == terminated || code == no_space || code == io ||
           code == permission_denied || code == internal;
}

/// One call of strike_snapshot.
class StrikingSnapshot {
public:
    StrikingSnapshot(const FaultRow& row, const FaultScene& scene, const fs::path& folder,
                     const Host& host)
        : row_(row), scene_(scene), folder_(folder), host_(host) {}

    Result<Reaction> run() {
        MUSTER_CHECK(strike());
        return std::move(out_);
    }

private:
    Result<> strike() {
        if (row_.strike == Strike::source) return at_source();
        if (row_.fault == Fault::lost_former) return in_chain();
        return row_.fault == Fault::clock_skew ? in_store() : at_artifact();
    }

    Result<fs::path> copy_of_clone() const {
        auto source = folder_ / "source.sqlite";
        MUSTER_TRY(const auto file, File::open_read(scene_.clone));
        MUSTER_CHECK(copy_bytes(file, source));
        return source;
    }

    Result<> at_source() {
        MUSTER_TRY(const auto source, copy_of_clone());
        MUSTER_TRY(out_.injection, damage_file(row_.fault, source, scene_.seed));
        if (!out_.injection.done) return {};
        const auto taken = take_snapshot(step_of(source), host_);
        if (!taken && ends_the_trial(taken.error().code)) return Failure(taken.error());
        if (!taken) {
            out_.errors.emplace_back(name_of(taken.error().code));
            return {};
        }
        return inspect(taken->snapshot.path);
    }

    Result<> at_artifact() {
        MUSTER_TRY(const auto artifact, artifact_to_damage());
        if (damages_a_file(row_.fault)) {
            MUSTER_TRY(out_.injection, damage_file(row_.fault, artifact, scene_.seed));
        } else if (row_.fault == Fault::lost_key) {
            out_.injection = Injection::at("the key that sealed it is lost");
        } else {
            MUSTER_TRY(const auto reader, reader_of(artifact));
            MUSTER_TRY(out_.injection, damage_artifact(row_.fault, artifact, reader, scene_.seed));
        }
        if (!out_.injection.done) return {};
        if (row_.strike == Strike::resealed) MUSTER_CHECK(reseal(artifact));
        return inspect(artifact);
    }

    /// A copy of the scene's, or one of another form.
    Result<fs::path> artifact_to_damage() {
        if (row_.fault != Fault::encoded_bit && row_.fault != Fault::lost_key)
            return copy_artifact(scene_.artifact, folder_ / "store");
        auto step = step_of(scene_.clone);
        step.compress = Compression::zstd;
        if (row_.fault == Fault::lost_key) {
            const auto key = folder_ / "key";
            MUSTER_CHECK(write_durably(key, sha256_of(fmt::format("key {}", scene_.seed)).hex()));
            step.encrypt = KeyPlace{"file:" + key.string()};
        }
        MUSTER_TRY(const auto taken, take_snapshot(step, host_));
        return fs::path{taken.snapshot.path};
    }

    SnapshotStep step_of(const fs::path& source) const {
        SnapshotStep step;
        step.source = source.string();
        step.volume_id = step.volume_name = scene_.volume_id;
        step.schema_version_sql = SchemaVersionSpec{}.sql;
        step.checksum_file = true;
        step.place = {"sandbox", (folder_ / "store").string(), "copy", false};
        return step;
    }

    Result<ReaderFacts> reader_of(const fs::path& artifact) const {
        MUSTER_TRY(const auto manifest, read_manifest(artifact));
        return ReaderFacts{
            scene_.supported_schema.value_or(manifest ? manifest->schema_version : 0),
            host_.tool_version, host_.now()};
    }

    Result<> inspect(const fs::path& artifact) {
        InspectOptions options;
        options.checks = scene_.checks;
        options.supported_schema = scene_.supported_schema;
        if (row_.fault == Fault::newer_schema && !options.supported_schema) {
            MUSTER_TRY(const auto before, reader_of(scene_.artifact));
            options.supported_schema = before.supported_schema;
        }
        MUSTER_TRY(const auto seen, inspect_backup(artifact, options, host_));
        out_.findings = seen.findings;
        out_.findings.push_back(
            judge_volume_id(seen.manifest, scene_.volume_id, artifact.string()));
        return {};
    }

    /// One that is dated in the future beside a sound one: only that one may be picked.
    Result<> in_store() {
        MUSTER_CHECK(copy_artifact(scene_.artifact, folder_ / "sound"));
        MUSTER_TRY(const auto artifact, copy_artifact(scene_.artifact, folder_ / "skewed"));
        MUSTER_TRY(const auto reader, reader_of(artifact));
        MUSTER_TRY(out_.injection, damage_artifact(row_.fault, artifact, reader, scene_.seed));
        Observation seen;
        seen.now = reader.now;
        MUSTER_TRY(seen.snapshots, list_snapshots("sandbox", LocalStore{folder_}));
        const auto pick = pick_snapshot(snapshot_list(seen), {});
        if (pick.snapshot && pick.snapshot->id.starts_with("sound/"))
            out_.findings = findings_of(pick, false);
        else
            out_.injection.told += "; it was picked all the same, or none was";
        return {};
    }

    /// One of changes, which nothing can be made of without the full one before it.
    Result<> in_chain() {
        MUSTER_TRY(const auto source, copy_of_clone());
        auto step = step_of(source);
        step.track_pages = true;
        MUSTER_TRY(const auto full, take_snapshot(step, host_));
        MUSTER_TRY(out_.injection, damage_file(Fault::changed_row, source, scene_.seed));
        if (!out_.injection.done) return {};
        step.former =
            Former{DeltaKind::incr, full.snapshot.key, full.snapshot.manifest.checksum_sha256, {}};
        step.place.layout = "changes";
        MUSTER_TRY(const auto changes, take_snapshot(step, host_));
        const fs::path former{full.snapshot.path};
        for (const auto& file : {manifest_of(former), checksum_file_of(former), former})
            MUSTER_CHECK(remove_durably(file));
        out_.injection.told = "the full snapshot that one of changes is told by is gone";
        return inspect(changes.snapshot.path);
    }

    const FaultRow& row_;
    const FaultScene& scene_;
    const fs::path& folder_;
    const Host& host_;
    Reaction out_;
};

}  // namespace

Result<Reaction> strike_snapshot(const FaultRow& row, const FaultScene& scene,
                                 const fs::path& folder, const Host& host) {
    return StrikingSnapshot{row, scene, folder, host}.run();
}

}  // namespace muster
