#include "engine/snapshot/pin.h"

#include <fmt/format.h>

#include "engine/codec/documents.h"
#include "engine/snapshot/commit.h"
#include "engine/snapshot/names.h"
#include "engine/store/local/lease.h"

namespace muster {
namespace {

constexpr Bytes pin_limit{std::uint64_t{1} << 20U};

Result<Lease> claim(const fs::path& artifact, std::string_view doing, Time now) {
    return Lease::take(hidden_beside(artifact, claim_suffix),
                       fmt::format("{} {}", doing, artifact.string()), now);
}

Result<> require_committed(const fs::path& artifact) {
    MUSTER_TRY(const auto intent, status_of(hidden_beside(artifact, intent_suffix)));
    if (intent.exists)
        return fail(ErrorCode::unfinished_snapshot,
                    fmt::format("{} was never committed: a killed run left it", artifact.string()),
                    "the next backup of its target finishes or undoes it; then pin it");
    MUSTER_TRY(const auto manifest, read_manifest(artifact));
    if (!manifest)
        return fail(ErrorCode::manifest_mismatch,
                    fmt::format("{} is no snapshot: it has no manifest", artifact.string()),
                    "without a manifest it is never pruned, so it needs no pin");
    return {};
}

}  // namespace

std::optional<Pin> pin_on(const fs::path& artifact) {
    const auto file = pin_of(artifact);
    std::error_code unsaid;
    if (fs::symlink_status(file, unsaid).type() == fs::file_type::not_found) return std::nullopt;
    const auto text = read_text(file, pin_limit);
    auto pin = from_json<Pin>(text.value_or(""), file.string());
    return pin.value ? *std::move(pin.value) : Pin{"unreadable pin", {}, {}};
}

Result<> pin_snapshot(const fs::path& artifact, const Pin& pin, Replace replace) {
    MUSTER_TRY(const auto there, status_of(artifact));
    if (!there.exists)
        return fail(ErrorCode::not_found,
                    fmt::format("there is no backup at {}", artifact.string()), "check the path");
    MUSTER_TRY(const auto mine, claim(artifact, "pinning", pin.at));
    MUSTER_CHECK(require_committed(artifact));
    if (const auto former = pin_on(artifact); former && replace == Replace::no)
        return fail(ErrorCode::target_exists,
                    fmt::format("{} is pinned already: {}", artifact.string(), former->reason),
                    "give the new reason with --force, or leave it");
    MUSTER_TRY(const auto text, to_document(pin));
    return write_durably(pin_of(artifact), text);
}

Result<Pin> unpin_snapshot(const fs::path& artifact, Time now) {
    const auto none =
        fail(ErrorCode::not_found, fmt::format("{} is not pinned", artifact.string()),
             "check the path; 'muster prune DIR --dry-run' and a policy's show what is pinned");
    if (!pin_on(artifact)) return none;
    MUSTER_TRY(const auto mine, claim(artifact, "unpinning", now));
    auto pin = pin_on(artifact);
    if (!pin) return none;
    MUSTER_CHECK(remove_durably(pin_of(artifact)));
    return *std::move(pin);
}

Result<> require_unpinned(const fs::path& artifact, ErrorCode refusal) {
    const auto pin = pin_on(artifact);
    if (!pin) return {};
    return fail(refusal, fmt::format("{} is pinned ({}); it stays", artifact.string(), pin->reason),
                "take the pin off with 'muster unpin' if it may go");
}

}  // namespace muster
