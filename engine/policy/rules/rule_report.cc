#include "engine/policy/rules/rule_report.h"

#include <algorithm>

namespace muster::codec {
namespace {

constexpr std::size_t longest_name = 100;

bool is_name(std::string_view name) {
    const auto is_alphanumeric = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    return !name.empty() && name.size() <= longest_name && is_alphanumeric(name.front()) &&
           std::ranges::all_of(name, [&](char c) {
               return is_alphanumeric(c) || c == '.' || c == '_' || c == '-';
           });
}

bool holds(const std::string& outer, const std::string& inner) {
    return inner.starts_with(outer) && (outer.empty() || inner.size() == outer.size() ||
                                        inner[outer.size()] == '.' || inner[outer.size()] == '[');
}

}  // namespace

bool RuleReport::is_full() const {
    return problems_.size() >= most_problems;
}

void RuleReport::add(const std::string& path, std::string message, std::string hint) {
    if (is_full() || is_broken(path)) return;
    const auto [line, column, source] = place_of(path);
    problems_.push_back({loaded_.sources.at(static_cast<std::size_t>(source)).file, line, column,
                         path, std::move(message), std::move(hint)});
}

bool RuleReport::is_broken(const std::string& path) const {
    return std::ranges::any_of(loaded_.problems,
                               [&](const Problem& problem) { return holds(problem.path, path); });
}

bool RuleReport::is_broken_inside(const std::string& path) const {
    return is_broken(path) || std::ranges::any_of(loaded_.problems, [&](const Problem& problem) {
               return holds(path, problem.path);
           });
}

bool RuleReport::found_inside(const std::string& path) const {
    return std::ranges::any_of(problems_,
                               [&](const Problem& problem) { return holds(path, problem.path); });
}

void RuleReport::need_text(const std::string& path, std::string_view text) {
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        add(path, "must not be empty", "give a value");
}

void RuleReport::need_line(const std::string& path, std::string_view text) {
    need_text(path, text);
    if (std::ranges::any_of(
            text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }))
        add(path, "must not hold control characters", "write it on one line");
}

void RuleReport::need_time(const std::string& path, const std::optional<Duration>& duration) {
    if (duration && *duration <= Duration::zero()) add(path, "must be longer than 0");
}

void RuleReport::need_program(const std::string& path, const std::vector<std::string>& argv) {
    if (!argv.empty()) need_text(item_path(path, 0), argv.front());
}

void RuleReport::need_pointer(const std::string& path, std::string_view pointer) {
    if (!pointer.empty() && !pointer.starts_with('/'))
        add(path, fmt::format("{} is no JSON pointer", in_quotes(pointer)),
            "it begins with a slash, as /count does");
}

void RuleReport::need_name(const std::string& path, std::string_view name) {
    if (!is_name(name))
        add(path, fmt::format("{} is not a good name", in_quotes(name)),
            fmt::format("up to {} letters, digits and . _ -, beginning with a "
                        "letter or digit",
                        longest_name));
}

TextPlace RuleReport::place_of(std::string path) const {
    while (true) {
        if (const auto found = loaded_.places.find(path); found != loaded_.places.end())
            return found->second;
        if (path.empty()) return {};
        const auto cut = path.find_last_of(".[");
        path.erase(cut == std::string::npos ? 0 : cut);
    }
}

}  // namespace muster::codec
