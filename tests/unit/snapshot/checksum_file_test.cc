#include "engine/snapshot/checksum_file.h"

#include <catch2/catch.hpp>

#include <cstdlib>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {

using namespace test;

TEST_CASE("sha256sum -c accepts the file, whatever the name holds", "[snapshot][checksum][AZ-01]") {
    const TempFolder folder;
    const std::string name = GENERATE("a.sqlite", "with space.sqlite", "back\\slash", "two\nlines");
    write_all(folder / name, "content");
    write_all(folder / (name + ".sha256"), checksum_line(sha256_of("content"), name));
    const auto told = read_checksum_file(folder / name);
    REQUIRE(told);
    CHECK(*told == sha256_of("content"));
    const auto verify =
        "cd '" + folder.path().string() + "' && sha256sum -c --strict --status *.sha256";
    CHECK(std::system(verify.c_str()) == 0);
    write_all(folder / name, "changed");
    CHECK(std::system((verify + " 2>/dev/null").c_str()) != 0);
}

TEST_CASE("files that others wrote are read too", "[snapshot][checksum]") {
    const TempFolder folder;
    const auto digits = sha256_of("x").hex();
    const std::string text =
        GENERATE_COPY(digits + " *a.db.gz\n", digits + "  /backups/a.db.gz\n",
                      std::string(64, 'b') + "  other\n" + digits + "  a.db.gz", digits + "\n",
                      digits + "  a.db.gz\r\n", "SHA256 (a.db.gz) = " + digits + "\n");
    write_all(folder / "a.db.gz.sha256", text);
    CHECK(read_checksum_file(folder / "a.db.gz").value() == sha256_of("x"));
}

TEST_CASE("a file that tells nothing of the artifact is no good word for it",
          "[snapshot][checksum]") {
    const TempFolder folder;
    CHECK(read_checksum_file(folder / "a.db").value() == std::nullopt);
    const std::string text =
        GENERATE_COPY(std::string{}, std::string{"text"}, sha256_of("x").hex() + "  b.db\n",
                      std::string(63, 'a') + "  a.db\n");
    write_all(folder / "a.db.sha256", text);
    const auto told = read_checksum_file(folder / "a.db");
    REQUIRE_FALSE(told);
    CHECK(told.error().code == ErrorCode::manifest_mismatch);
}

}  // namespace muster
