#include "engine/model/schedule/cron.h"

#include <fmt/format.h>

#include <array>
#include <span>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

namespace muster {
namespace {

template <class T>
using Read = tl::expected<T, std::string>;  ///< the error is the complaint

tl::unexpected<std::string> complain(std::string complaint) {
    return tl::unexpected(std::move(complaint));
}

constexpr std::array<std::string_view, 12> month_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                       "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> weekday_names{"sun", "mon", "tue", "wed",
                                                        "thu", "fri", "sat"};

struct FieldShape {
    std::string_view name;
    unsigned low;
    unsigned high;
    std::span<const std::string_view> names;  ///< the first one means `low`
};
constexpr std::array<FieldShape, 5> shapes{{{"minute", 0, 59, {}},
                                            {"hour", 0, 23, {}},
                                            {"day of month", 1, 31, {}},
                                            {"month", 1, 12, month_names},
                                            {"day of week", 0, 7, weekday_names}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 7> nicknames{
    {{"@hourly", "0 * * * *"},
     {"@daily", "0 0 * * *"},
     {"@midnight", "0 0 * * *"},
     {"@weekly", "0 0 * * 0"},
     {"@monthly", "0 0 1 * *"},
     {"@yearly", "0 0 1 1 *"},
     {"@annually", "0 0 1 1 *"}}};

std::string lower_case(std::string_view text) {
    std::string out{text};
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return out;
}

std::vector<std::string_view> pieces_of(std::string_view text, std::string_view between) {
    std::vector<std::string_view> out;
    while (true) {
        const auto end = text.find_first_of(between);
        out.push_back(text.substr(0, end));
        if (end == std::string_view::npos) return out;
        text.remove_prefix(end + 1);
    }
}

/// Digits alone; what has more than four stands for a number that no field holds.
std::optional<unsigned> number_of(std::string_view text) {
    if (text.empty() || text.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;
    unsigned value = 0;
    for (const char c : text.substr(0, 5)) value = value * 10 + static_cast<unsigned>(c - '0');
    return value;
}

Read<unsigned> value_of(std::string_view text, const FieldShape& shape) {
    if (const auto number = number_of(text)) {
        if (*number >= shape.low && *number <= shape.high) return *number;
        return complain(fmt::format("the {} {} is out of range {}-{}", shape.name, text, shape.low,
                                    shape.high));
    }
    const auto word = lower_case(text);
    for (unsigned i = 0; i < shape.names.size(); ++i)
        if (shape.names[i] == word) return shape.low + i;
    if (text.empty()) return complain(fmt::format("a {} is missing", shape.name));
    if (text.find_first_of("?LW#") != std::string_view::npos && text.size() <= 3)
        return complain(
            fmt::format("\"{}\" is no {}: ?, L, W and # are no part of cron here, \"monthly\" says "
                        "\"last\", \"first business day\" or \"second tuesday\"",
                        text, shape.name));
    for (const auto name : shape.names)
        if (word.starts_with(name.substr(0, 2)))
            return complain(
                fmt::format("\"{}\" is no {}; did you mean {}?", text, shape.name, name));
    return complain(fmt::format("\"{}\" is no {}", text, shape.name));
}

/// "*", "4", "1-5", "*/15" or "10-40/5" as the values it stands for.
Read<std::bitset<60>> item_of(std::string_view item, const FieldShape& shape) {
    const auto slash = item.find('/');
    const auto range = item.substr(0, slash);
    const auto dash = range.find('-');
    unsigned first = shape.low, last = shape.high, step = 1;
    if (range != "*") {
        auto begin = value_of(range.substr(0, dash), shape);
        if (!begin) return complain(std::move(begin).error());
        auto end = begin;
        if (dash != std::string_view::npos) end = value_of(range.substr(dash + 1), shape);
        if (!end) return complain(std::move(end).error());
        first = *begin;
        last = *end;
    }
    if (last < first)
        return complain(
            fmt::format("the range {} of {} runs backwards{}", range, shape.name,
                        shape.high == 7 && last == 0 ? "; Sunday as its end is 7" : ""));
    if (slash != std::string_view::npos) {
        const auto text = item.substr(slash + 1);
        const auto number = number_of(text);
        if (range != "*" && dash == std::string_view::npos)
            return complain(fmt::format("the step of \"{}\" has no range; write {}-{}/{} or */{}",
                                        item, range, shape.high, text, text));
        if (!number || *number == 0 || *number > shape.high)
            return complain(fmt::format("the step \"{}\" of {} is no number from 1 to {}", text,
                                        shape.name, shape.high));
        step = *number;
    }
    std::bitset<60> out;
    for (unsigned value = first; value <= last; value += step) out.set(value);
    return out;
}

Read<std::bitset<60>> field_of(std::string_view field, const FieldShape& shape) {
    std::bitset<60> out;
    for (const auto item : pieces_of(field, ",")) {
        auto values = item_of(item, shape);
        if (!values) return values;
        out |= *values;
    }
    return out;
}

Read<std::vector<std::string_view>> fields_of(std::string_view text) {
    std::vector<std::string_view> fields;
    for (const auto piece : pieces_of(text, " \t"))
        if (!piece.empty()) fields.push_back(piece);
    if (fields.size() == 5) return fields;
    if (fields.size() != 1 || !fields.front().starts_with('@'))
        return complain(
            fmt::format("cron has five fields (minute, hour, day of month, month, day "
                        "of week), not {}",
                        fields.size()));
    for (const auto& [name, meaning] : nicknames)
        if (name == fields.front()) return pieces_of(meaning, " ");
    return complain(
        fmt::format("\"{}\" is none of @hourly, @daily, @midnight, @weekly, @monthly, "
                    "@yearly and @annually",
                    fields.front()));
}

std::string single_blanks(std::string_view text) {
    std::string out;
    for (const auto piece : pieces_of(text, " \t"))
        if (!piece.empty()) (out += out.empty() ? "" : " ") += piece;
    return out;
}

Read<Cron> read_cron(std::string_view text) {
    auto fields = fields_of(text);
    if (!fields) return complain(std::move(fields).error());
    std::array<std::bitset<60>, 5> values;
    for (std::size_t i = 0; i < 5; ++i) {
        auto field = field_of((*fields)[i], shapes[i]);
        if (!field) return complain(std::move(field).error());
        values[i] = *field;
    }
    Cron cron;
    cron.minutes = values[0];
    for (std::size_t i = 0; i < 24; ++i) cron.hours[i] = values[1][i];
    for (std::size_t i = 0; i < 32; ++i) cron.days[i] = values[2][i];
    for (std::size_t i = 0; i < 13; ++i) cron.months[i] = values[3][i];
    for (std::size_t i = 0; i < 7; ++i) cron.weekdays[i] = values[4][i];
    if (values[4][7]) cron.weekdays[0] = true;
    const auto begins_with_star = [&](std::size_t i) { return (*fields)[i].starts_with('*'); };
    cron.any_hour = begins_with_star(1);
    cron.any_day = begins_with_star(2);
    cron.any_weekday = begins_with_star(4);
    cron.text = single_blanks(text);
    return cron;
}

}  // namespace

std::optional<Cron> TextForm<Cron>::parse(std::string_view text) {
    auto cron = read_cron(text);
    if (!cron) return std::nullopt;
    return *std::move(cron);
}

std::string TextForm<Cron>::format(const Cron& cron) {
    return cron.text;
}

std::string complaint_about_cron(std::string_view text) {
    auto cron = read_cron(text);
    return cron ? "" : std::move(cron).error();
}

}  // namespace muster
