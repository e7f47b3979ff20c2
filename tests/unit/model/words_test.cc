#include "engine/model/words.h"

#include <catch2/catch.hpp>

namespace muster {

TEST_CASE("words in braces are filled in, everything else stays", "[model][drills]") {
    const auto value = [](const std::string& word) -> std::optional<std::string> {
        if (word == "api") return "http://127.0.0.1:1";
        if (word == "job") return "7";
        return std::nullopt;
    };
    CHECK(fill_words("{api}/v1/jobs/{job}", value) == "http://127.0.0.1:1/v1/jobs/7");
    CHECK(fill_words("{job}{job}", value) == "77");
    CHECK(fill_words("{unknown} {api.port", value) == "{unknown} {api.port");
    CHECK(fill_words("{{job}", value) == "{job}");
    CHECK(fill_words("a{2} {print $1} {} {", value) == "a{2} {print $1} {} {");
    CHECK(fill_words(R"({"id":"{job}","a":{"b":1}})", value) == R"({"id":"7","a":{"b":1}})");
    CHECK(words_in("{api}/{job.x} {{no} {1} {a b}") == std::vector<std::string>{"api", "job.x"});
    CHECK(is_word("api-2.port"));
    CHECK_FALSE(is_word("2api"));
    CHECK_FALSE(is_word(""));
}

}  // namespace muster
