#include "cli/compact_flags.h"

#include <fmt/format.h>

#include <cstdlib>

#include "cli/session.h"

namespace muster {
namespace {

Result<std::optional<Bytes>> size_of(const Arguments& arguments, std::string_view flag) {
    if (!arguments.has(flag)) return std::nullopt;
    const auto size = parse_bytes(arguments.value(flag));
    if (!size)
        return fail(ErrorCode::usage,
                    fmt::format("{}: '{}' is no size", flag, arguments.value(flag)),
                    "write it like 16MiB");
    return size;
}

Result<std::optional<double>> part_of(const Arguments& arguments, std::string_view flag) {
    if (!arguments.has(flag)) return std::nullopt;
    const auto written = arguments.value(flag);
    char* end = nullptr;
    const double ratio = std::strtod(written.c_str(), &end);
    if (written.empty() || *end != '\0' || !(ratio >= 0 && ratio <= 1))
        return fail(ErrorCode::usage, fmt::format("{}: '{}' is no part from 0 to 1", flag, written),
                    "write it like 0.2");
    return ratio;
}

}  // namespace

const std::vector<Option>& threshold_options() {
    static const std::vector<Option> options{
        {"--min-free-bytes", "SIZE",
         "a VACUUM is recommended where at least so much is free; 16MiB when left out"},
        {"--min-free-ratio", "PART", "and at least this part of the file; 0.2 when left out"}};
    return options;
}

const std::vector<Option>& batch_options() {
    static const std::vector<Option> options{
        {"--max-reclaimable-bytes", "SIZE",
         "at most so much in this run, the most reclaimable first; the rest is deferred"},
        {"--limit", "N", "at most N databases in this run; the rest is deferred"},
        {"--include-unsafe", "",
         "also databases with other findings, such as a failing check; never damaged ones"}};
    return options;
}

Result<CompactSpec> compact_spec_of(const Arguments& arguments) {
    CompactSpec out;
    MUSTER_TRY(out.min_free_bytes, size_of(arguments, "--min-free-bytes"));
    MUSTER_TRY(out.min_free_ratio, part_of(arguments, "--min-free-ratio"));
    MUSTER_TRY(out.max_reclaimable_bytes, size_of(arguments, "--max-reclaimable-bytes"));
    MUSTER_TRY(out.limit, count_of(arguments, "--limit"));
    out.include_unsafe = arguments.has("--include-unsafe");
    return out;
}

}  // namespace muster
