#include "reporters/markdown.h"

#include <catch2/catch.hpp>

#include "tests/support/world.h"

namespace muster {

using namespace test;

namespace {

Handoff handoff() {
    Handoff out;
    out.as_of = at("2026-11-20T10:00:00Z");
    out.policy_name = "shop";
    out.last_run.head.command = {"muster", "apply", "p.yaml"};
    Standing standing;
    standing.target = "shop";
    standing.path = "/srv/my shop.db";
    standing.coverage = Coverage::drilled;
    standing.snapshots = 1;
    standing.proof = Proof{"near",
                           "k",
                           "/b/it's.sqlite",
                           digest("x"),
                           Depth::full,
                           at("2026-11-20T09:00:00Z"),
                           at("2026-11-27T09:00:00Z")};
    out.targets.push_back(standing);
    return out;
}

bool says(const Handoff& data, const std::string& text) {
    return handoff_markdown(data).find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("the first sentence is the verdict", "[reporters][markdown]") {
    auto data = handoff();
    CHECK(says(data, "**The one target is proven"));
    data.as_of = at("2026-11-28T00:00:00Z");
    CHECK(says(data, "**1 of 1 targets need attention.**"));
    CHECK(says(data, "its proof expired at 2026-11-27 09:00 UTC"));
    data.chain_faults = {"000002 was edited"};
    CHECK(says(data, "**The chain of evidence is broken"));
    data = handoff();
    data.targets.clear();
    CHECK(says(data, "**Nothing is protected"));
}

TEST_CASE("commands can be pasted into a shell", "[reporters][markdown]") {
    CHECK(says(handoff(), "muster restore '/b/it'\\''s.sqlite' --to '/srv/my shop.db' --force"));
}

TEST_CASE("nothing that was found is Markdown", "[reporters][markdown]") {
    auto data = handoff();
    data.policy_name = "a|b *c* <script>";
    CHECK(says(data, "# Backup handoff: a\\|b \\*c\\* \\<script\\>"));
}

TEST_CASE("what could not be checked is told apart from what is bad", "[reporters][markdown]") {
    auto data = handoff();
    CHECK(says(data, "## What needs attention\n\nNothing.\n"));
    data.last_run.findings = {{"rto", Severity::error, Verdict::unchecked, "shop",
                               "no drill has restored it yet", "", "", "", ""}};
    CHECK(says(data, "## What could not be checked"));
    data.last_run.findings[0].verdict = Verdict::bad;
    data.last_run.findings[0].next = "muster drill p.yaml";
    CHECK(
        says(data, "- **rto**, shop: no drill has restored it yet\n  Next: `muster drill p.yaml`"));
}

TEST_CASE("where restore times are heading stands below the table", "[reporters][markdown]") {
    auto data = handoff();
    CHECK_FALSE(says(data, "heading"));
    Outlook outlook;
    outlook.measurements = 5;
    outlook.since = at("2026-11-16T09:00:00Z");
    outlook.told = "restores take 3.0 s now";
    data.targets[0].outlook = outlook;
    CHECK(says(data,
               " never |\n\nWhere the time of a restore is heading:\n\n"
               "- shop: restores take 3.0 s now (5 rehearsals since 2026-11-16 09:00 UTC)\n"
               "\n## What needs attention"));
}

}  // namespace muster
