#include "drills/faults/artifact_faults.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

#include "engine/codec/documents.h"
#include "engine/snapshot/checksum_file.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/names.h"
#include "engine/sqlite/scratch.h"

namespace muster {
namespace {

constexpr Bytes largest_manifest{std::uint64_t{1} << 20U};

Result<> write_manifest(const fs::path& artifact, const Manifest& manifest) {
    MUSTER_TRY(const auto text, to_document(manifest));
    return write_durably(manifest_of(artifact), text);
}

Sha256 another(Sha256 digest, Dice& dice) {
    digest.bytes.at(dice.below(digest.bytes.size())) ^=
        static_cast<unsigned char>(1U << dice.below(8));
    return digest;
}

Result<Injection> tear_manifest(const fs::path& artifact) {
    MUSTER_TRY(const auto text, read_text(manifest_of(artifact), largest_manifest));
    MUSTER_CHECK(write_durably(manifest_of(artifact), text.substr(0, text.size() / 2)));
    return Injection::at(
        fmt::format("the manifest ends after {} of {} bytes", text.size() / 2, text.size()));
}

Result<Injection> flip_in_the_middle(const fs::path& artifact, Dice& dice) {
    MUSTER_TRY(auto file, File::open_read_write(artifact));
    MUSTER_TRY(const auto size, file.size());
    if (size.count < 4) return Injection::none("it has fewer than 4 bytes");
    const auto at = size.count / 4 + dice.below(static_cast<std::size_t>(size.count / 2));
    std::array<std::byte, 1> byte{};
    MUSTER_CHECK(file.read_at(at, byte));
    const auto bit = static_cast<unsigned>(dice.below(8));
    byte[0] ^= static_cast<std::byte>(1U << bit);
    MUSTER_CHECK(file.write_at(at, byte));
    return Injection::at(
        fmt::format("bit {} of byte {} of the {} stored ones", bit, at, size.count));
}

Result<Injection> upload_half(const fs::path& artifact) {
    MUSTER_CHECK(
        rename_durably(manifest_of(artifact), hidden_beside(artifact, intent_suffix), Replace::no));
    MUSTER_CHECK(remove_durably(checksum_file_of(artifact)));
    MUSTER_TRY(auto file, File::open_read_write(artifact));
    MUSTER_TRY(const auto size, file.size());
    MUSTER_CHECK(file.resize({size.count / 2}));
    return Injection::at(fmt::format("{} of {} bytes are there, and an intent for a manifest",
                                     size.count / 2, size.count));
}

std::string next_major(std::string_view version) {
    int major = 0;
    std::from_chars(version.data(), version.data() + version.size(), major);
    return fmt::format("{}.0.0", major + 1);
}

Result<Injection> edit_manifest(Fault fault, const fs::path& artifact, Manifest manifest,
                                const ReaderFacts& reader, Dice& dice) {
    std::string told;
    switch (fault) {
        case Fault::edited_manifest:
            manifest.checksum_sha256 = another(manifest.checksum_sha256, dice);
            told = "another SHA-256";
            break;
        case Fault::newer_schema:
            manifest.schema_version = reader.supported_schema + 1;
            told = fmt::format("schema version {}", manifest.schema_version);
            break;
        case Fault::newer_major:
            manifest.created_with_version = next_major(reader.tool_version);
            told = "version " + manifest.created_with_version + " of muster";
            break;
        case Fault::clock_skew:
            manifest.created_at = reader.now + std::chrono::hours{24};
            told = "that it was taken at " + format_time(manifest.created_at);
            break;
        case Fault::wrong_target:
            manifest.volume_id += "-of-another";
            told = "volume " + manifest.volume_id;
            break;
        default:
            return fail(ErrorCode::internal,
                        fmt::format("{} is no fault of an artifact", name_of(fault)));
    }
    MUSTER_CHECK(write_manifest(artifact, manifest));
    return Injection::at("the manifest tells " + told);
}

}  // namespace

Result<fs::path> copy_artifact(const fs::path& artifact, const fs::path& folder) {
    MUSTER_CHECK(make_folder(folder));
    const auto copy = folder / artifact.filename();
    for (const std::string_view suffix : {std::string_view{}, manifest_suffix, checksum_suffix}) {
        const fs::path from = artifact.string() + std::string{suffix};
        MUSTER_TRY(const auto there, status_of(from));
        if (!there.exists) continue;
        MUSTER_TRY(const auto file, File::open_read(from));
        MUSTER_CHECK(copy_bytes(file, copy.string() + std::string{suffix}));
    }
    return copy;
}

Result<> reseal(const fs::path& artifact) {
    MUSTER_TRY(auto manifest, read_manifest(artifact));
    if (!manifest)
        return fail(ErrorCode::manifest_mismatch,
                    fmt::format("{} has no manifest to be made anew", artifact.string()));
    MUSTER_TRY(const auto there, status_of(artifact));
    manifest->bytes_written = there.size;
    MUSTER_TRY(manifest->checksum_sha256, sha256_of_file(artifact));
    MUSTER_CHECK(write_manifest(artifact, *manifest));
    if (!manifest->checksum_file) return {};
    return write_durably(checksum_file_of(artifact),
                         checksum_line(manifest->checksum_sha256, manifest->artifact));
}

Result<Injection> damage_artifact(Fault fault, const fs::path& artifact, const ReaderFacts& reader,
                                  std::uint64_t seed) {
    Dice dice{seed};
    MUSTER_TRY(auto manifest, read_manifest(artifact));
    if (!manifest) return Injection::none("it has no manifest");
    switch (fault) {
        case Fault::missing_manifest:
            MUSTER_CHECK(remove_durably(manifest_of(artifact)));
            return Injection::at("the manifest is gone");
        case Fault::torn_manifest: return tear_manifest(artifact);
        case Fault::wrong_hash_file:
            MUSTER_CHECK(write_durably(
                checksum_file_of(artifact),
                checksum_line(another(manifest->checksum_sha256, dice), manifest->artifact)));
            return Injection::at("the .sha256 file tells another SHA-256");
        case Fault::encoded_bit: return flip_in_the_middle(artifact, dice);
        case Fault::half_uploaded: return upload_half(artifact);
        default: return edit_manifest(fault, artifact, *std::move(manifest), reader, dice);
    }
}

}  // namespace muster
