// A verdict about data. A finding is data, never an Error.
#pragma once

#include <string>
#include <vector>

#include "engine/base/fields.h"

namespace muster {

enum class Verdict { good, bad, unchecked };
template <>
struct Names<Verdict> {
    static constexpr std::array list{std::pair{Verdict::good, std::string_view{"good"}},
                                     std::pair{Verdict::bad, std::string_view{"bad"}},
                                     std::pair{Verdict::unchecked, std::string_view{"unchecked"}}};
};

enum class Severity { error, warning, info };
template <>
struct Names<Severity> {
    static constexpr std::array list{std::pair{Severity::error, std::string_view{"error"}},
                                     std::pair{Severity::warning, std::string_view{"warning"}},
                                     std::pair{Severity::info, std::string_view{"info"}}};
};

/// How thoroughly an artifact is verified. Each depth holds all of the one before it.
enum class Depth { checksum, quick, full, deep };
template <>
struct Names<Depth> {
    static constexpr std::array list{std::pair{Depth::checksum, std::string_view{"checksum"}},
                                     std::pair{Depth::quick, std::string_view{"quick"}},
                                     std::pair{Depth::full, std::string_view{"full"}},
                                     std::pair{Depth::deep, std::string_view{"deep"}}};
};

struct Finding {
    std::string code;
    Severity severity = Severity::error;
    Verdict verdict = Verdict::good;
    std::string subject;
    std::string reason;
    std::string expected;
    std::string actual;
    std::string coverage;
    std::string next;
    std::string check = {};

    bool operator==(const Finding&) const = default;
};
template <>
struct Fields<Finding> {
    static constexpr std::string_view doc = "A verdict about data.";
    static constexpr auto list = FieldList{
        required("code", &Finding::code,
                 "Stable name of what was looked at, such as integrity or page_census."),
        required("severity", &Finding::severity,
                 "Weight of a bad verdict: error fails the run, warning and info do not."),
        required("verdict", &Finding::verdict,
                 "good, bad, or unchecked where it could not be checked."),
        required("subject", &Finding::subject,
                 "The target, snapshot or file the verdict is about."),
        required("reason", &Finding::reason, "One sentence a person understands."),
        optional("expected", &Finding::expected, "What a good result is."),
        optional("actual", &Finding::actual, "What was seen."),
        optional("coverage", &Finding::coverage, "What the verdict covers, and by what."),
        optional("next", &Finding::next, "What to do about it, as a command where there is one."),
        optional("check", &Finding::check, "Name of the policy's question, of code check.")};
};

/// "integrity: integrity_check finds the database damaged"; a policy's question names itself.
inline std::string told(const Finding& finding) {
    return finding.check.empty() ? finding.code + ": " + finding.reason : finding.reason;
}

using Findings = std::vector<Finding>;

/// Bad with severity error: what makes a run fail.
inline bool fails(const Finding& finding) {
    return finding.verdict == Verdict::bad && finding.severity == Severity::error;
}

}  // namespace muster
