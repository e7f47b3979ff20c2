// Which targets are protected where, and how.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/keep_spec.h"
#include "engine/model/policy/secret_ref.h"
#include "engine/model/policy/target_spec.h"
#include "engine/model/schedule/schedule_spec.h"
#include "engine/model/snapshot_format.h"

namespace muster {

enum class SnapshotKind { automatic, full, diff, incr };
template <>
struct Names<SnapshotKind> {
    static constexpr std::array list{std::pair{SnapshotKind::automatic, std::string_view{"auto"}},
                                     std::pair{SnapshotKind::full, std::string_view{"full"}},
                                     std::pair{SnapshotKind::diff, std::string_view{"diff"}},
                                     std::pair{SnapshotKind::incr, std::string_view{"incr"}}};
};

struct SnapshotSpec {
    Method method = Method::online;
    std::optional<Duration> max_writer_pause;
    SnapshotKind kind = SnapshotKind::full;
    std::optional<Duration> full_every;
    Compression compress = Compression::none;
    std::optional<SecretRef> encrypt;
    std::vector<SecretRef> decrypt;
    bool checksum_file = false;
    bool operator==(const SnapshotSpec&) const = default;
};
template <>
struct Fields<SnapshotSpec> {
    static constexpr std::string_view doc = "How a snapshot is taken.";
    static constexpr auto list = FieldList{
        optional("method", &SnapshotSpec::method,
                 "online: SQLite's backup API; vacuum: VACUUM INTO from an online copy."),
        optional(
            "max_writer_pause", &SnapshotSpec::max_writer_pause,
            "The longest a writer may be kept waiting; without it the copy is made in one step. WAL databases never wait."),
        optional(
            "kind", &SnapshotSpec::kind,
            "full; diff (what changed since the last full one); incr (since the last one); auto chooses by cost."),
        optional("full_every", &SnapshotSpec::full_every,
                 "A full snapshot at least so often, where kind is not full."),
        optional("compress", &SnapshotSpec::compress, "Compression of the artifact."),
        optional("encrypt", &SnapshotSpec::encrypt,
                 "Key to encrypt the artifact with: 64 hexadecimal digits, or 32 bytes."),
        optional("decrypt", &SnapshotSpec::decrypt,
                 "Former keys: older snapshots are still read with them, none is written."),
        optional("checksum_file", &SnapshotSpec::checksum_file,
                 "Write a .sha256 file beside the artifact, for sha256sum -c.")};
};

/// What `defaults.protect` may give for every protect.
struct ProtectOptions {
    std::optional<ScheduleSpec> schedule;
    SnapshotSpec snapshot;
    Depth verify = Depth::full;
    Duration proof_expires = std::chrono::days{7};
    std::optional<Duration> read_all_within;
    std::optional<KeepSpec> keep;
    bool operator==(const ProtectOptions&) const = default;
};
template <>
struct Fields<ProtectOptions> {
    static constexpr std::string_view doc =
        "What holds for every protect that does not say otherwise.";
    static constexpr auto list = FieldList{
        optional("schedule", &ProtectOptions::schedule,
                 "When a snapshot is due; at every apply when left out."),
        optional("snapshot", &ProtectOptions::snapshot, "How a snapshot is taken."),
        optional("verify", &ProtectOptions::verify,
                 "Depth of verification; only full and deep give a proof."),
        optional("proof_expires", &ProtectOptions::proof_expires,
                 "How long a proof counts; then the snapshot is read back again."),
        optional("read_all_within", &ProtectOptions::read_all_within,
                 "All bytes of every snapshot are read again within this time, a share "
                 "of them in each run; when left out, only those of which a proof is due."),
        optional("keep", &ProtectOptions::keep,
                 "What survives pruning; everything when left out.")};
};

struct ProtectSpec : ProtectOptions {
    TargetSelector targets;
    std::vector<std::string> stores;
    bool operator==(const ProtectSpec&) const = default;
};
template <>
struct Fields<ProtectSpec> {
    static constexpr std::string_view doc = "Which targets are protected where, and how.";
    static constexpr auto list = join_fields(
        FieldList{required("targets", &ProtectSpec::targets, "Which targets."),
                  required("stores", &ProtectSpec::stores, "Names from stores; each gets a copy.")},
        Fields<ProtectOptions>::list);
};

}  // namespace muster
