#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/support/artifacts.h"

namespace muster {

using namespace test;

namespace {

/// Set for one test.
class Variable {
public:
    Variable(std::string name, const std::string& value) : name_(std::move(name)) {
        ::setenv(name_.c_str(), value.c_str(), 1);
    }
    ~Variable() { ::unsetenv(name_.c_str()); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

private:
    std::string name_;
};

SecretRef in_variable() {
    SecretRef place;
    place.env = "MUSTER_TEST_KEY";
    return place;
}
SecretRef in_file(const fs::path& path) {
    SecretRef place;
    place.file = path.string();
    return place;
}
void write_key(const fs::path& path, const std::string& text,
               fs::perms mode = fs::perms::owner_read) {
    write_all(path, text);
    fs::permissions(path, mode);
}

const std::string sevens = std::string(32, '\x77');
std::string hex(char digit, std::size_t count = 64) {
    return std::string(count, digit);
}

}  // namespace

TEST_CASE("a key is 64 digits or 32 bytes, and a newline after them", "[snapshot][format][key]") {
    const TempFolder folder;
    const auto text = GENERATE(hex('7'), hex('7') + "\n", sevens.substr(0, 31) + "\x77",
                               std::string(32, '\x77') + "\n");
    const auto expected = key_of(0x77).id();
    const bool raw = text.size() < 64;
    if (raw) {
        // 0x77 is the letter w, no hexadecimal digit.
        CHECK(text[0] == 'w');
    }
    write_key(folder / "key", text);
    const auto key = read_key(in_file(folder / "key"));
    REQUIRE(key);
    CHECK(key->id() == expected);
    const Variable variable{"MUSTER_TEST_KEY", text};
    REQUIRE(read_key(in_variable()));
    CHECK(read_key(in_variable())->id() == expected);
}

TEST_CASE("a raw key may end in a newline of its own", "[snapshot][format][key]") {
    const TempFolder folder;
    write_key(folder / "key", std::string(31, '\xfe') + "\n");
    CHECK(read_key(in_file(folder / "key")));
}

TEST_CASE("upper and lower case digits are the same key", "[snapshot][format][key]") {
    const Variable variable{"MUSTER_TEST_KEY", hex('B')};
    CHECK(read_key(in_variable())->id() == key_of(0xbb).id());
}

TEST_CASE("a key id is that of the documentation", "[snapshot][format][key]") {
    std::string text = "muster key id\n";
    CHECK(key_of(0x77).id() == sha256_of(text + sevens).hex().substr(0, 16));
}

TEST_CASE("what is no key is refused by its place, and never shown", "[snapshot][format][key]") {
    const TempFolder folder;
    const auto text =
        GENERATE(std::string{}, std::string{"\n"}, hex('a', 63), hex('a', 65), hex('a', 66) + "\n",
                 hex('a', 62) + "zz", hex('a', 32), hex('a', 64) + "\n\n", hex('a', 4000));
    write_key(folder / "key", text);
    const auto refused = read_key(in_file(folder / "key"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::key_invalid);
    CHECK(refused.error().message.find((folder / "key").string()) != std::string::npos);
    CHECK(refused.error().text().find("openssl rand -hex 32") != std::string::npos);
    CHECK(refused.error().text().find("aaaa") == std::string::npos);
}

TEST_CASE("a key that is nowhere is missing, and the place is named", "[snapshot][format][key]") {
    const TempFolder folder;
    SecretRef place;
    std::string named;
    SECTION("variable") {
        place = in_variable();
        named = "MUSTER_TEST_KEY";
    }
    SECTION("file") {
        place = in_file(folder / "absent");
        named = (folder / "absent").string();
    }
    SECTION("credential outside a service") {
        place.credential = "backup-key";
        named = "backup-key";
    }
    SECTION("nowhere") {
        named = "no place";
    }
    const auto refused = read_key(place);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::key_missing);
    CHECK(refused.error().message.find(named) != std::string::npos);
    CHECK(refused.error().hint.find("make one with: openssl rand -hex 32") != std::string::npos);
}

TEST_CASE("a key file that others may read is refused", "[snapshot][format][key]") {
    const TempFolder folder;
    const auto others =
        GENERATE(fs::perms::group_read, fs::perms::others_read, fs::perms::group_write);
    write_key(folder / "key", hex('7'), fs::perms::owner_read | others);
    const auto refused = read_key(in_file(folder / "key"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == ErrorCode::key_invalid);
    CHECK(refused.error().hint.find("chmod 600") != std::string::npos);
}

TEST_CASE("a folder or pipe is no key file", "[snapshot][format][key]") {
    const TempFolder folder;
    CHECK(read_key(in_file(folder.path())).error().code == ErrorCode::key_invalid);
    CHECK(read_key(in_file("/dev/null")).error().code == ErrorCode::key_invalid);
}

TEST_CASE("a systemd credential is a key, also where an access list gives it",
          "[snapshot][format][key]") {
    const TempFolder folder;
    const Variable variable{"CREDENTIALS_DIRECTORY", folder.path().string()};
    SecretRef place;
    place.credential = "backup-key";
    CHECK(read_key(place).error().code == ErrorCode::key_missing);
    write_key(folder / "backup-key", hex('7') + "\n",
              fs::perms::owner_read | fs::perms::group_read);
    REQUIRE(read_key(place));
    CHECK(read_key(place)->id() == key_of(0x77).id());
}

TEST_CASE("a key from a command is still to come", "[snapshot][format][key]") {
    SecretRef place;
    place.command = {"pass", "show", "backup"};
    CHECK(read_key(place).error().code == ErrorCode::not_available);
}

}  // namespace muster
