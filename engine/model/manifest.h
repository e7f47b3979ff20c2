// The manifest of a snapshot: its commit point. Documented in docs/formats/manifest.md.
#pragma once

#include <optional>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/digest.h"
#include "engine/base/fields.h"
#include "engine/base/time.h"
#include "engine/model/snapshot_format.h"

namespace muster {

/// What an encoded artifact stands for: the database file it decodes to.
struct Content {
    Compression compression = Compression::none;
    std::optional<std::string> key_id;
    Bytes bytes;
    Sha256 checksum_sha256;
    bool operator==(const Content&) const = default;
};
template <>
struct Fields<Content> {
    static constexpr std::string_view doc =
        "How the artifact is encoded, and the database file it decodes to.";
    static constexpr auto list =
        FieldList{required("compression", &Content::compression, "none, gzip or zstd."),
                  optional("keyId", &Content::key_id,
                           "It is encrypted with this key; left out where it is not encrypted."),
                  required("bytes", &Content::bytes, "Length of the decoded database file."),
                  required("checksumSha256", &Content::checksum_sha256,
                           "SHA-256 of the decoded database file.")};
};

/// Who owned the database file, and its permission bits.
struct FileOwner {
    std::uint32_t user = 0;
    std::uint32_t group = 0;
    std::uint32_t mode = 0;
    bool operator==(const FileOwner&) const = default;
};
template <>
struct Fields<FileOwner> {
    static constexpr std::string_view doc = "Owner and permission bits of the database file.";
    static constexpr auto list =
        FieldList{required("user", &FileOwner::user, "Numeric user id."),
                  required("group", &FileOwner::group, "Numeric group id."),
                  required("mode", &FileOwner::mode, "Permission bits, as a decimal number.")};
};

/// Settings that live in the header of a database.
struct Pragmas {
    std::string encoding;
    std::string journal_mode;
    std::int64_t auto_vacuum = 0;
    std::int64_t application_id = 0;
    std::int64_t user_version = 0;
    bool operator==(const Pragmas&) const = default;
};
template <>
struct Fields<Pragmas> {
    static constexpr std::string_view doc = "Settings that the database file itself keeps.";
    static constexpr auto list = FieldList{
        required("encoding", &Pragmas::encoding, "UTF-8, UTF-16le or UTF-16be."),
        required("journalMode", &Pragmas::journal_mode, "wal or rollback, of the source."),
        required("autoVacuum", &Pragmas::auto_vacuum, "0 none, 1 full, 2 incremental."),
        required("applicationId", &Pragmas::application_id, "PRAGMA application_id."),
        required("userVersion", &Pragmas::user_version, "PRAGMA user_version.")};
};

/// Which snapshot one of changes is told by.
struct Delta {
    DeltaKind kind = DeltaKind::incr;
    std::string reference;
    Sha256 reference_sha256;
    bool operator==(const Delta&) const = default;
};
template <>
struct Fields<Delta> {
    static constexpr std::string_view doc = "Which snapshot one of changes is told by.";
    static constexpr auto list = FieldList{
        required("kind", &Delta::kind, "diff: by the last full one; incr: by the last one."),
        required("reference", &Delta::reference,
                 "Artifact it is told by, as a path from the folder of this file."),
        required("referenceSha256", &Delta::reference_sha256,
                 "SHA-256 of the database file that artifact decodes to.")};
};

struct Manifest {
    int format_version = 1;
    std::string volume_id;
    std::string volume_name;
    std::optional<std::int64_t> revision;
    std::int64_t schema_version = 0;
    std::string created_with_version;
    Bytes bytes_written;
    Sha256 checksum_sha256;
    Time created_at{};
    std::string artifact;
    std::string source_path;
    std::int64_t page_size = 0;
    std::int64_t page_count = 0;
    Duration writer_pause{};
    Method method = Method::online;
    std::optional<Content> content;
    std::optional<FileOwner> owner;
    std::optional<Pragmas> pragmas;
    bool checksum_file = false;
    std::optional<Delta> delta;
    std::optional<Sha256> merkle_root;

    /// Of the database file that the artifact decodes to.
    const Sha256& content_sha256() const {
        return content ? content->checksum_sha256 : checksum_sha256;
    }
    Bytes content_bytes() const { return content ? content->bytes : bytes_written; }
    bool operator==(const Manifest&) const = default;
};
template <>
struct Fields<Manifest> {
    static constexpr std::string_view doc =
        "Sidecar of a snapshot. It describes the artifact's bytes as they were read back from where they lie.";
    static constexpr auto list = FieldList{
        required("formatVersion", &Manifest::format_version, "Version of this format: 1."),
        required("volumeId", &Manifest::volume_id,
                 "Identity of the volume: the policy's volume_id, else the target's name."),
        required("volumeName", &Manifest::volume_name, "The target's name."),
        required("revision", &Manifest::revision,
                 "The number the policy's revision query gave; null where there is no query."),
        required("schemaVersion", &Manifest::schema_version,
                 "What the policy's schema_version query gave, else PRAGMA user_version."),
        required("createdWithVersion", &Manifest::created_with_version,
                 "Version of muster that wrote the snapshot."),
        required("bytesWritten", &Manifest::bytes_written, "Length of the artifact in bytes."),
        required("checksumSha256", &Manifest::checksum_sha256, "SHA-256 of the artifact."),
        required("createdAt", &Manifest::created_at,
                 "When the copy began; the snapshot holds everything committed before (UTC)."),
        required("artifact", &Manifest::artifact, "File name of the artifact, beside this file."),
        required("sourcePath", &Manifest::source_path, "Where the database lay."),
        required("pageSize", &Manifest::page_size, "Bytes of a page."),
        required("pageCount", &Manifest::page_count, "Pages of the database."),
        required("writerPause", &Manifest::writer_pause,
                 "The longest time for which a writer could have been kept waiting."),
        optional("method", &Manifest::method,
                 "online: SQLite's backup API; vacuum: VACUUM INTO from an online copy."),
        optional("content", &Manifest::content,
                 "What the artifact decodes to; left out where it is the database file itself."),
        optional("owner", &Manifest::owner, "Owner and mode of the database file."),
        optional("pragmas", &Manifest::pragmas, "Settings that the database file itself keeps."),
        optional("checksumFile", &Manifest::checksum_file,
                 "A .sha256 file for sha256sum -c lies beside the artifact."),
        optional("delta", &Manifest::delta,
                 "Of a snapshot of changes; left out where the artifact holds the whole database."),
        optional("merkleRoot", &Manifest::merkle_root,
                 "Over the pages of the database, as docs/formats/delta.md says.")};
};

}  // namespace muster
