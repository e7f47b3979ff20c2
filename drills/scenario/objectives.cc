#include "drills/scenario/objectives.h"

#include <fmt/format.h>

#include "drills/judge_copy.h"

namespace muster {

void judge_chosen(const DrillStep& step, const std::optional<Manifest>& manifest, Findings& out,
                  Time now) {
    const auto& subject = step.backup->path;
    if (!step.volume_id.empty()) out.push_back(judge_volume_id(manifest, step.volume_id, subject));
    if (!manifest) return;
    if (step.backup->before) {
        const bool older = manifest->created_at < *step.backup->before;
        out.push_back({"taken_before", Severity::error, older ? Verdict::good : Verdict::bad,
                       subject,
                       older ? "its content is from before the time that was asked for"
                             : "its content is not from before the time that was asked for",
                       "before " + format_time(*step.backup->before),
                       format_time(manifest->created_at), "", ""});
    }
    if (!step.rpo) return;
    const auto age = now - manifest->created_at;
    const bool met = age <= *step.rpo;
    out.push_back({"rpo", Severity::error, met ? Verdict::good : Verdict::bad, subject,
                   met ? "what would be lost keeps the objective"
                       : "more would be lost than the objective allows",
                   "at most " + spell_duration(*step.rpo), spell_duration(age),
                   "the time of the latest snapshot's content",
                   met ? "" : "take a snapshot: muster backup, or muster apply POLICY"});
}

Finding judge_rto(const Drilled& drilled, const std::string& subject) {
    const bool met = drilled.restore_took <= *drilled.rto;
    std::vector<std::string> parts;
    for (const auto& phase : drilled.recovery)
        parts.push_back(fmt::format("{} {}", phase.name, spell_duration(phase.elapsed)));
    return {"rto",
            Severity::error,
            met ? Verdict::good : Verdict::bad,
            subject,
            met ? "the restore keeps the objective" : "the restore misses the objective",
            "at most " + spell_duration(*drilled.rto),
            spell_duration(drilled.restore_took),
            fmt::format("{}", fmt::join(parts, ", ")),
            ""};
}

}  // namespace muster
