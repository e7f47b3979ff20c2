#include "engine/model/key_place.h"

#include <catch2/catch.hpp>

namespace muster {

TEST_CASE("a secret's place and its word stand for each other", "[model][key]") {
    SecretRef secret;
    SECTION("a file, with a colon in its name") {
        secret.file = "/etc/a:b";
        CHECK(place_of(secret).text == "file:/etc/a:b");
    }
    SECTION("a variable") {
        secret.env = "KEY";
        CHECK(place_of(secret).text == "env:KEY");
    }
    SECTION("a credential") {
        secret.credential = "backup";
        CHECK(place_of(secret).text == "credential:backup");
    }
    CHECK(secret_at(place_of(secret)) == secret);
    CHECK(TextForm<KeyPlace>::parse(place_of(secret).text) == place_of(secret));
}

TEST_CASE("what is no place of a key is refused", "[model][key]") {
    for (const auto* text : {"", "file", "file:", ":x", "vault:x", "3333333333333333"})
        CHECK_FALSE(TextForm<KeyPlace>::parse(text));
}

}  // namespace muster
