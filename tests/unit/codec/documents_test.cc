#include "engine/codec/documents.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "engine/codec/json.h"
#include "engine/codec/schema_check.h"
#include "engine/model/error_report.h"
#include "engine/model/event.h"
#include "engine/model/handoff.h"
#include "engine/model/health_report.h"
#include "engine/model/init_report.h"
#include "engine/model/inspection.h"
#include "engine/model/pin.h"
#include "engine/model/plan.h"
#include "engine/model/problem_report.h"
#include "engine/model/record.h"
#include "engine/model/retention_report.h"
#include "engine/model/schedule_report.h"
#include "engine/model/snapshot_list.h"
#include "engine/model/swap_intent.h"
#include "engine/model/verification_report.h"
#include "engine/model/version_report.h"
#include "tests/unit/codec/sample.h"

using namespace muster;
using Json = nlohmann::ordered_json;

namespace {

using MarkedDocuments =
    std::tuple<Inspection, Plan, Record, Population, Event, SwapIntent, Pin, VerificationReport,
               HealthReport, SnapshotList, RetentionReport, Handoff, ScheduleReport, InitReport,
               ProblemReport, ErrorReport, VersionReport>;
using Documents =
    decltype(std::tuple_cat(std::tuple<Policy, ScenarioSpec, Manifest>{}, MarkedDocuments{}));

std::string all_of(const Problems& problems) {
    std::string out;
    for (const auto& problem : problems) out += text_of(problem) + "\n";
    return out;
}

template <class T>
std::string written(const T& value) {
    const auto text = to_document(value);
    INFO((text ? "" : text.error().text()));
    REQUIRE(text);
    return *text;
}

codec::Node tree(const Json& json) {
    return std::get<codec::Node>(codec::parse_json(json.dump(), "document.json"));
}

Manifest manifest() {
    Manifest manifest;
    manifest.volume_id = "vol_finance_01";
    manifest.volume_name = "finance";
    manifest.revision = 91'239'871'239'871;
    manifest.schema_version = 42;
    manifest.created_with_version = "0.1.0";
    manifest.bytes_written = {1'048'576};
    manifest.checksum_sha256 = sha256_of("a");
    manifest.created_at = *TextForm<Time>::parse("2026-11-20T10:15:00Z");
    manifest.artifact = "finance.sqlite";
    manifest.source_path = "/srv/finance.db";
    return manifest;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("every document comes back as it was written", "", Documents) {
    for (const auto fill : {Fill::full, Fill::lean}) {
        const auto value = sample<TestType>(fill);
        const auto text = written(value);
        CHECK(text.ends_with("}\n"));

        const auto loaded = from_json<TestType>(text, "document.json");
        INFO(all_of(loaded.problems));
        REQUIRE(loaded.value);
        CHECK(*loaded.value == value);

        const auto line = to_line(value);
        CHECK(line.find('\n') == std::string::npos);
        CHECK(Json::parse(line) == Json::parse(text));
        CHECK(from_yaml<TestType>(line, "document.yaml").value == value);
    }
}

TEMPLATE_LIST_TEST_CASE("its schema refuses what a document must not be", "", Documents) {
    const auto schema = schema_text(Document<TestType>::name);
    REQUIRE(schema);
    const codec::SchemaCheck check{*schema};
    const auto good = Json::parse(written(sample<TestType>(Fill::full)));
    REQUIRE(check.accepts(tree(good)));

    auto unknown = good;
    unknown["surprise"] = 1;
    CHECK_FALSE(check.accepts(tree(unknown)));
    const auto rules = Json::parse(*schema);
    for (const auto& required : rules["required"]) {
        INFO(required);
        auto lacking = good;
        lacking.erase(std::string{required});
        CHECK_FALSE(check.accepts(tree(lacking)));
        auto wrong = good;
        wrong[std::string{required}] = Json::array({Json::array()});
        CHECK_FALSE(check.accepts(tree(wrong)));
    }
}

TEMPLATE_LIST_TEST_CASE("a marked document says what it is", "", MarkedDocuments) {
    const auto text = written(sample<TestType>(Fill::lean));
    const auto mark = "muster/" + std::string{Document<TestType>::name} + "/v1";
    auto json = Json::parse(text);
    CHECK(json.begin().key() == "schema");
    CHECK(json.begin().value() == mark);

    json["schema"] = "muster/other/v1";
    const auto other = from_json<TestType>(json.dump(2), "document.json");
    REQUIRE(other.problems.size() == 1);
    CHECK(text_of(other.problems[0]) ==
          "document.json:2:13: schema: expected \"" + mark +
              "\", found the text \"muster/other/v1\"; is this the right document?");

    json.erase("schema");
    const auto none = from_json<TestType>(json.dump(2), "document.json");
    REQUIRE(none.problems.size() == 1);
    CHECK(none.problems[0].message == "the key \"schema\" is missing");
}

TEST_CASE("the manifest has the nine fields with their types", "[VV-01]") {
    const auto json = Json::parse(written(manifest()));
    CHECK(json["formatVersion"] == 1);
    CHECK(json["volumeId"] == "vol_finance_01");
    CHECK(json["volumeName"] == "finance");
    CHECK(json["revision"] == 91'239'871'239'871);
    CHECK(json["schemaVersion"] == 42);
    CHECK(json["createdWithVersion"] == "0.1.0");
    CHECK(json["bytesWritten"] == 1'048'576);
    CHECK(json["checksumSha256"] == sha256_of("a").hex());
    CHECK(json["createdAt"] == "2026-11-20T10:15:00Z");
    CHECK_FALSE(json.contains("schema"));

    auto without_query = manifest();
    without_query.revision.reset();
    CHECK(Json::parse(written(without_query))["revision"].is_null());
}

TEST_CASE("each of the manifest's fields is demanded with its type", "[VV-01]") {
    const auto good = Json::parse(written(manifest()));
    for (const auto& [key, value] : good.items()) {
        INFO(key);
        auto json = good;
        json[key] = value.is_string() ? Json(5) : Json("five");
        const auto wrong = from_json<Manifest>(json.dump(2), "m.json");
        REQUIRE(wrong.problems.size() == 1);
        CHECK(wrong.problems[0].path == key);
        CHECK_FALSE(wrong.value);

        // Keys that came later are absent in what older versions wrote.
        if (key == "method" || key == "checksumFile") continue;
        json.erase(key);
        const auto missing = from_json<Manifest>(json.dump(2), "m.json");
        REQUIRE(missing.problems.size() == 1);
        CHECK(missing.problems[0].message == "the key \"" + key + "\" is missing");
    }
}

TEST_CASE("bytes in JSON are a number, never text") {
    auto json = Json::parse(written(manifest()));
    json["bytesWritten"] = "16MiB";
    CHECK(from_json<Manifest>(json.dump(), "m.json").problems.size() == 1);
    CHECK_FALSE(codec::SchemaCheck{*schema_text("manifest")}.accepts(tree(json)));
    CHECK(from_yaml<Manifest>(json.dump(), "m.yaml").value->bytes_written ==
          Bytes{16 * 1024 * 1024});
}

TEST_CASE("what breaks its own schema is not written") {
    auto broken = manifest();
    broken.checksum_sha256 = {};
    const auto text = to_document(broken);
    REQUIRE_FALSE(text);
    CHECK(text.error().code == ErrorCode::internal);
    CHECK(text.error().message.find("checksumSha256") != std::string::npos);
    CHECK(text.error().text().find("\"manifest\"") != std::string::npos);
}

TEST_CASE("each document has one schema that is named after it") {
    const auto names = schema_names();
    CHECK(names.size() == std::tuple_size_v<Documents>);
    for (const auto& name : names) {
        INFO(name);
        const auto text = schema_text(name);
        REQUIRE(text);
        const auto json = Json::parse(*text);
        CHECK(json["$schema"] == "http://json-schema.org/draft-07/schema#");
        CHECK(json["$id"] == name + "-v1.json");
        CHECK(json["additionalProperties"] == false);
        CHECK(std::count(names.begin(), names.end(), name) == 1);
    }
    CHECK_FALSE(schema_text("no-such-document"));
}
