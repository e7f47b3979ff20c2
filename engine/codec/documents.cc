#include "engine/codec/documents.h"

#include <algorithm>
#include <array>

namespace muster {
namespace codec {
template <Documented T>
std::string schema_of();
template <Documented T>
std::string reference_of();
}  // namespace codec
namespace {

struct Row {
    std::string_view name;
    std::string (*schema)();
    std::string (*reference)();  ///< null where no people write the document
};

template <class T>
constexpr Row row_of() {
    Row row{Document<T>::name, &codec::schema_of<T>, nullptr};
    if constexpr (Document<T>::by_people) row.reference = &codec::reference_of<T>;
    return row;
}

template <class... T>
constexpr auto rows_of() {
    return std::array{row_of<T>()...};
}

/// Every document there is.
constexpr auto rows =
    rows_of<Policy, ScenarioSpec, Manifest, Inspection, Plan, Record, Population, Event, SwapIntent,
            Pin, VerificationReport, HealthReport, SnapshotList, RetentionReport, Handoff,
            ScheduleReport, InitReport, ProblemReport, ErrorReport, VersionReport>();

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

std::optional<std::string> reference_text(std::string_view name) {
    const auto* row = std::ranges::find(rows, name, &Row::name);
    return row == rows.end() || !row->reference ? std::nullopt : std::optional{row->reference()};
}

}  // namespace muster
