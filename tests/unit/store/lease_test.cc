#include "engine/store/local/lease.h"

#include <catch2/catch.hpp>

#include "tests/support/child.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

namespace {
const Time now = *TextForm<Time>::parse("2026-11-20T10:00:00Z");
}

TEST_CASE("a lease excludes, names its holder, and leaves nothing", "[store][lease][ON-07]") {
    const TempFolder folder;
    const auto file = folder / "leases/a.lease";
    {
        const auto held = Lease::take(file, "a backup of a.db", now);
        REQUIRE(held);
        const auto refused = Lease::take(file, "a restore", now);
        REQUIRE_FALSE(refused);
        CHECK(refused.error().code == ErrorCode::lease_held);
        CHECK(refused.error().message.find("doing a backup of a.db") != std::string::npos);
        CHECK(refused.error().message.find("since 2026-11-20T10:00:00Z") != std::string::npos);
    }
    CHECK_FALSE(fs::exists(file));
    CHECK(Lease::take(file, "again", now));
}

TEST_CASE("a lease that stays is empty, and is had again", "[store][lease][ON-07]") {
    const TempFolder folder;
    const auto file = folder / "leases/a.lease";
    for (int round = 0; round < 2; ++round) {
        {
            const auto held =
                Lease::take(file, "a backup of a.db", now, Duration{0}, LeaseFile::emptied);
            REQUIRE(held);
            CHECK_FALSE(Lease::take(file, "a restore", now));
            CHECK(fs::file_size(file) > 0);
        }
        REQUIRE(fs::exists(file));
        CHECK(fs::file_size(file) == 0);
    }
}

TEST_CASE("a killed holder leaves no lease for ever", "[store][lease][ON-07]") {
    const TempFolder folder;
    const auto file = folder / "a.lease";
    Child holder{[&](const Child::Ready& ready) {
        const auto held = Lease::take(file, "a backup", now);
        if (held) ready();
        stay();
    }};
    CHECK(Lease::take(file, "a restore", now).error().code == ErrorCode::lease_held);
    CHECK(is_held(file));
    holder.kill();
    CHECK(fs::file_size(file) > 0);
    CHECK_FALSE(is_held(file));
    CHECK(Lease::take(file, "a restore", now));
    CHECK_FALSE(is_held(folder / "nothing.lease"));
}

TEST_CASE("a run may wait for another", "[store][lease]") {
    const TempFolder folder;
    const auto file = folder / "a.lease";
    Child holder{[&](const Child::Ready& ready) {
        const auto held = Lease::take(file, "a short backup", now);
        ready();
        struct timespec half {
            0, 500'000'000
        };
        ::nanosleep(&half, nullptr);
    }};
    CHECK(Lease::take(file, "patient", now, std::chrono::seconds{20}));
}

}  // namespace muster
