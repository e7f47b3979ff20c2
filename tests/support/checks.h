// A policy's question, for tests that ask one, and the verdict of what was asked.
#pragma once

#include <stdexcept>

#include "engine/model/policy/check_spec.h"

namespace muster::test {

inline CheckSpec check_of(std::string name, std::string sql, std::string_view expect) {
    CheckSpec check;
    check.name = std::move(name);
    check.sql = std::move(sql);
    check.expect = TextForm<Expectation>::parse(expect);
    return check;
}

/// Of the first finding with this code; throws where there is none.
inline Verdict verdict_of(const Findings& findings, const std::string& code) {
    for (const auto& finding : findings)
        if (finding.code == code) return finding.verdict;
    throw std::runtime_error("no finding " + code);
}

}  // namespace muster::test
