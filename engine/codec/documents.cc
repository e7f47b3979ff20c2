#include "engine/codec/documents.h"

#include <algorithm>
#include <array>

namespace muster {
namespace codec {
template <Documented T>
std::string schema_of();
}
namespace {

struct Row {
    std::string_view name;
    std::string (*schema)();
};

template <class... T>
constexpr auto rows_of() {
    return std::array{Row{Document<T>::name, &codec::schema_of<T>}...};
}

/// Every document there is.
constexpr auto rows = rows_of<Policy, Manifest, Inspection, Plan, Record, Population, Event,
                              SwapIntent, Handoff, ProblemReport, ErrorReport, VersionReport>();

}  // namespace

std::vector<std::string> schema_names() {
    std::vector<std::string> names;
    names.reserve(rows.size());
    for (const auto& row : rows) names.emplace_back(row.name);
    return names;
}

std::optional<std::string> schema_text(std::string_view name) {
    const auto* row = std::ranges::find(rows, name, &Row::name);
    return row == rows.end() ? std::nullopt : std::optional{row->schema()};
}

}  // namespace muster
