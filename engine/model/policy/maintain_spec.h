// Care for databases: compaction and repair.
#pragma once

#include <optional>

#include "engine/base/bytes.h"
#include "engine/model/policy/target_spec.h"
#include "engine/model/schedule/schedule_spec.h"

namespace muster {

struct CompactSpec {
    std::optional<Bytes> min_free_bytes;
    std::optional<double> min_free_ratio;
    std::optional<Bytes> max_reclaimable_bytes;
    std::optional<int> limit;
    bool include_unsafe = false;
    bool operator==(const CompactSpec&) const = default;
};
template <>
struct Fields<CompactSpec> {
    static constexpr std::string_view doc = "Which databases are worth a VACUUM.";
    static constexpr auto list =
        FieldList{optional("min_free_bytes", &CompactSpec::min_free_bytes,
                           "Only where at least so much would be reclaimed."),
                  optional("min_free_ratio", &CompactSpec::min_free_ratio,
                           "Only where at least this part of the file is free, from 0 to 1."),
                  optional("max_reclaimable_bytes", &CompactSpec::max_reclaimable_bytes,
                           "At most so much in one run; the rest is deferred."),
                  optional("limit", &CompactSpec::limit, "At most so many databases in one run."),
                  optional("include_unsafe", &CompactSpec::include_unsafe,
                           "Also databases with other findings.")};
};

enum class RepairMode { none, safe };
template <>
struct Names<RepairMode> {
    static constexpr std::array list{std::pair{RepairMode::none, std::string_view{"none"}},
                                     std::pair{RepairMode::safe, std::string_view{"safe"}}};
};

struct MaintainSpec {
    TargetSelector targets;
    std::optional<ScheduleSpec> schedule;
    std::optional<CompactSpec> compact;
    RepairMode repair = RepairMode::none;
    bool verify_blobs = false;
    bool operator==(const MaintainSpec&) const = default;
};
template <>
struct Fields<MaintainSpec> {
    static constexpr std::string_view doc = "Care for databases.";
    static constexpr auto list = FieldList{
        required("targets", &MaintainSpec::targets, "Which targets; directories are left out."),
        optional("schedule", &MaintainSpec::schedule,
                 "When it is due; at every apply when left out."),
        optional("compact", &MaintainSpec::compact, "Give free pages back."),
        optional("repair", &MaintainSpec::repair,
                 "safe: run the safe repairs of failed checks; none."),
        optional("verify_blobs", &MaintainSpec::verify_blobs,
                 "Before, every payload that a check names is read: a wrong one blocks the rest.")};
};

}  // namespace muster
