#include "reporters/snapshot_table.h"

#include <catch2/catch.hpp>

namespace muster {

namespace {

Time at(const std::string& text) {
    return *TextForm<Time>::parse(text);
}

ListedSnapshot row(const std::string& id, const std::string& time) {
    ListedSnapshot out;
    out.target = "shop";
    out.volume_id = "vol_1";
    out.source = "/srv/shop.db";
    out.store = "near";
    out.id = id;
    out.created_at = at(time);
    out.age = at("2026-11-20T10:00:00Z") - *out.created_at;
    out.bytes = Bytes{10 << 20};
    out.proof = ProofState::valid;
    out.proof_expires_at = at("2026-11-26T10:00:00Z");
    return out;
}

SnapshotList sample_list() {
    SnapshotList list;
    list.policy_name = "shop";
    list.at = at("2026-11-20T10:00:00Z");
    list.snapshots = {row("new.sqlite", "2026-11-20T08:00:00Z"),
                      row("old.sqlite", "2026-11-18T08:00:00Z")};
    return list;
}

}  // namespace

TEST_CASE("each snapshot has a row in aligned columns", "[reporters][snapshots]") {
    auto list = sample_list();
    list.snapshots[1].proof = ProofState::never;
    list.snapshots[1].pinned = "evidence";
    CHECK(
        snapshot_table(list) ==
        "Snapshots of the policy shop, as of 2026-11-20T10:00:00Z\n"
        "\n"
        "shop in near (volume vol_1), of /srv/shop.db\n"
        "  2026-11-20T08:00:00Z      2 h    10.0 MiB  complete  PROVEN until 2026-11-26T10:00:00Z  new.sqlite\n"
        "  2026-11-18T08:00:00Z  2 d 2 h    10.0 MiB  complete  not proven                         old.sqlite  pinned: evidence\n"
        "\n"
        "In all: 2 snapshots, 20.0 MiB; 1 proven now\n");
}

TEST_CASE("what is wrong with a snapshot stands below it", "[reporters][snapshots]") {
    auto list = sample_list();
    auto& broken = list.snapshots[0];
    broken.target = broken.volume_id = broken.source = "";
    broken.state = SnapshotState::broken;
    broken.detail = "its artifact is missing";
    broken.proof = ProofState::bad;
    broken.created_at.reset();
    broken.age.reset();
    list.snapshots[1].age.reset();
    list.snapshots[1].proof = ProofState::expired;
    const auto text = snapshot_table(list);
    for (const auto* part : {"of no known target in near", "time unknown", "unknown", "BROKEN",
                             "BAD", "its artifact is missing", "in the future",
                             "expired 2026-11-26T10:00:00Z", "; 0 proven now"})
        CHECK(text.find(part) != std::string::npos);
}

TEST_CASE("a part begins where target, store or database change", "[reporters][snapshots]") {
    auto list = sample_list();
    list.directory = "/backups";
    list.snapshots[1].source = "/srv/staging.db";
    const auto text = snapshot_table(list);
    CHECK(text.starts_with("Snapshots in /backups, as of"));
    CHECK(text.find(", of /srv/shop.db\n") != std::string::npos);
    CHECK(text.find(", of /srv/staging.db\n") != std::string::npos);
}

TEST_CASE("an empty list, and a store that was not seen, are said", "[reporters][snapshots]") {
    auto list = sample_list();
    list.snapshots.clear();
    list.findings = {
        {"io", Severity::warning, Verdict::unchecked, "/far", "store far: down", "", "", "", ""}};
    CHECK(snapshot_table(list) ==
          "Snapshots of the policy shop, as of 2026-11-20T10:00:00Z\n"
          "UNCHECKED io: store far: down\n"
          "\n"
          "No snapshots.\n");
}

}  // namespace muster
