#include "engine/model/repair.h"

#include <fmt/format.h>

namespace muster {

std::string spell_touched(const TouchedRows& rows) {
    std::string out;
    const auto add = [&](std::int64_t count, std::string_view what) {
        if (count > 0)
            out += fmt::format("{}{} {}{}", out.empty() ? "" : ", ", count, what,
                               count == 1 ? "" : "s");
    };
    add(rows.inserted, "insertion");
    add(rows.updated, "update");
    add(rows.deleted, "deletion");
    out = rows.table + ": " + out;
    if (rows.rows.empty()) return out;
    return out + fmt::format(" (row{} {}{})", rows.rows.size() == 1 ? "" : "s",
                             fmt::join(rows.rows, ", "), rows.more ? ", …" : "");
}

}  // namespace muster
