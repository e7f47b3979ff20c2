#include "engine/snapshot/judge_restored.h"

#include <fmt/format.h>

#include "engine/sqlite/check.h"
#include "engine/sqlite/source.h"

namespace muster {

Findings judge_restored(const RestoreStep& step, std::uint64_t inode, const Host& host) {
    const auto target = real_path(step.target);
    Findings out;
    Finding place{"in_place",
                  Severity::error,
                  Verdict::good,
                  target.string(),
                  "the restored file has its name, and no log of the former one",
                  "",
                  "",
                  "",
                  ""};
    const auto there = status_of(target);
    if (!there || there->inode != inode) {
        place.verdict = Verdict::bad;
        place.reason = "another file has taken the restored one's name";
    }
    out.push_back(place);
    Finding opens{"opens",
                  Severity::error,
                  Verdict::good,
                  target.string(),
                  "it opens and its schema answers",
                  "",
                  "",
                  "the database at its place",
                  ""};
    auto source = Source::open(target, {host.scratch});
    const auto tables =
        source ? source->connection().query_integer("SELECT count(*) FROM sqlite_schema")
               : Result<std::int64_t>{Failure(source.error())};
    opens.verdict = tables ? Verdict::good : Verdict::bad;
    if (tables)
        opens.actual = fmt::format("{} schema objects", *tables);
    else
        opens.reason = tables.error().text();
    out.push_back(opens);
    if (tables)
        for (const auto& check : step.checks)
            // What reads all of it, or is not ours, has seen the staged file: once is enough.
            if (!check.blobs && check.command.empty())
                out.push_back(run_check(source->connection(), check, target.string()));
    return out;
}

}  // namespace muster
