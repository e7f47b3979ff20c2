// What `validate` says of a policy.
#pragma once

#include <string>

#include "engine/base/fields.h"
#include "engine/base/problem.h"

namespace muster {

template <>
struct Fields<Problem> {
    static constexpr std::string_view doc = "One fault of an input document.";
    static constexpr auto list =
        FieldList{required("file", &Problem::file,
                           "The file as it was named; empty for what a command line made."),
                  required("line", &Problem::line, "Counts from 1; 0 where there is no place."),
                  required("column", &Problem::column,
                           "Counts characters from 1; 0 where there is no place."),
                  required("path", &Problem::path,
                           "The key, such as targets.finance.rpo; empty for the whole document."),
                  required("message", &Problem::message, "What is wrong, and why."),
                  optional("hint", &Problem::hint, "What to write instead."),
                  optional("source_line", &Problem::source_line, "The line it is about.")};
};

struct ProblemReport {
    std::string file;
    bool valid = false;
    Problems problems;

    bool operator==(const ProblemReport&) const = default;
};
template <>
struct Fields<ProblemReport> {
    static constexpr std::string_view doc = "What the validation of a document found.";
    static constexpr auto list =
        FieldList{required("file", &ProblemReport::file, "The document that was read."),
                  required("valid", &ProblemReport::valid, "There is no problem."),
                  required("problems", &ProblemReport::problems,
                           "Every problem, in the order of the document.")};
};

}  // namespace muster
