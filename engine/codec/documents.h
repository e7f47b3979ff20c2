// The documents muster reads and writes, each with its JSON Schema. Everything here is built from
// the field tables; the templates are instantiated in this folder for the types listed below.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/sink.h"
#include "engine/codec/loaded.h"

namespace muster {

struct ErrorReport;
struct Event;
struct Handoff;
struct HealthReport;
struct InitReport;
struct Inspection;
struct Manifest;
struct Pin;
struct Plan;
struct Policy;
struct Population;
struct ProblemReport;
struct Record;
struct RetentionReport;
struct ScenarioSpec;
struct ScheduleReport;
struct SnapshotList;
struct SwapIntent;
struct VerificationReport;
struct VersionReport;

/// One specialisation per top-level document, and one row in documents.cc.
template <class T>
struct Document;

/// Has a first key `schema` with the value "muster/<name>/v<version>": the codec writes it, and
/// demands it when reading.
struct MarkedDocument {
    static constexpr int version = 1;
    static constexpr bool marked = true;
    /// The schema allows what people may write, such as bytes with a unit.
    static constexpr bool by_people = false;
};

template <>
struct Document<Policy> {
    static constexpr std::string_view name = "policy";
    static constexpr int version = 1;
    static constexpr bool marked = false;  // says `muster: 1`
    static constexpr bool by_people = true;
};
template <>
struct Document<ScenarioSpec> {
    static constexpr std::string_view name = "scenario";
    static constexpr int version = 1;
    static constexpr bool marked = false;  // a part of muster, shipped with it
    static constexpr bool by_people = true;
};
template <>
struct Document<Manifest> {
    static constexpr std::string_view name = "manifest";
    static constexpr int version = 1;
    static constexpr bool marked = false;  // says formatVersion
    static constexpr bool by_people = false;
};
template <>
struct Document<Inspection> : MarkedDocument {
    static constexpr std::string_view name = "inspection";
};
template <>
struct Document<Pin> : MarkedDocument {
    static constexpr std::string_view name = "pin";
};
template <>
struct Document<RetentionReport> : MarkedDocument {
    static constexpr std::string_view name = "retention";
};
template <>
struct Document<InitReport> : MarkedDocument {
    static constexpr std::string_view name = "init";
};
template <>
struct Document<Plan> : MarkedDocument {
    static constexpr std::string_view name = "plan";
};
template <>
struct Document<Record> : MarkedDocument {
    static constexpr std::string_view name = "record";
};
template <>
struct Document<Population> : MarkedDocument {
    static constexpr std::string_view name = "population";
};
template <>
struct Document<Event> : MarkedDocument {
    static constexpr std::string_view name = "journal-event";
};
template <>
struct Document<SwapIntent> : MarkedDocument {
    static constexpr std::string_view name = "swap-intent";
};
template <>
struct Document<ProblemReport> : MarkedDocument {
    static constexpr std::string_view name = "problems";
};
template <>
struct Document<ErrorReport> : MarkedDocument {
    static constexpr std::string_view name = "error";
};

template <>
struct Document<Handoff> : MarkedDocument {
    static constexpr std::string_view name = "handoff";
};
template <>
struct Document<ScheduleReport> : MarkedDocument {
    static constexpr std::string_view name = "schedule";
};
template <>
struct Document<VerificationReport> : MarkedDocument {
    static constexpr std::string_view name = "verification";
};
template <>
struct Document<HealthReport> : MarkedDocument {
    static constexpr std::string_view name = "health";
};
template <>
struct Document<SnapshotList> : MarkedDocument {
    static constexpr std::string_view name = "snapshots";
};
template <>
struct Document<VersionReport> : MarkedDocument {
    static constexpr std::string_view name = "version";
};

template <class T>
concept Documented = requires {
    { Document<T>::name } -> std::convertible_to<std::string_view>;
};

/// Reads one document. Never throws; a text that is too large, too deep or no text at all is a
/// problem like any other. `file` is the name that problems carry.
template <Documented T>
Loaded<T> from_yaml(std::string_view text, const std::string& file);
template <Documented T>
Loaded<T> from_json(std::string_view text, const std::string& file);

/// Pretty JSON that ends in a newline, keys in the order of the field table. It has passed the
/// document's JSON Schema; where it does not, ErrorCode::internal names the violated rule. Bytes
/// of a string that are not UTF-8 become U+FFFD.
template <Documented T>
Result<std::string> to_document(const T& value);
/// The same text in blocks of about 64 KiB. The elements of the document's lists are encoded,
/// held to their part of the schema and written some hundred at a time, so memory does not grow
/// with them. What lies outside the lists is checked before the first block; an element that breaks
/// the schema fails after the blocks before it were taken.
template <Documented T>
Result<> stream_document(const T& value, const Sink& sink);
/// The same on one line, without the newline, and not held to the schema: for what is
/// part of no document yet, as the lines of a journal and the policy that is hashed.
template <Documented T>
std::string to_line(const T& value);

/// "policy", "manifest" and so on.
std::vector<std::string> schema_names();
/// The JSON Schema (draft-07) of the document as pretty text ending in a newline; nothing for an
/// unknown name.
std::optional<std::string> schema_text(std::string_view name);
/// The reference page of a document that people write, as Markdown; nothing for any other.
std::optional<std::string> reference_text(std::string_view name);

}  // namespace muster
