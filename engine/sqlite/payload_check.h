// Payloads that a database stores beside their hash, each read and held to it.
#pragma once

#include <functional>

#include "engine/model/finding.h"
#include "engine/model/policy/check_spec.h"
#include "engine/sqlite/connection.h"

namespace muster {

/// Reads every payload of the table or view, one at a time, and compares its SHA-256 with the one
/// beside it, 32 bytes or 64 hexadecimal digits in any case. Code `check`, severity as in the spec.
/// Bad: a payload that differs, a hash without a payload or the reverse, a table or column that is
/// not there; the first ones are named by their number in the table's order. Unchecked where a part
/// of the application is missing. Memory stays flat where PayloadRows says so. `keep_going` is
/// asked after each row, and each piece of a large payload; its Error is the only one.
Result<Finding> check_payloads(Connection& connection, const CheckSpec& check,
                               const std::string& subject,
                               const std::function<Result<>()>& keep_going);

}  // namespace muster
