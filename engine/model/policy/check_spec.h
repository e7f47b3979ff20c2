// Questions that a policy asks of every snapshot.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/model/expectation.h"
#include "engine/model/finding.h"

namespace muster {

struct CheckRepair {
    bool safe = false;
    std::string sql;
    bool operator==(const CheckRepair&) const = default;
};
template <>
struct Fields<CheckRepair> {
    static constexpr std::string_view doc = "How a failed check can be put right.";
    static constexpr auto list =
        FieldList{optional("safe", &CheckRepair::safe,
                           "It loses nothing: 'repair: safe' and repair-safe may run it."),
                  required("sql", &CheckRepair::sql, "The statement that puts it right.")};
};

struct BlobCheck {
    std::string table;
    std::string payload;
    std::string sha256;
    bool operator==(const BlobCheck&) const = default;
};
template <>
struct Fields<BlobCheck> {
    static constexpr std::string_view doc = "Payloads that are stored beside their hash.";
    static constexpr auto list =
        FieldList{required("table", &BlobCheck::table, "The table."),
                  required("payload", &BlobCheck::payload, "Column with the payload."),
                  required("sha256", &BlobCheck::sha256,
                           "Column with its SHA-256, as 32 bytes or 64 hex digits.")};
};

struct CheckSpec {
    std::string name;
    std::string sql;
    std::optional<BlobCheck> blobs;
    std::vector<std::string> command;
    std::optional<Duration> within;
    std::optional<Expectation> expect;
    Severity severity = Severity::error;
    Depth depth = Depth::full;
    std::optional<CheckRepair> repair;
    bool operator==(const CheckSpec&) const = default;
};
template <>
struct Fields<CheckSpec> {
    static constexpr std::string_view doc =
        "A question whose answer must hold in every snapshot and every restored copy.";
    static constexpr std::array one_of{std::string_view{"sql"}, std::string_view{"blobs"},
                                       std::string_view{"command"}};
    static constexpr auto list = FieldList{
        required("name", &CheckSpec::name, "Name in reports."),
        optional("sql", &CheckSpec::sql,
                 "A SELECT that yields one value; it can read the database and nothing else."),
        optional("blobs", &CheckSpec::blobs, "Every payload is read and held to its hash."),
        optional(
            "command", &CheckSpec::command,
            "A program with its arguments that must end with status 0; {database} is the path of a copy made for it."),
        optional("within", &CheckSpec::within,
                 "Of command: it is killed, and bad, after that time; 1m when left out."),
        optional("expect", &CheckSpec::expect, "What sql must yield."),
        optional("severity", &CheckSpec::severity,
                 "error fails the verification, warning and info only report."),
        optional("depth", &CheckSpec::depth,
                 "Asked from this depth of verification on; blobs are only for deep."),
        optional("repair", &CheckSpec::repair, "How a failed check can be put right.")};
};

/// SQL asks it, and its repair loses nothing.
inline bool is_repairable(const CheckSpec& check) {
    return !check.sql.empty() && check.repair && check.repair->safe;
}

}  // namespace muster
