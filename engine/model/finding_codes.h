// The one table of what a finding can be about. docs/findings.md is made from it, and a guard holds
// the sources to it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace muster {

/// `code` is stable: it appears in JSON, and a code never changes its meaning.
struct FindingRow {
    std::string_view code;
    std::string_view about;   ///< database, backup, restore, promise, drill or run
    std::string_view bad;     ///< what a bad verdict says
    std::string_view cause;   ///< what is usually behind it
    std::string_view remedy;  ///< what helps
};

/// By what they are about, then by code.
const std::vector<FindingRow>& finding_table();

/// docs/findings.md.
std::string findings_page();

}  // namespace muster
