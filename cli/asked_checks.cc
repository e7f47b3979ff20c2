#include "cli/asked_checks.h"

#include <fmt/format.h>

#include "engine/codec/utf8.h"
#include "engine/sqlite/sql_fault.h"

namespace muster {
namespace {

constexpr std::size_t name_length = 80;

/// One line.
std::string name_for(std::string_view sql) {
    std::string out;
    for (const char each : sql) {
        const bool blank = std::isspace(static_cast<unsigned char>(each)) != 0;
        if (!blank)
            out += each;
        else if (!out.empty() && out.back() != ' ')
            out += ' ';
    }
    if (out.ends_with(' ')) out.pop_back();
    const auto shown = codec::first_characters(out, name_length);
    return shown.size() == out.size() ? out : std::string{shown} + "…";
}

Result<CheckSpec> check_asking(const std::string& sql) {
    if (const auto fault = fault_of_sql(sql))
        return fail(ErrorCode::usage, fmt::format("--check: '{}': {}", name_for(sql), *fault),
                    "write one SELECT, like --check 'SELECT count(*) FROM orders' --expect '>= 1'");
    CheckSpec check;
    check.name = name_for(sql);
    check.sql = sql;
    return check;
}

Result<> expect(std::vector<CheckSpec>& checks, const std::string& written) {
    if (checks.empty())
        return fail(ErrorCode::usage,
                    fmt::format("--expect: '{}' stands before any --check", written),
                    "put it behind the --check it belongs to");
    if (checks.back().expect)
        return fail(ErrorCode::usage,
                    fmt::format("--expect: '{}' is the second one of one --check", written),
                    "put it behind the --check it belongs to, and ask twice for two expectations");
    checks.back().expect = TextForm<Expectation>::parse(written);
    if (checks.back().expect) return {};
    return fail(ErrorCode::usage, fmt::format("--expect: '{}' is no expectation", written),
                fmt::format("write {}", TextForm<Expectation>::example));
}

}  // namespace

Result<std::vector<CheckSpec>> checks_of(const Arguments& arguments) {
    std::vector<CheckSpec> out;
    const auto sqls = arguments.all(check_option.flag),
               expectations = arguments.all(expect_option.flag);
    std::size_t expected = 0;
    for (const auto& flag : arguments.order) {
        if (flag == check_option.flag) {
            MUSTER_TRY(auto check, check_asking(sqls.at(out.size())));
            out.push_back(std::move(check));
        }
        if (flag == expect_option.flag) MUSTER_CHECK(expect(out, expectations.at(expected++)));
    }
    return out;
}

Result<> require_opened(const std::vector<CheckSpec>& checks, Depth depth) {
    if (checks.empty() || depth > Depth::checksum) return {};
    return fail(ErrorCode::usage, "--check: nothing is opened at depth checksum",
                "take --depth quick or more, or leave --check out");
}

}  // namespace muster
