#include "reporters/health_text.h"

#include <catch2/catch.hpp>

namespace muster {
namespace {

DatabaseHealth health_of(const std::string& path, std::int64_t free_pages = 0) {
    DatabaseHealth out;
    out.path = path;
    out.bytes = Bytes{100 * 4096};
    out.page_size = 4096;
    out.pages = 100;
    out.free_pages = free_pages;
    out.free_ratio = static_cast<double>(free_pages) / 100;
    out.reclaimable = Bytes{static_cast<std::uint64_t>(free_pages) * 4096};
    return out;
}

HealthReport report_of(std::vector<DatabaseHealth> databases) {
    HealthReport out;
    out.databases = std::move(databases);
    out.summary.databases = static_cast<int>(out.databases.size());
    out.summary.healthy = out.summary.databases;
    return out;
}

}  // namespace

TEST_CASE("few databases are listed all, of many only those that are not well", "[reporters]") {
    auto report = report_of({health_of("/srv/a.db"), health_of("/srv/b.db", 25)});
    report.databases[1].wal_bytes = Bytes{2048};
    report.databases[1].findings = {{"wal_large", Severity::warning, Verdict::bad, "/srv/b.db",
                                     "it grew", "1", "2", "", "fold"}};
    report.summary.warned = 1;
    report.summary.bytes = Bytes{1024};
    CHECK(health_text(report) ==
          "well       /srv/a.db  400.0 KiB, 100 pages of 4.0 KiB, 0 free (0.0 %)\n"
          "warning    /srv/b.db  400.0 KiB, 100 pages of 4.0 KiB, 25 free (25.0 %), log 2.0 KiB\n"
          "           wal_large (warning): it grew (expected 1, found 2)\n"
          "           next: fold\n"
          "\n2 databases: 2 well (1 with a warning); 1.0 KiB, 0 B reclaimable\n");
    for (int i = 0; i < 30; ++i) report.databases.push_back(health_of("/srv/more.db"));
    CHECK(health_text(report).find("well ") == health_text(report).rfind("well "));
    CHECK(health_text(report).find("/srv/a.db") == std::string::npos);
    CHECK(health_text(report).find("/srv/b.db") != std::string::npos);
    CHECK(complaint_text(report).empty());
}

TEST_CASE("what is ill comes with its reason in lines below it, and candidates in order",
          "[reporters]") {
    auto report = report_of({health_of("/srv/a.db", 10), health_of("/srv/b.db", 90)});
    report.candidates = {"/srv/b.db", "/srv/a.db"};
    report.databases[0].verdict = Verdict::bad;
    report.databases[0].target = "tenants/a";
    report.databases[0].findings = {{"integrity", Severity::error, Verdict::bad, "/srv/a.db",
                                     "damaged", "ok", "one\ntwo", "", "restore"}};
    report.findings = {
        {"proof", Severity::error, Verdict::bad, "tenants/a", "none", "", "", "", ""}};
    report.notes = {"passed over"};
    const auto text = health_text(report);
    CHECK(text.starts_with("ILL        tenants/a, /srv/a.db  "));
    CHECK(text.find("found one\n               two)\n           next: restore\n") !=
          std::string::npos);
    CHECK(text.find("most first:\n   360.0 KiB   90.0 %  /srv/b.db\n    40.0 KiB") !=
          std::string::npos);
    CHECK(
        text.find("Backups and drills:\n           proof (bad): none\n           at tenants/a\n") !=
        std::string::npos);
    CHECK(text.find("note: passed over\n") != std::string::npos);
    CHECK(complaint_text(report).find("integrity (bad)") != std::string::npos);
    CHECK(complaint_text(report).find("proof (bad)") != std::string::npos);
}

}  // namespace muster
