#include "engine/sqlite/blob_reader.h"

#include <catch2/catch.hpp>

#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {
namespace {

using namespace test;

constexpr std::int64_t piece_size = BlobReader::piece_bytes;

struct StoredValues {
    TempFolder folder;
    fs::path db = folder / "a.db";

    explicit StoredValues(const std::string& rows) {
        make_database(
            db, "CREATE TABLE t(id INTEGER PRIMARY KEY, data); INSERT INTO t(data) VALUES " + rows);
    }
    Connection open() const { return *Connection::open(db, OpenMode::immutable); }
};

/// All pieces, one after the other.
std::string rest_of(BlobReader& reader) {
    std::string all;
    for (;;) {
        const auto bytes = reader.next();
        REQUIRE(bytes);
        if (bytes->empty()) return all;
        CHECK(bytes->size() <= BlobReader::piece_bytes);
        all.append(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    }
}

}  // namespace

TEST_CASE("blobs and texts are read to their last byte, whatever the pieces",
          "[sqlite][payloads]") {
    const auto bytes = GENERATE(std::int64_t{0}, std::int64_t{1}, piece_size - 1, piece_size,
                                piece_size + 1, 3 * piece_size, 3 * piece_size + 7);
    const auto length = std::to_string(bytes);
    const StoredValues place{"(zeroblob(" + length + ")), (CAST(zeroblob(" + length +
                             ") AS TEXT)), (x'616263')"};
    auto connection = place.open();
    BlobReader reader{connection, "t", "data"};
    for (const std::int64_t row : {1, 2}) {
        REQUIRE(reader.seek(row));
        CHECK(rest_of(reader) == std::string(static_cast<std::size_t>(bytes), '\0'));
    }
    REQUIRE(reader.seek(3));
    CHECK(rest_of(reader) == "abc");
    REQUIRE(reader.seek(1));
    CHECK(rest_of(reader).size() == static_cast<std::size_t>(bytes));
}

TEST_CASE("what cannot be read in pieces says so, and the next row can", "[sqlite][payloads]") {
    const StoredValues place{"(x'616263'), (NULL), (7), (1.5)"};
    make_database(place.db, "ALTER TABLE t ADD COLUMN late DEFAULT 'abc'");
    auto connection = place.open();
    BlobReader reader{connection, "t", "data"};
    for (const std::int64_t row : {2, 3, 4, 99}) {
        CAPTURE(row);
        const auto found = reader.seek(row);
        REQUIRE_FALSE(found);
        CHECK(found.error().code == ErrorCode::sqlite);
        REQUIRE(reader.seek(1));
        CHECK(rest_of(reader) == "abc");
    }
    BlobReader late{connection, "t", "late"};
    const auto found = late.seek(1);
    REQUIRE_FALSE(found);
    CHECK(found.error().code == ErrorCode::sqlite);
}

}  // namespace muster
