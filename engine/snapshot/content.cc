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

std::future<Result<>> sync_beside(File file) {
    return std::async(std::launch::async,
                      [file = std::move(file)]() mutable { return file.sync(); });
}

/// Writes the content to `out.database`. Only what stays is worth a sync.
Result<> pour_into(OpenedContent& out, bool stays, const ContentSource& source) {
    MUSTER_TRY(auto to, File::create(out.database));
    auto decoded = source([&](std::span<const std::byte> piece) -> Result<> {
        MUSTER_CHECK(to.append(piece));
        if (stays) to.begin_sync();
        return {};
    });
    MUSTER_CHECK(decoded);
    out.decoded = *std::move(decoded);
    if (stays) out.synced = sync_beside(std::move(to));
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
        if (changes) return filled([&](OpenedContent& out) { return follow_changes(out); });
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
        const auto source = [&](const ContentSink& sink) {
            return decode_all(file, limit(), sink);
        };
        return filled([&](OpenedContent& out) -> Result<> {
            if (!out.database.empty()) return pour_into(out, stays(), source);
            MUSTER_TRY(out.decoded, source(ignore));
            return {};
        });
    }

private:
    std::optional<Bytes> limit() const {
        const auto* manifest = options_.manifest;
        if (manifest == nullptr || !manifest->content) return std::nullopt;
        return manifest->content->bytes;
    }

    bool stays() const { return options_.stage.has_value(); }

    /// What `fill` makes of the place for the content; where that fails, no file stays there.
    Result<OpenedContent> filled(const std::function<Result<>(OpenedContent&)>& fill) const {
        OpenedContent out;
        if (stays()) {
            out.database = *options_.stage;
        } else if (!options_.only_digest) {
            MUSTER_TRY(out.scratch, ScratchFolder::make(host_.scratch));
            out.database = out.scratch->path() / "content.sqlite";
        }
        if (!out.database.empty())
            MUSTER_CHECK(require_space(out.database.parent_path(), limit().value_or(size_),
                                       fmt::format("the content of {}", artifact_.string())));
        if (const auto done = fill(out); !done) {
            if (out.synced.valid()) out.synced.wait();
            if (!out.database.empty()) ::unlink(out.database.c_str());
            return Failure(done.error());
        }
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
    Result<> follow_changes(OpenedContent& out) const {
        MUSTER_TRY(auto chain, chain_of(artifact_, *options_.manifest));
        auto opened = out.database.empty()
                          ? StoredState::open(std::move(chain), keys_, host_)
                          : StoredState::write(std::move(chain), out.database, keys_, host_);
        MUSTER_TRY(const auto stored, std::move(opened));
        if (stays()) {
            MUSTER_TRY(auto staged, File::open_read_write(out.database));
            out.synced = sync_beside(std::move(staged));
        }
        MUSTER_CHECK(stored.prove(host_));
        out.decoded.key_id = outline_.key_id;
        out.decoded.artifact_bytes = size_;
        out.decoded.content_bytes = stored.bytes().size();
        out.decoded.content_sha256 = stored.manifest().content_sha256();
        MUSTER_TRY(out.decoded.artifact_sha256, sha256_of_file(artifact_));
        return {};
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
