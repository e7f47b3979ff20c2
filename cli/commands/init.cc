#include <fmt/format.h>

#include "cli/commands/rows.h"
#include "engine/codec/documents.h"
#include "engine/codec/utf8.h"
#include "engine/model/init_report.h"
#include "engine/run/find_databases.h"
#include "engine/run/starter_targets.h"
#include "reporters/starter_policy.h"

namespace muster {
namespace {

constexpr Bytes longest_policy{std::uint64_t{1} << 20U};

Failure taken(const fs::path& file, std::string_view what, std::string hint) {
    return fail(ErrorCode::target_exists, fmt::format("{} {}; it stays", file.string(), what),
                std::move(hint));
}

/// A policy that is there goes only by --force, and anything else never.
Result<> require_free(const fs::path& file, bool force) {
    MUSTER_TRY(const auto there, status_of(file));
    if (there.directory)
        return fail(ErrorCode::not_a_file, fmt::format("--out: {} is a folder", file.string()),
                    "name a file in it");
    if (!there.exists) return {};
    if (!there.regular)
        return fail(ErrorCode::not_a_file,
                    fmt::format("--out: {} is no regular file", file.string()),
                    "name a file that may be written, or - for standard output");
    if (!force)
        return taken(file, "is there already",
                     "replace it with --force, or name another with --out");
    const auto text = read_text(file, longest_policy);
    if (!text && text.error().code != ErrorCode::usage) return Failure(text.error());
    if (!text || text->find("muster:") == std::string::npos)
        return taken(file, "holds something else than a policy", "name another file with --out");
    return {};
}

Result<InitReport> look_into(const fs::path& folder, const fs::path& from) {
    MUSTER_TRY(auto found, find_databases(folder));
    InitReport report;
    report.folder = codec::well_formed(folder.string());
    auto starters = starter_targets(found.databases, real_path(folder), real_path(from));
    report.targets = std::move(starters.targets);
    report.notes = std::move(found.notes);
    std::ranges::move(starters.notes, std::back_inserter(report.notes));
    for (auto& note : report.notes) note = codec::well_formed(note);
    if (!report.targets.empty()) return report;
    return fail(ErrorCode::not_found,
                fmt::format("no SQLite database that a policy could name was found in {}{}{}",
                            folder.string(), report.notes.empty() ? "" : "; ",
                            fmt::join(report.notes, "; ")),
                "name the folder that they lie in: muster init DIR");
}

Reply run_init(const Arguments& arguments, const Surroundings&) {
    const auto folder = real_path(fs::absolute(arguments.value("DIR", ".")).lexically_normal());
    const bool print = arguments.value("--out") == "-";
    const auto file = arguments.has("--out") && !print
                          ? fs::absolute(arguments.value("--out")).lexically_normal()
                          : folder / "muster.yaml";
    if (!print) MUSTER_REPLY_CHECK(require_free(file, arguments.has("--force")));
    MUSTER_REPLY_TRY(auto report,
                     look_into(folder, print ? fs::current_path() : file.parent_path()));
    const auto policy = starter_policy(report);
    if (!print) {
        MUSTER_REPLY_CHECK(write_durably(file, policy));
        report.policy = file.string();
    }
    Answer answer;
    MUSTER_REPLY_TRY(answer.document, to_document(report));
    answer.text = print ? policy : init_text(report);
    return answer;
}

}  // namespace

Command init_command() {
    return {
        "init",
        "",
        "write a commented starter policy for the databases of a folder",
        "Looks into DIR (else this folder) and those below it, knows databases by what they hold, and only reads.\n"
        "Example: muster init /srv/app && muster plan /srv/app/muster.yaml",
        {{"[DIR]", "the folder to look through"}},
        {{"--out", "FILE",
          "where the policy goes, else DIR/muster.yaml; - prints it, with paths relative to this folder"},
         {"--force", "", "replace a policy that is there"}},
        run_init};
}

}  // namespace muster
