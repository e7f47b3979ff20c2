#include <fmt/format.h>

#include <algorithm>

#include "cli/commands/rows.h"
#include "cli/session.h"
#include "engine/codec/documents.h"
#include "engine/snapshot/pin.h"

namespace muster {
namespace {

fs::path backup_of(const Arguments& arguments) {
    return fs::absolute(arguments.value("BACKUP")).lexically_normal();
}

Reply pin(const Arguments& arguments, const Surroundings& surroundings) {
    const auto reason = arguments.value("--reason");
    if (reason.empty())
        return refuse(ErrorCode::usage, "a pin needs --reason",
                      "say why it stays: --reason 'before the migration'");
    const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7F; };
    if (std::ranges::any_of(reason, is_control))
        return refuse(ErrorCode::usage, "--reason holds a line break or a control character",
                      "write one line of plain text");
    const Pin made{reason, head_of(surroundings, "pin", nullptr).by, surroundings.host.now()};
    const auto backup = backup_of(arguments);
    MUSTER_REPLY_CHECK(
        pin_snapshot(backup, made, arguments.has("--force") ? Replace::yes : Replace::no));
    Answer answer;
    MUSTER_REPLY_TRY(answer.document, to_document(made));
    answer.text = fmt::format("pinned {}: {}\n", backup.string(), reason);
    return answer;
}

Reply unpin(const Arguments& arguments, const Surroundings& surroundings) {
    const auto backup = backup_of(arguments);
    MUSTER_REPLY_TRY(const auto removed, unpin_snapshot(backup, surroundings.host.now()));
    Answer answer;
    MUSTER_REPLY_TRY(answer.document, to_document(removed));
    answer.text =
        fmt::format("unpinned {}, which was pinned: {}\n", backup.string(), removed.reason);
    return answer;
}

}  // namespace

Command pin_command() {
    return {"pin",
            "",
            "keep one backup, whatever the rules say",
            "Writes BACKUP.pin beside it. It is not pruned and not replaced until 'muster unpin'.\n"
            "Example: muster pin /backups/app.sqlite --reason 'before the migration'",
            {{"BACKUP", "the artifact; its manifest lies beside it"}},
            {{"--reason", "TEXT", "why it stays, one line"},
             {"--force", "", "replace an existing pin"}},
            pin};
}

Command unpin_command() {
    return {"unpin",
            "",
            "take the pin off one backup",
            "The rules decide about it again from the next run on. Exit 8 where there is no pin.",
            {{"BACKUP", "the artifact"}},
            {},
            unpin};
}

}  // namespace muster
