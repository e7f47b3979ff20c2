// What the safe repairs of a policy change, or would change.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/fields.h"

namespace muster {

struct TouchedRows {
    std::string table;
    std::int64_t inserted = 0;
    std::int64_t updated = 0;
    std::int64_t deleted = 0;
    std::vector<std::int64_t> rows;
    bool more = false;
    bool operator==(const TouchedRows&) const = default;
};
template <>
struct Fields<TouchedRows> {
    static constexpr std::string_view doc = "Rows of one table that a repair changes.";
    static constexpr auto list = FieldList{
        required("table", &TouchedRows::table, "The table; triggers may reach several."),
        required("inserted", &TouchedRows::inserted, "Insertions."),
        required("updated", &TouchedRows::updated,
                 "Updates; a row that a trigger changes again counts again."),
        required("deleted", &TouchedRows::deleted, "Deletions."),
        required("rows", &TouchedRows::rows,
                 "The first rows by number, each once, at most 20; none of a table WITHOUT ROWID."),
        optional("more", &TouchedRows::more, "There are more rows than that.")};
};

/// "blobs: 2 updates (rows 7, 9)".
std::string spell_touched(const TouchedRows& rows);

/// One check whose answer was wrong, and what puts it right.
struct Repair {
    std::string check;
    std::string before;
    std::string after;
    std::vector<TouchedRows> touched;
    bool operator==(const Repair&) const = default;
};
template <>
struct Fields<Repair> {
    static constexpr std::string_view doc =
        "A check of the policy with a safe repair: its answers, and the rows between them.";
    static constexpr auto list =
        FieldList{required("check", &Repair::check, "Name of the check."),
                  required("before", &Repair::before, "Its answer before."),
                  required("after", &Repair::after, "Its answer after, which it expects."),
                  required("touched", &Repair::touched, "Rows that change, by table.")};
};

/// What a rehearsal on a copy told: all repairs succeed together, or `fault` says why not.
struct RepairOutlook {
    std::vector<Repair> repairs;
    std::string fault;
    bool operator==(const RepairOutlook&) const = default;
};
template <>
struct Fields<RepairOutlook> {
    static constexpr std::string_view doc =
        "What the safe repairs would do, as seen on a copy that was thrown away.";
    static constexpr auto list = FieldList{
        required("repairs", &RepairOutlook::repairs, "Each check that would be put right."),
        optional("fault", &RepairOutlook::fault, "Why they would be rolled back.")};
};

/// Repairs that were committed.
struct Repaired {
    std::string database;
    std::string safety_copy;
    std::vector<Repair> repairs;
    bool operator==(const Repaired&) const = default;
};
template <>
struct Fields<Repaired> {
    static constexpr std::string_view doc = "Repairs of one database, in one transaction.";
    static constexpr auto list = FieldList{
        required("database", &Repaired::database, "The database."),
        optional("safety_copy", &Repaired::safety_copy,
                 "Snapshot of it as it was before; left out where nothing had to be changed."),
        required("repairs", &Repaired::repairs, "Each check that was put right.")};
};

}  // namespace muster
