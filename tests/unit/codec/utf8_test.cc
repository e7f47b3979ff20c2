#include "engine/codec/utf8.h"

#include <catch2/catch.hpp>

using namespace muster::codec;

TEST_CASE("well-formed characters are measured") {
    CHECK(character_length("a") == 1);
    CHECK(character_length("ä") == 2);
    CHECK(character_length("日") == 3);
    CHECK(character_length("😀") == 4);
}

TEST_CASE("malformed bytes have no length") {
    // A lone continuation, overlong forms, a surrogate, above U+10FFFF, cut off, a wrong follower.
    for (const std::string_view bytes :
         {"\x80", "\xC0\xAF", "\xE0\x80\xAF", "\xF0\x80\x80\xAF", "\xED\xA0\x80",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE6\x97", "\xC3(", "\xFF", ""})
        CHECK(character_length(bytes) == 0);
}

TEST_CASE("the first malformed byte is found") {
    CHECK(find_malformed("grün 日本") == std::string_view::npos);
    CHECK(find_malformed("gr\xFCn") == 2);
    CHECK(find_malformed("日\xE6\x97") == 3);
}

TEST_CASE("text is cut between characters and mended byte by byte") {
    CHECK(first_characters("日本語", 2) == "日本");
    CHECK(first_characters("ab", 5) == "ab");
    CHECK(well_formed("gr\xFCn \xE6\x97") == "gr\uFFFDn \uFFFD\uFFFD");
    CHECK(well_formed("").empty());
    CHECK(well_formed("日本") == "日本");
}
