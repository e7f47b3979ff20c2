#include <fmt/format.h>

#include "cli/commands/rows.h"
#include "engine/codec/documents.h"
#include "engine/model/version_report.h"
#include "engine/sqlite/version.h"
#include "muster_version.h"

namespace muster {
namespace {

Reply run_version(const Arguments&, const Surroundings&) {
    const VersionReport report{std::string{version}, sqlite_version(), sqlite_source_id()};
    MUSTER_REPLY_TRY(auto document, to_document(report));
    return Answer{fmt::format("muster {} (SQLite {})\n", report.muster, report.sqlite),
                  std::move(document)};
}

}  // namespace

Command version_command() {
    return {"version", "", "version of muster and of the SQLite it uses", "", {}, {}, run_version};
}

}  // namespace muster
