#include "engine/snapshot/content.h"

#include <fmt/format.h>
#include <unistd.h>

#include "engine/snapshot/keyring.h"
#include "engine/snapshot/stored_state.h"

namespace muster {
namespace {

using ContentSink = std::function<Result<>(std::span<const std::byte>)>;
/// Gives the content to its sink, to the end, and says what it was.
using ContentSource = std::function<Result<Decoded>(const ContentSink&)>;

Result<> ignore(std::span<const std::byte>) {
    return {};
}

/// Writes the content to `out.database`. Only what stays is worth a sync.
Result<> pour_into(OpenedContent& out, bool stays, const ContentSource& source) {
    MUSTER_TRY(auto to, File::create(out.database));
    auto decoded = source([&](std::span<const std::byte> piece) -> Result<> {
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

/// One call of open_content.
class Opening {
public:
    Opening(const fs::path& artifact, const ContentOptions& options, const Host& host)
        : artifact_(artifact), options_(options), host_(host) {}

    Result<OpenedContent> run() {
        MUSTER_TRY(const auto file, File::open_read(artifact_));
        MUSTER_TRY(size_, file.size());
        MUSTER_TRY(outline_, outline_of(file));
        const auto* manifest = options_.manifest;
        const bool changes = manifest != nullptr && manifest->delta;
        // Of changes, any snapshot they are told by may be sealed.
        if (outline_.key_id || changes) keys_ = Keyring::read(options_.keys);
        if (changes) return pour([&](const ContentSink& sink) { return read_changes(file, sink); });
        if (outline_.delta)
            return fail(ErrorCode::damaged,
                        fmt::format("{} holds only what changed since another snapshot, and no "
                                    "manifest beside it tells which",
                                    artifact_.string()),
                        "bring its manifest back, or use another backup");
        const bool plain = outline_.compression == Compression::none;  // unknown below a seal
        if (plain && !options_.stage) {
            // Whatever it is, SQLite will judge it: no header is asked for here.
            OpenedContent out;
            MUSTER_TRY(out.decoded, decode_all(file, size_, ignore));
            out.database = artifact_;
            return out;
        }
        return pour([&](const ContentSink& sink) { return decode_all(file, limit(), sink); });
    }

private:
    std::optional<Bytes> limit() const {
        const auto* manifest = options_.manifest;
        if (manifest == nullptr || !manifest->content) return std::nullopt;
        return manifest->content->bytes;
    }

    Result<OpenedContent> pour(const ContentSource& source) const {
        OpenedContent out;
        if (options_.stage) {
            out.database = *options_.stage;
        } else if (options_.only_digest) {
            MUSTER_TRY(out.decoded, source(ignore));
            return out;
        } else {
            MUSTER_TRY(out.scratch, ScratchFolder::make(host_.scratch));
            out.database = out.scratch->path() / "content.sqlite";
        }
        MUSTER_CHECK(require_space(out.database.parent_path(), limit().value_or(size_),
                                   fmt::format("the content of {}", artifact_.string())));
        MUSTER_CHECK(pour_into(out, options_.stage.has_value(), source));
        return out;
    }

    Result<Decoded> decode_all(const File& file, std::optional<Bytes> limit,
                               const ContentSink& sink) const {
        DecodeOptions how;
        how.keys = keys_.keys;
        how.limit = limit;
        how.progress = [&](std::uint64_t done, std::uint64_t total) -> Result<> {
            host_.progress("reading " + artifact_.filename().string(), done, total);
            return host_.keep_going();
        };
        auto decoded = decode(file, how, sink);
        if (!decoded) return Failure(keys_.explained(decoded.error()));
        return decoded;
    }

    /// Their own bytes are hashed as they lie there: how they are read skips some of them.
    Result<Decoded> read_changes(const File& file, const ContentSink& sink) const {
        MUSTER_TRY(auto chain, chain_of(artifact_, *options_.manifest));
        MUSTER_TRY(const auto stored, StoredState::open(std::move(chain), keys_, host_));
        Decoded out;
        out.key_id = outline_.key_id;
        out.artifact_bytes = size_;
        out.content_bytes = stored.bytes().size();
        out.content_sha256 = stored.manifest().content_sha256();
        MUSTER_CHECK(stored.read(sink, host_));
        Sha256Stream digest;
        MUSTER_CHECK(read_pieces(file, [&](std::span<const std::byte> piece) -> Result<> {
            digest.add(piece);
            return {};
        }));
        out.artifact_sha256 = digest.finish();
        return out;
    }

    const fs::path& artifact_;
    const ContentOptions& options_;
    const Host& host_;
    Bytes size_;
    Outline outline_;
    Keyring keys_;
};

}  // namespace

Result<OpenedContent> open_content(const fs::path& artifact, const ContentOptions& options,
                                   const Host& host) {
    return Opening{artifact, options, host}.run();
}

}  // namespace muster
