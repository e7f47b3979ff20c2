#include "engine/codec/source_text.h"

#include <catch2/catch.hpp>

using namespace muster;
using namespace muster::codec;

namespace {
constexpr Limits limits{100, 10, 10};
std::string refusal(std::string_view text) {
    const auto problem = refuse_text(text, "f", limits);
    return problem ? text_of(*problem) : "";
}
}  // namespace

TEST_CASE("text that no format can read is refused at its place") {
    CHECK(refusal("a: ü\r\n\tb").empty());
    CHECK(refusal("") == "f:1:1: the document is empty; is this the right file?");
    CHECK(
        refusal(std::string(101, 'a')) ==
        "f: the document has 101 bytes, more than the 100 that are read; is this the right file?");
    CHECK(refusal("\xFF\xFE"
                  "a") == "f:1:1: the document is UTF-16; save it as UTF-8");
    CHECK(refusal("a\nüb\xFC") == "f:2:3: the byte 0xfc is not UTF-8; save the document as UTF-8");
    CHECK(
        refusal(std::string_view{"a\nb\0c", 5}) ==
        "f:2:2: the control character 0x00 is not allowed; this is a binary file, or UTF-16; save it as UTF-8");
    CHECK(refusal("\x1b[31m") == "f:1:1: the control character 0x1b is not allowed; remove it");
}

TEST_CASE("places count characters, in any order") {
    LineIndex lines{"aäb\n\n日x"};
    CHECK(lines.place_of(0) == TextPlace{1, 1});
    CHECK(lines.place_of(3) == TextPlace{1, 3});
    CHECK(lines.place_of(9) == TextPlace{3, 2});
    CHECK(lines.place_of(5) == TextPlace{2, 1});
    CHECK(lines.place_of(3) == TextPlace{1, 3});
    CHECK(lines.place_of(1) == TextPlace{1, 2});
    CHECK(lines.place_of(1000) == TextPlace{3, 3});
    CHECK(lines.offset_of(2, 3) == 9);
    CHECK(lines.offset_of(7, 0) == 10);
    CHECK(lines.line(1) == "aäb");
    CHECK(lines.line(3) == "日x");
}

TEST_CASE("a byte order mark is not part of the text") {
    CHECK(without_byte_order_mark("\xEF\xBB\xBFx") == "x");
    CHECK(without_byte_order_mark("x") == "x");
}
