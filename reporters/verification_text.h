// A verification of many backups as text.
#pragma once

#include <string>

#include "engine/model/verification_report.h"

namespace muster {

/// One line for each file (ok, BAD or UNCHECKED), what is wrong with it and what to do next below
/// it, and a line that adds them up.
std::string verification_text(const VerificationReport& report);

/// Only what is wrong, as complaint_text() of terminal.h: nothing where all is valid.
std::string complaint_text(const VerificationReport& report);

}  // namespace muster
