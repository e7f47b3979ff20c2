#include "reporters/retention_table.h"

#include <catch2/catch.hpp>

namespace muster {

namespace {

JudgedSnapshot snapshot(const std::string& time, Fate fate, const std::string& reason) {
    JudgedSnapshot out;
    out.key = "shop-" + time + ".sqlite";
    out.created_at = TextForm<Time>::parse(time);
    out.bytes = Bytes{10 << 20};
    out.worth = Worth::proven;
    out.fate = fate;
    out.reasons = {{"code", reason}};
    return out;
}

RetentionReport sample() {
    RetentionReport report;
    report.policy_name = "shop";
    report.at = *TextForm<Time>::parse("2026-11-20T10:00:00Z");
    report.timezone = "Europe/Berlin";
    RetentionGroup group;
    group.target = "shop";
    group.source = "/srv/shop.db";
    group.store = "near";
    group.job = "protect.nightly";
    group.rules = "last 1";
    group.snapshots = {snapshot("2026-11-19T12:00:00Z", Fate::keep, "last 1 of 1"),
                       snapshot("2026-11-18T12:00:00Z", Fate::remove, "no rule keeps it")};
    group.total = {1, Bytes{10 << 20}, 1, Bytes{10 << 20}, 0, {}};
    report.groups = {group};
    report.total = group.total;
    return report;
}

}  // namespace

TEST_CASE("each snapshot has a row with all that decides about it", "[reporters][retention]") {
    auto report = sample();
    auto& first = report.groups[0].snapshots[0];
    first.local = "2026-11-19T13:00:00+01:00";
    first.pinned = "evidence";
    first.reasons.push_back({"pinned", "pinned: evidence"});
    CHECK(
        retention_table(report) ==
        "What stays and what goes by the policy shop, as of 2026-11-20T10:00:00Z, time zone Europe/Berlin\n"
        "\n"
        "shop in near (protect.nightly): last 1; only proven ones count\n"
        "  snapshots of /srv/shop.db\n"
        "  2026-11-19T12:00:00Z  2026-11-19T13:00:00+01:00    10.0 MiB  proven, pinned  keep     shop-2026-11-19T12:00:00Z.sqlite  last 1 of 1; pinned: evidence\n"
        "  2026-11-18T12:00:00Z                               10.0 MiB  proven          REMOVE   shop-2026-11-18T12:00:00Z.sqlite  no rule keeps it\n"
        "  keep 1 (10.0 MiB), REMOVE 1 (10.0 MiB)\n"
        "\n"
        "In all: keep 1 (10.0 MiB), REMOVE 1 (10.0 MiB)\n"
        "Nothing was changed.\n");
}

TEST_CASE("what is blocked, bad, or of no known time says so", "[reporters][retention]") {
    auto report = sample();
    auto& group = report.groups[0];
    group.blocked = Reason{"last_backup_failed", "the last backup failed"};
    group.snapshots[0].worth = Worth::bad;
    group.snapshots[0].created_at.reset();
    group.snapshots[1].fate = Fate::blocked;
    group.total = {1, Bytes{1024}, 0, {}, 1, Bytes{2048}};
    const auto text = retention_table(report);
    CHECK(text.find("  BLOCKED: the last backup failed\n") != std::string::npos);
    CHECK(text.find("  time unknown ") != std::string::npos);
    CHECK(text.find(" BAD ") != std::string::npos);
    CHECK(text.find(" BLOCKED  shop-2026-11-18") != std::string::npos);
    CHECK(text.find("REMOVE 0 (0 B), BLOCKED 1 (2.0 KiB)") != std::string::npos);
}

TEST_CASE("a directory's report counts the files of others", "[reporters][retention][ON-02]") {
    auto report = sample();
    report.policy_name.clear();
    report.directory = "/backups";
    CHECK(other_files_line(report).empty());
    report.other_files = {"readme.txt"};
    CHECK(other_files_line(report) == "1 other file was left alone\n");
    report.other_files.push_back("old.sqlite");
    const auto text = retention_table(report);
    CHECK(text.find("in /backups\n") != std::string::npos);
    CHECK(text.find("\n2 other files were left alone\n") != std::string::npos);
    report.groups.clear();
    CHECK(retention_table(report).find("No snapshots.") != std::string::npos);
}

}  // namespace muster
