#include "engine/policy/gather.h"

#include <catch2/catch.hpp>

#include "tests/support/policies.h"

namespace muster {

using namespace test;
using Texts = std::vector<std::string>;

TEST_CASE("a policy stands above what it extends, key by key", "[policy]") {
    const PolicyWorld world{{
        {"p.yaml",
         "muster: 1\nname: mine\nextends: base/all.yaml\ntargets: { shop: { rpo: 2d } }\n"
         "protect: { all: { stores: [far], keep: null, schedule: { cron: '@daily' } } }\n"
         "stores: { near: { s3: { endpoint: https://s3.test, bucket: b, access_key: { env: A }, "
         "secret_key: { env: B } } }, far: { local: far } }\n"},
        {"base/all.yaml",
         "muster: 1\nname: base\nowner: ops\nstores: { near: { local: backups } }\n"
         "targets: { shop: { sqlite: shop.db, rto: 5m } }\n"
         "protect: { all: { targets: [shop], stores: [near], keep: { last: 3 }, "
         "schedule: { every: 4h, jitter: 5m } } }\n"},
    }};
    const auto loaded = world.load();
    REQUIRE(texts_of(loaded.problems) == Texts{});
    const auto& policy = *loaded.policy;
    CHECK(policy.name == "mine");
    CHECK(policy.owner == "ops");
    CHECK(policy.targets.at("shop").sqlite == "shop.db");
    CHECK(policy.targets.at("shop").rpo == std::chrono::days{2});
    CHECK(policy.targets.at("shop").rto == std::chrono::minutes{5});
    CHECK(policy.protect.at("all").stores == Texts{"far"});
    CHECK_FALSE(policy.protect.at("all").keep);
    // One of several alternatives takes the place of the other.
    CHECK(policy.stores.at("near").local.empty());
    CHECK_FALSE(policy.protect.at("all").schedule->every);
    CHECK(policy.protect.at("all").schedule->jitter == std::chrono::minutes{5});
    CHECK(loaded.places.at("targets.shop.rto").source == 1);
    CHECK(loaded.places.at("targets.shop.rpo").source == 0);
    CHECK(loaded.sources.at(1).file == "base/all.yaml");
}

TEST_CASE("parts join, and nothing stands in two of them", "[policy]") {
    PolicyWorld world{{
        {"d/p.yaml",
         "muster: 1\nname: shop\ninclude: [stores.yaml, more/targets.yaml]\n"
         "targets: { shop: { sqlite: shop.db } }\n"
         "protect: { all: { targets: [shop, other], stores: [near] } }\n"},
        {"d/stores.yaml", "muster: 1\nstores: { near: { local: backups } }\n"},
        {"d/more/targets.yaml", "targets: { other: { sqlite: other.db } }\n"},
    }};
    const auto joined = world.load("d/p.yaml");
    CHECK(texts_of(joined.problems) == Texts{});
    CHECK(joined.policy->targets.size() == 2);

    world.files["d/more/targets.yaml"] = "targets: { shop: { sqlite: other.db } }\nname: x\n";
    CHECK(
        texts_of(world.load("d/p.yaml").problems) ==
        Texts{"d/more/targets.yaml:1:12: targets.shop: \"shop\" stands in d/p.yaml:4 too; keep one "
              "of them; only 'extends' lays one file over another",
              "d/more/targets.yaml:2:1: name: \"name\" stands in d/p.yaml:2 too; keep one of them; "
              "only 'extends' lays one file over another"});
}

TEST_CASE("files that cannot be had are told where they are named", "[policy]") {
    const auto problems = [](const std::string& text) {
        return texts_of(PolicyWorld{{{"p.yaml", text},
                                     {"a.yaml", "extends: b.yaml\n"},
                                     {"b.yaml", "include: [a.yaml]\n"},
                                     {"list.yaml", "[1]\n"},
                                     {"torn.yaml", "a: [\n"}}}
                            .load()
                            .problems);
    };
    CHECK(problems("name: x\nextends: gone.yaml\n") ==
          Texts{"p.yaml:2:10: there is no file gone.yaml; correct the name"});
    CHECK(problems("include: [a.yaml]\n") ==
          Texts{"b.yaml:1:11: \"a.yaml\" is part of itself; the chain is p.yaml -> a.yaml -> "
                "b.yaml -> a.yaml"});
    CHECK(problems("extends: p.yaml\n") ==
          Texts{"p.yaml:1:10: \"p.yaml\" is part of itself; the chain is p.yaml -> p.yaml"});
    CHECK(problems("include: list.yaml\n") ==
          Texts{"p.yaml:1:10: include: expected a list, found the text \"list.yaml\"; write [FILE, "
                "…]"});
    CHECK(problems("include: [list.yaml]\n") ==
          Texts{"list.yaml:1:1: expected a mapping, found a list; a part has sections of a policy, "
                "such as targets"});
    CHECK(problems("extends: [a]\n") ==
          Texts{"p.yaml:1:10: extends: expected a file, found a list; name a file, relative to "
                "this one"});
    CHECK(problems("include: [torn.yaml]\n").at(0).starts_with("torn.yaml:"));
    CHECK(problems("extends: preset:standart\n") ==
          Texts{"p.yaml:1:10: there is no preset \"standart\"; did you mean \"standard\"?"});
}

TEST_CASE("many files and long chains come to an end", "[policy]") {
    PolicyWorld chain, crowd;
    for (int i = 0; i < 100; ++i)
        chain.files[std::to_string(i) + ".yaml"] = "extends: " + std::to_string(i + 1) + ".yaml\n";
    CHECK(texts_of(chain.load("0.yaml").problems).at(0).find("chain of more than 16") !=
          std::string::npos);
    std::string list;
    for (int i = 0; i < 100; ++i) {
        list += "x" + std::to_string(i) + ", ";
        crowd.files["x" + std::to_string(i)] = "muster: 1\n";
    }
    crowd.files["p.yaml"] = "include: [" + list + "]\n";
    CHECK(texts_of(crowd.load().problems).at(0).find("more than 64 files") != std::string::npos);
}

TEST_CASE("every preset is a policy to extend", "[policy]") {
    for (const auto* preset : {"standard", "strict"}) {
        const auto loaded =
            load_text("extends: preset:" + std::string{preset} + "\n" + small_policy);
        CHECK(texts_of(loaded.problems) == Texts{});
        CHECK(loaded.policy->protect.at("all").keep->monthly == 12);
    }
    CHECK(load_text("extends: preset:strict\n" + small_policy)
              .policy->protect.at("all")
              .proof_expires == std::chrono::days{1});
}

TEST_CASE("defaults stand below every entry", "[policy]") {
    const auto loaded = load_text(small_policy +
                                  "defaults:\n"
                                  "  targets: { rpo: 2d }\n"
                                  "  protect: { verify: quick, keep: { daily: 7, last: 2 } }\n");
    REQUIRE(texts_of(loaded.problems) == Texts{});
    CHECK(loaded.policy->targets.at("shop").rpo == std::chrono::days{2});
    CHECK(loaded.policy->protect.at("all").verify == Depth::quick);
    CHECK(loaded.policy->protect.at("all").keep->daily == 7);
    CHECK_FALSE(loaded.policy->defaults);
    // A fault of a default is told once, however many entries have it.
    const auto faulty = load_text(small_policy + "defaults: { protect: { keep: { last: 0 } } }\n");
    CHECK(texts_of(faulty.problems) ==
          Texts{"p.yaml:6:38: protect.all.keep.last: must be at least 1; leave the key out to do "
                "without this rule"});
}

TEST_CASE("what is taken away stays away, whatever lies below", "[policy]") {
    const PolicyWorld world{{
        {"p.yaml", "extends: base.yaml\nprotect: { all: { keep: null } }\n"},
        {"base.yaml", "extends: preset:standard\n" + small_policy},
    }};
    const auto loaded = world.load();
    CHECK(texts_of(loaded.problems) == Texts{});
    CHECK_FALSE(loaded.policy->protect.at("all").keep);
    // Where nothing lies below, a key without a value is a slip of the hand.
    CHECK(texts_of(load_text(small_policy + "owner: null\n").problems).size() == 1);
}

TEST_CASE("parts are of the same language", "[policy]") {
    const PolicyWorld world{
        {{"p.yaml", "include: [a.yaml]\n" + small_policy}, {"a.yaml", "muster: 2\n"}}};
    CHECK(texts_of(world.load().problems).size() == 1);
}

}  // namespace muster
