#include "engine/base/digest.h"

#include <catch2/catch.hpp>

namespace muster {

TEST_CASE("SHA-256 gives the values of FIPS 180-4, in pieces too", "[base][digest]") {
    CHECK(sha256_of("").hex() ==
          "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_of("abc").hex() ==
          "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    Sha256Stream stream;
    stream.add("a");
    stream.add("bc");
    CHECK(stream.finish() == sha256_of("abc"));
}

TEST_CASE("a digest is 64 lower-case hexadecimal digits", "[base][digest]") {
    CHECK(TextForm<Sha256>::parse(sha256_of("x").hex()));
    CHECK_FALSE(TextForm<Sha256>::parse(std::string(64, 'A')));
    CHECK_FALSE(TextForm<Sha256>::parse(std::string(63, 'a')));
}

}  // namespace muster
