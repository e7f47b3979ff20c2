#include "engine/base/bytes.h"

#include <catch2/catch.hpp>

namespace muster {

TEST_CASE("amounts of bytes are read with binary units", "[base][bytes]") {
    CHECK(parse_bytes("4096") == Bytes{4096});
    CHECK(parse_bytes("16KiB") == Bytes{16384});
    CHECK(parse_bytes("1.5GiB") == Bytes{1610612736});
    CHECK_FALSE(parse_bytes(GENERATE("", "-1", "1.3B", "16KB", "1e30", "nan", "KiB", "1 KiB")));
}

TEST_CASE("amounts of bytes are spelled for people", "[base][bytes]") {
    CHECK(spell_bytes(Bytes{0}) == "0 B");
    CHECK(spell_bytes(Bytes{1023}) == "1023 B");
    CHECK(spell_bytes(Bytes{9437184}) == "9.0 MiB");
}

}  // namespace muster
