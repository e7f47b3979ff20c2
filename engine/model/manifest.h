// The manifest of a snapshot: its commit point. Documented in docs/formats/manifest.md.
#pragma once

#include <optional>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/digest.h"
#include "engine/base/fields.h"
#include "engine/base/time.h"

namespace muster {

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
                 "The longest time for which a writer could have been kept waiting.")};
};

}  // namespace muster
