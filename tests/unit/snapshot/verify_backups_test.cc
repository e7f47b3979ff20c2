#include "engine/snapshot/verify_backups.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>
#include <utility>

#include "engine/codec/documents.h"
#include "engine/snapshot/names.h"
#include "tests/support/backups.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;
using namespace std::chrono_literals;

namespace {

struct VerifiedStore {
    TempFolder folder;
    TestHost test;
    fs::path place = folder / "backups";

    explicit VerifiedStore(int count) {
        make_shop(folder / "shop.db");
        for (int number = 0; number < count; ++number) {
            *test.time += 1h;
            REQUIRE(take_snapshot(step_for(folder / "shop.db", artifact(number)), test.host));
        }
        *test.time += 1h;
    }
    fs::path artifact(int number) const { return place / fmt::format("shop-{}.sqlite", number); }
    Result<VerificationReport> attempt(int jobs, const std::vector<fs::path>& paths = {}) const {
        const auto found = find_backups(paths.empty() ? std::vector{place} : paths, {}, test.host);
        REQUIRE(found);
        return verify_backups(*found, {}, jobs, test.host);
    }
    VerificationReport report(int jobs, const std::vector<fs::path>& paths = {}) const {
        auto out = attempt(jobs, paths);
        REQUIRE(out);
        return *std::move(out);
    }
};

/// Without what a clock decides.
VerificationReport timeless(VerificationReport report) {
    report.performance = {};
    for (auto& file : report.files) file.elapsed = {};
    return report;
}

}  // namespace

TEST_CASE("all files are added up", "[snapshot][verify][ON-01][ON-06]") {
    const VerifiedStore store{3};
    fs::resize_file(store.artifact(2), 5000);
    const auto report = store.report(2);
    CHECK_FALSE(report.summary.all_valid);
    CHECK(report.summary.total_files == 3);
    CHECK(report.summary.valid_files == 2);
    CHECK(report.summary.invalid_files == 1);
    CHECK(report.summary.newest_age == Duration{2h});  // of the newest valid one
    CHECK(report.summary.total_bytes == report.performance.bytes_read);
    CHECK(report.performance.jobs == 2);
    CHECK(report.performance.bytes_per_second.count > 0);
    CHECK(to_document(report));
}

TEST_CASE("jobs change nothing but the time", "[snapshot][verify][ON-01]") {
    const VerifiedStore store{6};
    poke(store.artifact(1), 5000, "x");
    fs::remove(manifest_of(store.artifact(4)));
    const auto one = store.report(1);
    CHECK(one.performance.jobs == 1);
    for (const int jobs : {2, 4, 50}) {
        const auto many = store.report(jobs);
        CHECK(timeless(many) == timeless(one));
        CHECK(many.performance.jobs == std::min(jobs, 6));
    }
    CHECK(std::ranges::is_sorted(one.files, {}, &VerifiedFile::path));
}

TEST_CASE("a directory without a backup is bad, whatever the others hold",
          "[snapshot][verify][ON-06]") {
    const VerifiedStore store{1};
    fs::create_directories(store.folder / "empty");
    fs::create_directories(store.folder / "backups-2");
    CHECK(store.report(1).summary.all_valid);
    const auto none = store.report(1, {store.folder / "empty"});
    CHECK_FALSE(none.summary.all_valid);
    CHECK(none.summary.total_files == 0);
    CHECK_FALSE(none.summary.newest_age);
    REQUIRE(none.findings.size() == 1);
    CHECK(none.findings[0].code == "none_found");
    const auto both = store.report(1, {store.place, store.folder / "backups-2"});
    CHECK_FALSE(both.summary.all_valid);
    CHECK(both.summary.valid_files == 1);
    CHECK(both.findings.at(0).subject == (store.folder / "backups-2").string());
}

TEST_CASE("a backup dated in the future is never the newest", "[snapshot][verify][ON-06]") {
    const VerifiedStore store{2};
    *store.test.time -= 90min;
    const auto report = store.report(1);
    CHECK(report.summary.all_valid);
    CHECK(report.summary.newest_age == Duration{30min});
}

TEST_CASE("one thread at a time calls into the host, and the bar comes to its end",
          "[snapshot][verify]") {
    VerifiedStore store{6};
    std::atomic<int> inside = 0;
    std::atomic<bool> together = false;
    std::uint64_t last = 0;
    std::uint64_t total = 0;
    const auto alone = [&] {
        if (++inside > 1) together = true;
        std::this_thread::sleep_for(1ms);
        --inside;
    };
    store.test.host.keep_going = [&]() -> Result<> {
        alone();
        return {};
    };
    store.test.host.progress = [&](std::string_view what, std::uint64_t done, std::uint64_t of) {
        alone();
        CHECK(what == "verifying 6 backups");
        CHECK(done >= last);
        last = done;
        total = of;
    };
    CHECK(store.report(4).summary.all_valid);
    CHECK_FALSE(together);
    CHECK(last == total);
    last = 0;
    CHECK(total == store.report(1).summary.total_bytes.count);
}

TEST_CASE("an interruption ends all jobs", "[snapshot][verify]") {
    VerifiedStore store{6};
    auto asked = std::make_shared<int>(0);
    const auto found = find_backups({store.place}, {}, store.test.host);
    store.test.host.keep_going = [asked]() -> Result<> {
        if (++*asked == 4) return fail(ErrorCode::terminated, "stopped once");
        return {};
    };
    for (const int jobs : {1, 4}) {
        *asked = 0;
        const auto report = verify_backups(*found, {}, jobs, store.test.host);
        REQUIRE_FALSE(report);
        CHECK(report.error().code == ErrorCode::terminated);
        CHECK(*asked == 4);  // nobody went on after it
    }
}

TEST_CASE("a fault of a worker reaches the caller", "[snapshot][verify]") {
    VerifiedStore store{4};
    const auto found = find_backups({store.place}, {}, store.test.host);
    store.test.host.progress = [](std::string_view, std::uint64_t done, std::uint64_t total) {
        if (done < total) throw std::bad_alloc{};  // in a worker, not at the end of all
    };
    CHECK_THROWS_AS(verify_backups(*found, {}, 4, store.test.host), std::bad_alloc);
}

TEST_CASE("a directory whose last backups a live run takes away meanwhile is looked through again",
          "[snapshot][verify][ON-07]") {
    VerifiedStore store{1};
    // Between the search and the look, a run takes another one and removes this one.
    bool moved = false;
    store.test.host.now = [&, time = store.test.time] {
        if (!std::exchange(moved, true))
            for (const std::string suffix : {"", ".manifest.json"})
                fs::rename(store.artifact(0).string() + suffix,
                           store.artifact(7).string() + suffix);
        return *time;
    };
    const auto report = verify_places({store.place}, {}, {}, 1, store.test.host);
    REQUIRE(report);
    CHECK(report->summary.all_valid);
    REQUIRE(report->files.size() == 1);
    CHECK(report->files[0].path == store.artifact(7).string());
    const auto none = verify_places({store.place}, {"*.zst"}, {}, 1, store.test.host);
    REQUIRE(none);
    CHECK(none->findings.at(0).code == "none_found");
}

}  // namespace muster
