#include "engine/snapshot/content.h"

#include <fmt/format.h>
#include <unistd.h>

namespace muster {
namespace {

/// The keys that can be read. One that cannot is no fault while another one fits: the reasons go
/// into what is said when none does.
struct Keyring {
    std::vector<Key> keys;
    std::string unreadable;
};

Keyring read_keys(const std::vector<KeyPlace>& places) {
    Keyring out;
    for (const auto& place : places) {
        auto key = read_key(secret_at(place));
        if (key)
            out.keys.push_back(*std::move(key));
        else
            out.unreadable += "; " + key.error().message;
    }
    return out;
}

Result<> ignore(std::span<const std::byte>) {
    return {};
}

/// Writes the content to `out.database`. Only what stays is worth a sync.
Result<> decode_into(OpenedContent& out, const File& from, bool stays,
                     const DecodeOptions& options) {
    MUSTER_TRY(auto to, File::create(out.database));
    auto decoded = decode(from, options, [&](std::span<const std::byte> piece) -> Result<> {
        MUSTER_CHECK(to.append(piece));
        if (stays) to.begin_sync();
        return {};
    });
    if (!decoded) {
        ::unlink(out.database.c_str());
        return Failure(decoded.error());
    }
    out.decoded = *std::move(decoded);
    if (stays)
        out.synced = std::async(std::launch::async,
                                [file = std::move(to)]() mutable { return file.sync(); });
    return {};
}

}  // namespace

Result<OpenedContent> open_content(const fs::path& artifact, const ContentOptions& options,
                                   const Host& host) {
    MUSTER_TRY(const auto file, File::open_read(artifact));
    MUSTER_TRY(const auto size, file.size());
    MUSTER_TRY(const auto outline, outline_of(file));
    Keyring ring;
    if (outline.key_id) ring = read_keys(options.keys);
    DecodeOptions how;
    how.keys = ring.keys;
    how.limit = options.content_bytes;
    how.progress = [&](std::uint64_t done, std::uint64_t total) -> Result<> {
        host.progress("reading " + artifact.filename().string(), done, total);
        return host.keep_going();
    };
    OpenedContent out;
    const bool plain = outline.compression == Compression::none;  // unknown below a seal
    if (plain && !options.stage) {
        // Whatever it is, SQLite will judge it: no header is asked for here.
        how.limit = size;
        MUSTER_TRY(out.decoded, decode(file, how, ignore));
        out.database = artifact;
        return out;
    }
    if (options.stage) {
        out.database = *options.stage;
    } else if (!options.only_digest) {
        MUSTER_TRY(out.scratch, ScratchFolder::make(host.scratch));
        out.database = out.scratch->path() / "content.sqlite";
    }
    if (!out.database.empty())
        MUSTER_CHECK(require_space(out.database.parent_path(), options.content_bytes.value_or(size),
                                   fmt::format("the content of {}", artifact.string())));
    const auto decoded = [&]() -> Result<> {
        if (!out.database.empty()) return decode_into(out, file, options.stage.has_value(), how);
        MUSTER_TRY(out.decoded, decode(file, how, ignore));
        return {};
    }();
    if (!decoded && decoded.error().code == ErrorCode::key_missing)
        return fail(ErrorCode::key_missing, decoded.error().message + ring.unreadable,
                    decoded.error().hint);
    if (!decoded) return Failure(decoded.error());
    return out;
}

}  // namespace muster
