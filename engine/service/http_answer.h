// What an answer says, and whether it is as expected.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/service/ask_http.h"

namespace muster {

/// The status that is right where none is told: 200 of a service's health, any below 400 of other
/// calls, 0 of a program that ran and of SQL.
enum class UntoldStatus { is_200, is_below_400, is_0 };

/// Why the answer is not as expected, as what is said of who gave it: "answered with status 500,
/// not 200".
std::optional<std::string> mismatch(const AnswerSpec& expected, const HttpReply& reply,
                                    UntoldStatus untold);

/// The text, number or boolean at that place of its JSON body, as text. service_failed naming the
/// pointer and what is there instead; so also for a null.
Result<std::string> value_at(const HttpReply& reply, std::string_view json_pointer);

}  // namespace muster
