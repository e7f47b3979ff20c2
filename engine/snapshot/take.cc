#include "engine/snapshot/take.h"

#include <fmt/format.h>

#include <algorithm>
#include <future>

#include "engine/base/kill_point.h"
#include "engine/base/stopwatch.h"
#include "engine/snapshot/changes.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/copy_encoding.h"
#include "engine/snapshot/snapshot_place.h"
#include "engine/sqlite/check.h"
#include "engine/sqlite/copy.h"
#include "engine/sqlite/header.h"
#include "engine/sqlite/vacuum.h"

namespace muster {
namespace {

Result<> refuse_damaged(const Findings& findings, const SnapshotStep& step) {
    const auto bad = std::ranges::find_if(findings, fails);
    if (bad == findings.end()) return {};
    return fail(ErrorCode::damaged,
                fmt::format("{} is damaged ({}: {}); {}", step.source, bad->code, bad->reason,
                            step.place.replace ? "the snapshot that was to be replaced stays"
                                               : "VACUUM INTO would hide it"),
                step.place.replace
                    ? "restore it from that snapshot, or take this one under another name"
                    : "restore an older proven snapshot; method: online copies it as it is");
}

Result<Bytes> size_of(const fs::path& path) {
    MUSTER_TRY(const auto there, status_of(path));
    return there.size;
}

CopyFollower both(const std::optional<CopyFollower>& one, CopyFollower other) {
    if (!one) return other;
    return {[=](Bytes bytes, Bytes total) -> Result<> {
                MUSTER_CHECK(one->grown(bytes, total));
                return other.grown(bytes, total);
            },
            [=] {
                one->given_up();
                other.given_up();
            }};
}

/// How work on so much is begun: what is small waits until it is asked for, and so does the rest
/// where no thread is to be had.
std::launch policy_for(Bytes bytes) {
    constexpr Bytes worth_a_thread{std::uint64_t{1} << 20U};
    return bytes > worth_a_thread ? std::launch::async | std::launch::deferred
                                  : std::launch::deferred;
}

/// From the header where it tells all that is asked: a connection reads the whole schema.
Result<> describe_content(const SnapshotStep& step, const fs::path& content, Manifest& manifest) {
    MUSTER_TRY(const auto file, File::open_read(content));
    MUSTER_TRY(const auto size, file.size());
    MUSTER_TRY(const auto header, read_header(file));
    if (!header)
        return fail(ErrorCode::not_a_database,
                    fmt::format("the copy of {} has no database header", step.source),
                    "look at the disk of the store; nothing was committed");
    manifest.page_size = header->page_size;
    manifest.page_count = static_cast<std::int64_t>(header->pages(size.count));
    auto& pragmas = manifest.pragmas.emplace();
    pragmas.encoding = header->encoding();
    pragmas.auto_vacuum = header->auto_vacuum();
    pragmas.application_id = header->application_id;
    pragmas.user_version = header->user_version;
    manifest.schema_version = header->user_version;
    const bool asked = step.schema_version_sql != SchemaVersionSpec{}.sql;
    if (!asked && step.revision_sql.empty()) return {};
    MUSTER_TRY(auto connection, Connection::open(content, OpenMode::immutable));
    if (asked) {
        MUSTER_TRY(manifest.schema_version,
                   query_number(connection, step.schema_version_sql, "schema_version"));
    }
    if (!step.revision_sql.empty()) {
        MUSTER_TRY(manifest.revision, query_number(connection, step.revision_sql, "revision"));
    }
    return {};
}

/// One call of take_snapshot, once its name is known.
class Taking {
public:
    Taking(const SnapshotStep& step, const Host& host, std::optional<Questions> questions,
           std::optional<Key> key, Commit commit, const fs::path& artifact, Time now)
        : step_(step),
          host_(host),
          questions_(std::move(questions)),
          artifact_(artifact),
          commit_(std::move(commit)),
          key_(std::move(key)) {
        // Nothing takes the place of a snapshot that may be good before it is known to be good.
        if (step.place.replace) {
            if (!questions_) questions_.emplace();
            questions_->depth = std::max(questions_->depth, Depth::full);
        }
        manifest_.volume_id = step.volume_id;
        manifest_.volume_name = step.volume_name;
        manifest_.created_with_version = host.tool_version;
        manifest_.created_at = now;
        manifest_.artifact = artifact.filename().string();
        manifest_.method = step.method;
        manifest_.checksum_file = step.checksum_file;
    }

    Result<> run() {
        if (in_private() || step_.track_pages) {
            MUSTER_TRY(scratch_, ScratchFolder::make(host_.scratch));
        }
        MUSTER_CHECK(copy());
        MUSTER_CHECK(describe_content(step_, content_, manifest_));
        if (step_.method == Method::vacuum) MUSTER_CHECK(pack());
        if (questions_) examine();
        if (step_.track_pages) MUSTER_CHECK(find_changes());
        if (step_.former) MUSTER_CHECK(write_changes());
        if (encoded() && !step_.former) MUSTER_CHECK(encode_content());
        MUSTER_CHECK(read_back());
        if (questions_) MUSTER_CHECK(conclude());
        kill_point("snapshot.staged");
        MUSTER_CHECK(commit_.publish(manifest_));
        MUSTER_CHECK(note_read_back());
        if (changes_) changes_->keep(manifest_);
        took("commit");
        return {};
    }

    /// Whether a run that failed did so because of the former snapshot.
    bool former_is_to_blame() const { return former_is_to_blame_; }

    /// What was taken, after a good run().
    Taken taken(const std::string& key) && {
        return {{step_.place.store, key, artifact_.string(), std::move(manifest_),
                 step_.former ? step_.former->key : ""},
                std::move(examination_),
                std::move(read_back_),
                std::move(phases_),
                {}};
    }

private:
    /// What is still to be packed, encoded or told by another one.
    bool in_private() const { return encoded() || step_.method == Method::vacuum || step_.former; }
    bool encoded() const { return step_.compress != Compression::none || step_.encrypt; }

    Result<> copy() {
        CopyOptions options;
        options.scratch = host_.scratch;
        options.max_writer_pause = step_.max_writer_pause;
        options.may_be_empty = step_.may_be_empty;
        options.will_be_synced = !in_private();
        options.progress = progress("copying");
        content_ = in_private() ? scratch_->path() / "copy.sqlite" : commit_.partial();
        if (encoded() && step_.method == Method::online && !step_.former) {
            prepare_encoding();
            options.follower = encoding_->follower();
        }
        if (step_.track_pages && step_.method == Method::online) {
            MUSTER_CHECK(prepare_changes());
            options.follower = both(options.follower, changes_->follower());
        }
        MUSTER_TRY(const auto owner, status_of(step_.source));
        manifest_.owner = FileOwner{owner.owner, owner.group, owner.mode};
        MUSTER_TRY(const auto copied, copy_database(step_.source, content_, options));
        MUSTER_CHECK(refuse_unfinished_restore(step_.source));
        if (encoding_) encoding_->copied();
        if (changes_) changes_->copied();
        manifest_.source_path = copied.source.path.string();
        manifest_.writer_pause = copied.longest_pause;
        journal_mode_ = name_of(copied.source.journal_mode);
        took("copy");
        kill_point("snapshot.copied");
        return {};
    }

    /// VACUUM INTO would make a clean-looking file of a damaged one.
    Result<> pack() {
        MUSTER_TRY(const auto findings,
                   examine_database(content_, {Depth::full, {}}, step_.source, host_));
        MUSTER_CHECK(refuse_damaged(findings, step_));
        took("check");
        const auto packed =
            encoded() || step_.former ? scratch_->path() / "packed.sqlite" : commit_.partial();
        MUSTER_CHECK(vacuum_into(content_, packed));
        MUSTER_CHECK(remove_durably(content_));
        content_ = packed;
        MUSTER_CHECK(describe_content(step_, content_, manifest_));
        took("vacuum");
        return {};
    }

    /// Beside the encoding and the reading back, which leave its file as it is; after them where a
    /// thread would cost more than it does.
    void examine() {
        const auto bytes = static_cast<std::uint64_t>(manifest_.page_size * manifest_.page_count);
        examining_ = std::async(policy_for({bytes}), [this] {
            return examine_database(content_, *questions_, artifact_.string(), host_);
        });
    }

    Result<> conclude() {
        MUSTER_TRY(auto findings, examining_.get());
        took("examine");
        if (step_.place.replace) MUSTER_CHECK(refuse_damaged(findings, step_));
        examination_ = {
            manifest_.content ? manifest_.content->checksum_sha256 : manifest_.checksum_sha256,
            *std::move(questions_), std::move(findings)};
        return {};
    }

    Result<> prepare_changes() {
        changes_.emplace(step_, scratch_->path(), content_, host_);
        return blaming_the_former(changes_->prepare(artifact_));
    }

    Result<> find_changes() {
        if (!changes_) MUSTER_CHECK(prepare_changes());
        MUSTER_CHECK(blaming_the_former(changes_->find()));
        manifest_.merkle_root = changes_->found().merkle_root;
        took("find changes");
        return {};
    }

    Result<> write_changes() {
        const Key* key = key_ ? &*key_ : nullptr;
        MUSTER_CHECK(blaming_the_former(changes_->write(commit_.partial(), key, manifest_)));
        took("write changes");
        MUSTER_TRY(manifest_.bytes_written, size_of(commit_.partial()));
        MUSTER_CHECK(blaming_the_former(changes_->read_back(commit_.partial(), key, manifest_)));
        took("read through the former");
        return {};
    }

    /// What another snapshot may help against.
    Result<> blaming_the_former(Result<> done) {
        using enum ErrorCode;
        if (done || !step_.former) return done;
        const auto code = done.error().code;
        former_is_to_blame_ =
            code != interrupted && code != terminated && code != no_space && code != lease_held;
        return done;
    }

    void prepare_encoding() {
        EncodeOptions options;
        options.compression = step_.compress;
        options.key = key_ ? &*key_ : nullptr;
        options.progress = progress("encoding");
        encoding_.emplace(content_, commit_.partial(), options);
    }

    Result<> encode_content() {
        if (!encoding_) prepare_encoding();
        MUSTER_TRY(const auto encoded, encoding_->finish());
        manifest_.content = Content{step_.compress, key_ ? std::optional{key_->id()} : std::nullopt,
                                    encoded.content_bytes, encoded.content_sha256};
        written_ = encoded.artifact_sha256;
        took("encode");
        return {};
    }

    /// Read while it is synced: both see the same pages, and a sync that fails ends it.
    Result<> read_back() {
        MUSTER_TRY(auto artifact, File::open_read_write(commit_.partial()));
        MUSTER_TRY(manifest_.bytes_written, artifact.size());
        auto synced =
            std::async(policy_for(manifest_.bytes_written), [&] { return artifact.sync(); });
        const auto checksum = sha256_of_file(commit_.partial());
        MUSTER_CHECK(synced.get());
        MUSTER_TRY(manifest_.checksum_sha256, checksum);
        if (written_ && *written_ != manifest_.checksum_sha256)
            return fail(ErrorCode::io,
                        fmt::format("{} reads back other bytes than were written",
                                    commit_.partial().string()),
                        "look at the disk of the store; nothing was committed");
        manifest_.pragmas->journal_mode = journal_mode_;
        took("read back");
        return {};
    }

    /// What became of it as it was renamed is part of how it lies there.
    Result<> note_read_back() {
        MUSTER_TRY(const auto status, status_of(artifact_));
        read_back_.files.push_back({artifact_, status});
        if (step_.former)
            for (const auto& link : changes_->read_links()) read_back_.files.push_back(link);
        read_back_.checksum = manifest_.checksum_sha256;
        read_back_.content_proven = step_.former || !encoded();
        return {};
    }

    std::function<Result<>(std::uint64_t, std::uint64_t)> progress(std::string doing) const {
        return [this, what = std::move(doing) + " " + step_.volume_name](
                   std::uint64_t done, std::uint64_t total) -> Result<> {
            host_.progress(what, done, total);
            return host_.keep_going();
        };
    }
    void took(std::string phase) { phases_.push_back({std::move(phase), watch_.lap()}); }

    const SnapshotStep& step_;
    const Host& host_;
    std::optional<Questions> questions_;
    const fs::path& artifact_;
    Commit commit_;
    std::optional<Key> key_;
    std::optional<ScratchFolder> scratch_;
    fs::path content_;  ///< the database as it will be decoded
    std::string journal_mode_;
    std::optional<Sha256> written_;  ///< where the bytes were hashed on their way to the disk
    Manifest manifest_;
    std::vector<Phase> phases_;
    std::optional<Examination> examination_;
    ReadBack read_back_;
    bool former_is_to_blame_ = false;
    Stopwatch watch_;
    // Last: they are waited for before what they look at goes.
    std::optional<CopyEncoding> encoding_;
    std::optional<Changes> changes_;
    std::future<Result<Findings>> examining_;
};

struct Attempt {
    Result<Taken> taken;
    bool former_is_to_blame = false;
};

Attempt take_once(const SnapshotStep& step, const Host& host, std::optional<Questions> questions) {
    Attempt out{Taken{}};
    const auto attempt = [&]() -> Result<Taken> {
        MUSTER_TRY(auto name, free_name(step, host));
        const auto& [key, now] = name;
        const auto artifact = fs::path{step.place.root} / key;
        MUSTER_CHECK(refuse_live_place(step.source, artifact));
        MUSTER_CHECK(refuse_unfinished_restore(step.source));
        std::optional<Key> secret;
        if (step.encrypt) {
            MUSTER_TRY(secret, read_key(secret_at(*step.encrypt)));
        }
        MUSTER_TRY(auto commit,
                   Commit::begin(artifact, step.place.replace ? Replace::yes : Replace::no, now));
        Taking taking{step,     host, std::move(questions), std::move(secret), std::move(commit),
                      artifact, now};
        const auto done = taking.run();
        out.former_is_to_blame = taking.former_is_to_blame();
        MUSTER_CHECK(done);
        return std::move(taking).taken(key);
    };
    out.taken = attempt();
    return out;
}

}  // namespace

Result<Taken> take_snapshot(const SnapshotStep& step, const Host& host,
                            std::optional<Questions> questions) {
    if (!step.former) return take_once(step, host, std::move(questions)).taken;
    auto first = take_once(step, host, questions);
    if (first.taken || !first.former_is_to_blame) return std::move(first.taken);
    auto full = step;
    full.former.reset();
    MUSTER_TRY(auto taken, take_once(full, host, std::move(questions)).taken);
    const auto& why = first.taken.error();
    taken.findings.push_back({"former", Severity::warning, Verdict::bad, step.former->key,
                              fmt::format("all of the database was stored, not only what changed "
                                          "since the last snapshot: {}",
                                          why.message),
                              "a former snapshot as it was taken", "", "", why.hint});
    return taken;
}

}  // namespace muster
