#include "engine/model/repair.h"

#include <fmt/format.h>

namespace muster {

std::string spell_touched(const TouchedRows& rows) {
    std::string out;
    const auto add = [&](std::int64_t count, std::string_view what) {
        if (count > 0)
            out += fmt::format("{}{} row{} of {} {}", out.empty() ? "" : ", ", count,
                               count == 1 ? "" : "s", rows.table, what);
    };
    add(rows.inserted, "new");
    add(rows.updated, "changed");
    add(rows.deleted, "gone");
    if (rows.rows.empty()) return out;
    const auto all = rows.inserted + rows.updated + rows.deleted;
    return out + fmt::format(" ({}{})", fmt::join(rows.rows, ", "),
                             static_cast<std::int64_t>(rows.rows.size()) < all ? ", …" : "");
}

}  // namespace muster
