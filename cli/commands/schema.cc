#include <fmt/format.h>

#include "cli/commands/rows.h"
#include "engine/codec/documents.h"
#include "engine/model/finding_codes.h"

namespace muster {
namespace {

Reply run_schema(const Arguments& arguments, const Surroundings&) {
    const auto names = schema_names();
    if (!arguments.has("NAME")) return Answer{fmt::format("{}\n", fmt::join(names, "\n")), {}};
    const auto name = arguments.value("NAME");
    if (arguments.has("--reference")) {
        const auto page = name == "findings" ? findings_page() : reference_text(name);
        if (page) return Answer{*page, {}};
        return refuse(
            ErrorCode::usage, fmt::format("there is no reference page of '{}'", name),
            "there are three: muster schema policy --reference, and of scenario and findings");
    }
    const auto text = schema_text(name);
    if (!text)
        return refuse(ErrorCode::usage, fmt::format("there is no schema '{}'", name),
                      fmt::format("there are: {}", fmt::join(names, ", ")));
    return Answer{*text, *text};
}

}  // namespace

Command schema_command() {
    return {
        "schema",
        "",
        "JSON Schema of the documents muster reads and writes",
        "Without NAME the names are listed. For an editor: muster schema policy > policy-v1.json",
        {{"[NAME]", "policy, plan, record, …"}},
        {{"--list", "", "list the names"},
         {"--reference", "",
          "of policy and scenario: every key that people write; of findings: every code; as Markdown"}},
        run_schema};
}

}  // namespace muster
