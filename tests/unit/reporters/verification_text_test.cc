#include "reporters/verification_text.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace muster {

using namespace std::chrono_literals;

namespace {

VerifiedFile file(const std::string& path, const Findings& findings) {
    VerifiedFile out;
    out.path = path;
    out.valid = std::ranges::none_of(findings, invalidates);
    out.state = BackupState::complete;
    out.bytes = Bytes{24 << 10};
    out.age = 3h;
    out.findings = findings;
    return out;
}

Finding finding(Verdict verdict, Severity severity = Severity::error) {
    return {"checksum", severity, verdict, "/b/two", "its bytes differ", "aa", "bb", "", ""};
}

VerificationReport sample_verification() {
    VerificationReport report;
    report.files = {file("/b/one", {finding(Verdict::good)}),
                    file("/b/two", {finding(Verdict::good), finding(Verdict::bad)}),
                    file("/b/two", {finding(Verdict::unchecked)})};
    report.files[2].findings[0].next = "ask";
    report.files[2].state = BackupState::unfinished;
    report.findings = {{"none_found", Severity::error, Verdict::bad, "/c", "no backups found in /c",
                        "", "", "", "take one"}};
    report.summary = {false, 3, 1, 1, 1, 4, Bytes{72 << 10}, Duration{3h}};
    report.performance = {Duration{2s}, Bytes{72 << 10}, Bytes{36 << 10}, 2};
    return report;
}

}  // namespace

TEST_CASE("each file has a line, and what is wrong stands below it", "[reporters][verify][ON-01]") {
    CHECK(
        verification_text(sample_verification()) ==
        "ok         /b/one (24.0 KiB, 3 h old; 1 check good)\n"
        "BAD        /b/two (24.0 KiB, 3 h old; 1 check good)\n"
        "           checksum: its bytes differ (expected aa, found bb)\n"
        "           next: 'muster inspect /b/two' shows every finding\n"
        "UNCHECKED  /b/two (24.0 KiB, 3 h old, unfinished; 0 checks good, 1 could not be made)\n"
        "           checksum: its bytes differ (expected aa, found bb)\n"
        "           next: ask\n"
        "BAD        /c\n"
        "           none_found: no backups found in /c\n"
        "           next: take one\n"
        "\n"
        "3 backups: 1 valid, 1 invalid, 1 could not be checked; 4 other files passed over; the newest valid one is 3 h old\n"
        "72.0 KiB read in 2.0 s (36.0 KiB/s, 2 at a time), looked at to depth full\n");
}

TEST_CASE("warnings do not make a file bad", "[reporters][verify]") {
    VerificationReport report;
    report.files = {file("/b/one", {finding(Verdict::bad, Severity::warning),
                                    finding(Verdict::unchecked, Severity::warning)})};
    CHECK(verification_text(report).starts_with(
        "ok         /b/one (24.0 KiB, 3 h old; 0 checks good, 1 could not be made, 1 warning)\n\n"));
    CHECK(complaint_text(report).empty());
}

TEST_CASE("a complaint names only what is wrong", "[reporters][verify][ON-06]") {
    CHECK(complaint_text(sample_verification()) ==
          "muster: checksum: /b/two: its bytes differ\n"
          "  next: 'muster inspect /b/two' shows every finding\n"
          "muster: checksum: /b/two: its bytes differ\n"
          "  next: ask\n"
          "muster: none_found: no backups found in /c\n"
          "  next: take one\n");
}

}  // namespace muster
