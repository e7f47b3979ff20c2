#include "reporters/terminal.h"

#include <catch2/catch.hpp>

namespace muster {

TEST_CASE("a plan names every bucket, and why each step stands there", "[reporters][terminal]") {
    Plan plan;
    plan.policy_name = "shop";
    for (const auto& [bucket, name] : Names<Bucket>::list)
        plan.totals.push_back({bucket, bucket == Bucket::blocked ? 1 : 0, {}});
    Step step;
    step.id = "snapshot:shop:near";
    step.bucket = Bucket::blocked;
    step.reason = {"not_found", "there is no database"};
    plan.steps.push_back(step);
    const auto text = plan_text(plan);
    CHECK(text.find("planned: nothing") != std::string::npos);
    CHECK(text.find("blocked: 1 step, 0 B\n  snapshot:shop:near") != std::string::npos);
    CHECK(text.find("there is no database") != std::string::npos);
}

TEST_CASE("a record's text leads with what went wrong where something did",
          "[reporters][terminal]") {
    Record record;
    record.status = RunStatus::partial;
    Outcome failed;
    failed.step = "snapshot:shop:near";
    failed.status = Status::failed;
    failed.trouble = Trouble{"no_space", "the disk is full", "free space"};
    record.outcomes = {failed};
    const auto text = record_text(record, "r.json", sha256_of("x"));
    CHECK(text.find("FAILED      snapshot:shop:near") != std::string::npos);
    CHECK(text.find("the disk is full") != std::string::npos);
    CHECK(text.find("next: free space") != std::string::npos);
    CHECK(text.find(sha256_of("x").hex()) != std::string::npos);
}

TEST_CASE("what stopped a step and the run is told once", "[reporters][terminal]") {
    Record record;
    record.status = RunStatus::interrupted;
    record.trouble = Trouble{"interrupted", "stopped by SIGINT", "run it again"};
    Outcome stopped;
    stopped.step = "snapshot:shop:near";
    stopped.status = Status::failed;
    const auto once = [](const std::string& text) {
        const auto first = text.find("stopped by SIGINT");
        REQUIRE(first != std::string::npos);
        CHECK(text.find("stopped by SIGINT", first + 1) == std::string::npos);
    };
    const auto told = [&] {
        const auto text = record_text(record, "r.json", sha256_of("x"));
        once(text);
        once(complaint_text(record));
        return text;
    };
    CHECK(told().find("FAILED      interrupted: ") != std::string::npos);
    stopped.trouble = record.trouble;
    record.outcomes = {stopped};
    CHECK(told().find("FAILED      interrupted: ") == std::string::npos);
}

TEST_CASE("an inspection that must not be restored says so last", "[reporters][terminal]") {
    Inspection inspection;
    inspection.backup = "/b/a.sqlite";
    CHECK(inspection_text(inspection).ends_with("BAD: it must not be restored.\n"));
    inspection.findings = {
        {"key", Severity::error, Verdict::unchecked, "/b/a.sqlite", "no key", "", "", "", ""}};
    CHECK(inspection_text(inspection)
              .ends_with("UNCHECKED: it cannot be opened, and not be restored.\n"));
    inspection.restorable = true;
    CHECK(inspection_text(inspection).ends_with("It may be restored.\n"));
}

}  // namespace muster
