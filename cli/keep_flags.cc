#include "cli/keep_flags.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace muster {
namespace {

/// "last" is --keep-last; caps and min_count keep their names.
std::string flag_of(std::string_view rule) {
    std::string out = rule.starts_with("max_") || rule.starts_with("min_") ? "--" : "--keep-";
    for (const char c : rule) out += c == '_' ? '-' : c;
    return out;
}

struct Form {
    std::string_view value;
    std::string_view example;
};
constexpr Form form_of(const std::optional<int> KeepSpec::*) {
    return {"N", "a whole number from 1 on, such as 7"};
}
constexpr Form form_of(const std::optional<Duration> KeepSpec::*) {
    return {"TIME", "a time such as 30d"};
}
constexpr Form form_of(const std::optional<Bytes> KeepSpec::*) {
    return {"SIZE", "a size such as 50GiB"};
}

bool read(const std::string& text, std::optional<int>& into) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < 1) return false;
    into = number;
    return true;
}
bool read(const std::string& text, std::optional<Duration>& into) {
    into = TextForm<Duration>::parse(text);
    return into && *into > Duration{0};
}
bool read(const std::string& text, std::optional<Bytes>& into) {
    into = parse_bytes(text);
    return into && into->count > 0;
}

}  // namespace

const std::vector<Option>& keep_options() {
    static const auto texts = [] {
        std::vector<std::pair<std::string, std::string>> out;
        for_each_field<KeepSpec>([&](const auto& field) {
            out.emplace_back(flag_of(field.name), fmt::format("DIR: {}", field.doc));
        });
        return out;
    }();
    static const auto options = [] {
        std::vector<Option> out;
        for_each_field<KeepSpec>([&](const auto& field) {
            const auto& [flag, help] = texts[out.size()];
            out.push_back({flag, form_of(field.member).value, help});
        });
        return out;
    }();
    return options;
}

Result<KeepSpec> keep_of(const Arguments& arguments) {
    KeepSpec keep;
    std::optional<Error> wrong;
    for_each_field<KeepSpec>([&](const auto& field) {
        const auto flag = flag_of(field.name);
        if (wrong || !arguments.has(flag) || read(arguments.value(flag), keep.*field.member))
            return;
        wrong = Error{ErrorCode::usage,
                      fmt::format("{}: '{}' is no value for it", flag, arguments.value(flag)),
                      fmt::format("write {}", form_of(field.member).example),
                      {}};
    });
    if (wrong) return Failure(*wrong);
    auto rules = keep;
    rules.min_count.reset();
    if (rules != KeepSpec{}) return keep;
    std::vector<std::string_view> flags;
    for (const auto& option : keep_options()) flags.push_back(option.flag);
    return fail(ErrorCode::usage,
                arguments.has("--min-count") ? "--min-count alone removes nothing"
                                             : "a directory has no rules of its own",
                fmt::format("say what stays, or name a policy: {}", fmt::join(flags, ", ")));
}

}  // namespace muster
