// What a database holds, in a form that two databases can be compared by.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/digest.h"
#include "engine/base/fields.h"

namespace muster {

struct TableDigest {
    std::string table;
    std::int64_t rows = 0;
    Sha256 content;
    bool operator==(const TableDigest&) const = default;
};
template <>
struct Fields<TableDigest> {
    static constexpr std::string_view doc = "The rows of one table.";
    static constexpr auto list =
        FieldList{required("table", &TableDigest::table, "Name of the table."),
                  required("rows", &TableDigest::rows, "Number of rows."),
                  required("content", &TableDigest::content,
                           "SHA-256 over every value with its type, in key order.")};
};

struct DatabaseDigest {
    Sha256 total;
    Sha256 schema;
    std::vector<TableDigest> tables;
    std::vector<std::string> unchecked;
    bool operator==(const DatabaseDigest&) const = default;
};
template <>
struct Fields<DatabaseDigest> {
    static constexpr std::string_view doc =
        "What a database holds, independent of how its pages lie.";
    static constexpr auto list = FieldList{
        required("total", &DatabaseDigest::total,
                 "SHA-256 over the schema's and all tables' digests."),
        required("schema", &DatabaseDigest::schema,
                 "SHA-256 over sqlite_schema, user_version, application_id and encoding."),
        required("tables", &DatabaseDigest::tables,
                 "Each table that has rows of its own, by name."),
        required("unchecked", &DatabaseDigest::unchecked,
                 "Tables that could not be read here, each with the reason.")};
};

/// The number of rows of a table, as a rehearsal counted them.
struct TableRows {
    std::string table;
    std::int64_t rows = 0;
    bool operator==(const TableRows&) const = default;
};
template <>
struct Fields<TableRows> {
    static constexpr std::string_view doc = "The rows of one table.";
    static constexpr auto list =
        FieldList{required("table", &TableRows::table, "Name of the table."),
                  required("rows", &TableRows::rows, "Number of rows.")};
};

}  // namespace muster
