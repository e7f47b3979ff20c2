// How databases are: each is copied as a backup would copy it, and the copy is looked at.
#pragma once

#include "engine/base/host.h"
#include "engine/model/health_report.h"
#include "engine/model/policy.h"

namespace muster {

struct Patient {
    fs::path path;
    std::string target;  ///< its id, where a policy names it
    std::vector<CheckSpec> checks;
    std::optional<SchemaVersionSpec> schema_version;
    bool may_be_empty = false;
    std::optional<Depth> depth = {};
};

struct DoctorRules {
    Depth depth =
        Depth::full;  ///< where a patient asks for none; policy checks of more depth are left out
    CompactSpec compact;  ///< what makes one worth a VACUUM (plan/compaction.h)
    int jobs = 1;         ///< looked at side by side
};

/// No patient changes by it, nor waits long: a writer for at most a quarter of a second at a time.
/// Whatever is wrong with one is a finding of it, and the others are looked at all the same. Those
/// of each: readable, then what examine_database() asks of it, then warnings: crashed_writer,
/// wal_large, compaction_recommended. Where checks with a safe repair fail, it is rehearsed on the
/// copy. One file under several paths is looked at once. Fails only
/// when interrupted.
Result<HealthReport> examine_all(std::vector<Patient> patients, const DoctorRules& rules,
                                 const Host& host);

}  // namespace muster
