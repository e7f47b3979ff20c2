// Text for a terminal. Verdict words are in capitals: PROVEN, PASSED, BAD, FAILED, BLOCKED,
// UNCHECKED.
#pragma once

#include <string>

#include "engine/base/digest.h"
#include "engine/base/error.h"
#include "engine/model/inspection.h"
#include "engine/model/plan.h"
#include "engine/model/record.h"

namespace muster {

std::string plan_text(const Plan& plan);
std::string inspection_text(const Inspection& inspection);
/// `file` is where the record is stored, `head` the hash of its stored bytes.
std::string record_text(const Record& record, const std::string& file, const Sha256& head);
/// Only what went wrong, one "muster: CODE: message" each: what --quiet still prints.
std::string complaint_text(const Error& error);
std::string complaint_text(const Record& record);

}  // namespace muster
