#include "engine/snapshot/write_through.h"

#include <fmt/format.h>

#include "engine/base/kill_point.h"
#include "engine/snapshot/safety_copy.h"
#include "engine/sqlite/change_watch.h"
#include "engine/sqlite/overwrite.h"

namespace muster {
namespace {

Error not_sound(const fs::path& target) {
    return {ErrorCode::damaged,
            fmt::format("{} is no sound database, and nothing can be written through one",
                        target.string()),
            "restore without --in-place",
            {}};
}

Error unsound(const Error& error, const fs::path& target) {
    using enum ErrorCode;
    return error.code == damaged || error.code == not_a_database ? not_sound(target) : error;
}

Error too_busy(const fs::path& target, int tries) {
    return {ErrorCode::exclusive_holder,
            fmt::format("others went on committing to {} during each of {} tries, and what they "
                        "commit would be lost; nothing has changed",
                        target.string(), tries),
            "stop those who write to it, then try again",
            {}};
}

}  // namespace

Result<> write_through(const fs::path& staged, const fs::path& target,
                       const std::function<Result<std::string>()>& keep_former, const Host& host) {
    constexpr int most_tries = 5;
    for (int tries = 1;; ++tries) {
        auto watch = ChangeWatch::open(target);
        if (!watch) return Failure(unsound(watch.error(), target));
        MUSTER_TRY(const auto former, keep_former());
        kill_point("restore.staged");
        if (former.empty()) return Failure(not_sound(target));
        bool changed = false;
        OverwriteOptions options;
        options.progress = [&](std::uint64_t done, std::uint64_t total) -> Result<> {
            host.progress("writing into " + target.filename().string(), done, total);
            return host.keep_going();
        };
        options.locked = [&]() -> Result<> {
            MUSTER_TRY(changed, watch->changed());
            return changed ? Result<>{Failure(too_busy(target, tries))} : Result<>{};
        };
        auto written = overwrite_database(staged, target, options);
        if (written) return {};
        // It may have been the last step that failed.
        if (const auto now = watch->changed(); !changed && (!now || *now))
            return Failure(written.error().during(
                fmt::format("writing into {}, which may hold the backup now; what it held is in {}",
                            target.string(), former)));
        MUSTER_CHECK(forget_safety_copy(former, host.now()));
        if (!changed || tries == most_tries) return written;
    }
}

}  // namespace muster
