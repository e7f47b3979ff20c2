// How a command that failed says so in JSON.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/base/error.h"
#include "engine/base/fields.h"
#include "engine/model/problem_report.h"

namespace muster {

struct ErrorReport {
    std::string code;
    std::string message;
    std::string hint;
    std::vector<std::string> context;
    int exit_status = 1;
    Problems problems;

    bool operator==(const ErrorReport&) const = default;
};
template <>
struct Fields<ErrorReport> {
    static constexpr std::string_view doc = "Why a command failed.";
    static constexpr auto list = FieldList{
        required("code", &ErrorReport::code, "Stable name of the failure, such as target_exists."),
        required("message", &ErrorReport::message, "The thing and the reason."),
        optional("hint", &ErrorReport::hint, "What to do next."),
        required("context", &ErrorReport::context, "What was being done, innermost first."),
        required("exit_status", &ErrorReport::exit_status, "The command's exit status."),
        optional("problems", &ErrorReport::problems,
                 "The problems of the input, where it was refused for them.")};
};

inline ErrorReport report_of(const Error& error, Problems problems = {}) {
    return {std::string{name_of(error.code)}, error.message,      error.hint, error.context,
            exit_status_of(error.code),       std::move(problems)};
}

}  // namespace muster
