// A policy's question, for tests that ask one.
#pragma once

#include "engine/model/policy/check_spec.h"

namespace muster::test {

inline CheckSpec check_of(std::string name, std::string sql, std::string_view expect) {
    CheckSpec check;
    check.name = std::move(name);
    check.sql = std::move(sql);
    check.expect = TextForm<Expectation>::parse(expect);
    return check;
}

}  // namespace muster::test
