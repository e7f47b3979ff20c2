#include "engine/sqlite/payload_rows.h"

#include <catch2/catch.hpp>

#include <array>
#include <random>

#include "engine/sqlite/payload_check.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster {
namespace {

using namespace test;

/// More than a query brings along, and than one piece.
constexpr std::size_t beyond_a_piece = 700'000;
constexpr std::size_t far_too_large = 64U << 20U;
constexpr std::int64_t flat_memory = 4 << 20;

/// Adds rows to a table t, whose payloads stand in `data`, with their hashes in `hash`.
class PayloadTable {
public:
    PayloadTable(const fs::path& db, const std::string& made_by,
                 const std::string& written = "data")
        : app_(db) {
        app_.run("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; " + made_by +
                 "; CREATE VIEW as_a_view AS SELECT data, hash FROM t");
        sqlite3_stmt* raw = nullptr;
        const auto sql = "INSERT INTO t(id, " + written + ", hash) VALUES (?1, ?2, ?3)";
        REQUIRE(sqlite3_prepare_v2(app_.handle(), sql.c_str(), -1, &raw, nullptr) == SQLITE_OK);
        insert_.reset(raw);
    }

    /// `type` as SQLite's; a number is 7, whatever the bytes. Without a hash there is NULL.
    void add(int type, const std::string& bytes, const std::string& hash) {
        auto* const row = insert_.get();
        const int size = static_cast<int>(bytes.size());
        sqlite3_clear_bindings(row);
        sqlite3_bind_int(row, 1, ++rows_);
        if (type == SQLITE_BLOB) sqlite3_bind_blob(row, 2, bytes.data(), size, SQLITE_STATIC);
        if (type == SQLITE_TEXT) sqlite3_bind_text(row, 2, bytes.data(), size, SQLITE_STATIC);
        if (type == SQLITE_INTEGER) sqlite3_bind_int(row, 2, 7);
        if (!hash.empty()) sqlite3_bind_text(row, 3, hash.c_str(), -1, SQLITE_STATIC);
        REQUIRE(sqlite3_step(row) == SQLITE_DONE);
        REQUIRE(sqlite3_reset(row) == SQLITE_OK);
    }
    void add(int type, const std::string& bytes) { add(type, bytes, sha256_of(bytes).hex()); }

private:
    App app_;
    std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> insert_{nullptr, &sqlite3_finalize};
    int rows_ = 0;
};

/// What the check finds in a table, in words.
std::string told_of(const fs::path& db, const std::string& table) {
    CheckSpec check;
    check.name = "payloads";
    check.blobs = BlobCheck{table, "data", "hash"};
    auto connection = *Connection::open(db, OpenMode::immutable);
    const auto finding = check_payloads(connection, check, "copy", [] { return Result<>{}; });
    REQUIRE(finding);
    return finding->reason + ": " + finding->actual;
}

/// The most that SQLite held in memory while the table was checked.
std::int64_t most_memory(const fs::path& db, const std::string& table) {
    sqlite3_memory_highwater(1);
    const auto before = sqlite3_memory_used();
    CHECK(told_of(db, table) == "check payloads holds: 0 of 1 rows wrong");
    return sqlite3_memory_highwater(1) - before;
}

/// Where a page in the midst of a payload begins that is filled with one letter.
std::size_t page_within(const std::string& file, char letter) {
    const auto at = file.find(std::string(100, letter));
    REQUIRE(at != std::string::npos);
    return (at / 4096 + 100) * 4096;
}

}  // namespace

TEST_CASE("payloads are compared in whole, whatever table they stand in",
          "[sqlite][payloads][VV-09]") {
    struct Shape {
        std::string columns;
        std::string written = "data";
    };
    const auto shape = GENERATE(values<Shape>({
        {"id INTEGER PRIMARY KEY, data BLOB, hash TEXT)"},
        {"hash, data, id)"},
        {"id, data PRIMARY KEY, hash)"},
        {"id INTEGER PRIMARY KEY, data ANY, hash TEXT) STRICT"},
        {"id PRIMARY KEY, data, hash) WITHOUT ROWID"},
        {"id, RowID, data, hash)"},
        {"id, rowid, _ROWID_, data, hash)"},
        {"id, rowid, _rowid_, oid, data, hash)"},
        {"id INTEGER PRIMARY KEY, rowid, _rowid_, oid, data, hash)"},
        {"v AS (x'00'), id, data, hash)"},
        {"id, v AS (id) STORED, data, hash)"},
        {"id, data, hash, v AS (id))"},
        {"id, raw, data AS (raw), hash)", "raw"},
        {"id, raw, hash, data AS (raw) STORED)", "raw"},
    }));
    const std::string encoding = GENERATE("UTF-8", "UTF-16le", "UTF-16be");
    CAPTURE(shape.columns, encoding);
    const TempFolder folder;
    const auto db = folder / "a.db";
    PayloadTable table{db, "PRAGMA encoding = '" + encoding + "'; CREATE TABLE t(" + shape.columns,
                       shape.written};
    const std::string right = std::string(beyond_a_piece, 'z') + "\xc3\xa4", wrong = right + "?";
    const auto hash = sha256_of(right).hex();
    table.add(SQLITE_BLOB, right, hash);
    table.add(SQLITE_BLOB, wrong, hash);
    table.add(SQLITE_TEXT, right, hash);
    table.add(SQLITE_TEXT, wrong + "!", hash);
    table.add(SQLITE_BLOB, "few");
    table.add(SQLITE_TEXT, "in pieces");
    table.add(SQLITE_INTEGER, "", hash);
    table.add(SQLITE_BLOB, "");
    table.add(SQLITE_TEXT, "");
    table.add(SQLITE_NULL, "", "");
    table.add(SQLITE_NULL, "", hash);
    const auto told = told_of(db, "t");
    CHECK(told ==
          "check payloads finds 4 of 11 payloads wrong: 4 of 11 rows wrong: row 2 differs from its "
          "hash; row 4 differs from its hash; row 7 has a number for a payload; row 11 has a hash "
          "and no payload");
    CHECK(told == told_of(db, "as_a_view"));
}

TEST_CASE("read in pieces or whole, the verdict is the same", "[sqlite][payloads][VV-09]") {
    const std::string encoding = GENERATE("UTF-8", "UTF-16le");
    const std::string page_size = GENERATE("512", "4096", "65536");
    const std::string index = GENERATE("", "; CREATE INDEX covers ON t(hash, data)");
    std::mt19937_64 random{7};
    const auto any_of = [&](const auto& list) { return list[random() % list.size()]; };
    constexpr std::array types{SQLITE_BLOB, SQLITE_BLOB, SQLITE_TEXT, SQLITE_INTEGER, SQLITE_NULL};
    constexpr std::array<std::size_t, 9> sizes{0,      1,       40,      500,    65'536,
                                               65'537, 262'144, 262'145, 400'000};
    const TempFolder folder;
    const auto db = folder / "a.db";
    PayloadTable table{db, "PRAGMA encoding = '" + encoding + "'; PRAGMA page_size = " + page_size +
                               "; CREATE TABLE t(id INTEGER PRIMARY KEY, data, hash)" + index};
    for (int row = 0; row < 80; ++row) {
        const std::string bytes(any_of(sizes), static_cast<char>('a' + random() % 26));
        const std::array<std::string, 6> hashes{sha256_of(bytes).hex(),
                                                sha256_of(bytes).hex(),
                                                sha256_of(bytes).hex(),
                                                sha256_of(bytes + "x").hex(),
                                                "no hash",
                                                ""};
        table.add(any_of(types), bytes, any_of(hashes));
    }
    CHECK(told_of(db, "t") == told_of(db, "as_a_view"));
}

TEST_CASE("the default of a column that was added later is a payload too", "[sqlite][payloads]") {
    const std::string digits(140'000, '6');
    const auto [value, bytes] = GENERATE_COPY(table<std::string, std::string>(
        {{"'" + digits + "'", digits}, {"x'" + digits + "'", std::string(70'000, 'f')}}));
    const TempFolder folder;
    const auto db = folder / "a.db";
    make_database(db,
                  "CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2); "
                  "ALTER TABLE t ADD COLUMN data DEFAULT " +
                      value + "; ALTER TABLE t ADD COLUMN hash DEFAULT '" + sha256_of(bytes).hex() +
                      "'; INSERT INTO t(id) VALUES (3)");
    CHECK(told_of(db, "t") == "check payloads holds: 0 of 3 rows wrong");
}

TEST_CASE("other tables and views that need what is not here are no hindrance",
          "[sqlite][payloads]") {
    const TempFolder folder;
    const auto db = folder / "a.db";
    PayloadTable{db, "CREATE TABLE t(id INTEGER PRIMARY KEY, data, hash)"}.add(SQLITE_TEXT, "a");
    make_database(
        db,
        "CREATE VIEW absent AS SELECT strange(data) AS data, hash FROM t; PRAGMA writable_schema = ON; "
        "INSERT INTO sqlite_schema VALUES ('table', 'vec', 'vec', 0, 'CREATE VIRTUAL TABLE vec USING vec0(data)')");
    CHECK(told_of(db, "t") == "check payloads holds: 0 of 1 rows wrong");
    const std::string unchecked = "check payloads could not be made: ";
    CHECK(told_of(db, "absent").starts_with(unchecked + "function strange is not here"));
    CHECK(told_of(db, "vec").starts_with(unchecked + "module vec0 is not here"));
}

TEST_CASE("memory does not grow with a payload", "[sqlite][payloads][VV-09]") {
    const int type = GENERATE(SQLITE_BLOB, SQLITE_TEXT);
    const TempFolder folder;
    const auto db = folder / "a.db";
    const std::string columns =
        GENERATE("id INTEGER PRIMARY KEY, data, hash", "rowid, hash, id, data");
    PayloadTable{db, "CREATE TABLE t(" + columns + ")"}.add(type, std::string(far_too_large, 'z'));
    CHECK(most_memory(db, "T") < flat_memory);
    CHECK(most_memory(db, "as_a_view") > static_cast<std::int64_t>(far_too_large));
}

TEST_CASE("a stop comes through in the midst of a payload", "[sqlite][payloads]") {
    const TempFolder folder;
    const auto db = folder / "a.db";
    PayloadTable{db, "CREATE TABLE t(id INTEGER PRIMARY KEY, data, hash)"}.add(
        SQLITE_BLOB, std::string(20 * std::size_t{BlobReader::piece_bytes}, 'z'));
    CheckSpec check;
    check.blobs = BlobCheck{"t", "data", "hash"};
    auto connection = *Connection::open(db, OpenMode::immutable);
    int asked = 0;
    const auto stopped = check_payloads(connection, check, "copy", [&]() -> Result<> {
        if (++asked < 7) return {};
        return fail(ErrorCode::interrupted, "stopped by the test");
    });
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().code == ErrorCode::interrupted);
    CHECK(asked == 7);
}

TEST_CASE("a damaged payload is told alike, read in pieces or whole", "[sqlite][payloads][VV-09]") {
    // A hash behind the payload is found only by passing over the payload; none is found at once.
    const std::string columns = GENERATE("id INTEGER PRIMARY KEY, hash, data", "id, data, hash");
    const std::string payload(beyond_a_piece, 'z');
    const bool hashed = GENERATE(true, false);
    const int type = GENERATE(SQLITE_BLOB, SQLITE_TEXT);
    const TempFolder folder;
    const auto db = folder / "a.db";
    {
        PayloadTable table{db, "CREATE TABLE t(" + columns + ")"};
        table.add(SQLITE_BLOB, "few");
        table.add(type, payload, hashed ? sha256_of(payload).hex() : "");
    }
    const auto page = page_within(read_all(db), 'z');
    SECTION("the chain of its pages leads astray") {
        poke(db, page, GENERATE(std::string(4, '\0'), std::string(4, '\xff')));
        CHECK(
            told_of(db, "t") ==
            "check payloads has no answer: database disk image is malformed: database disk image is malformed");
    }
    SECTION("a byte is another") {
        poke(db, page + 2000, "y");
        CHECK(told_of(db, "t") ==
              "check payloads finds 1 of 2 payloads wrong: 1 of 2 rows wrong: row 2 " +
                  std::string{hashed ? "differs from its hash" : "has a payload and no hash"});
    }
    CHECK(told_of(db, "t") == told_of(db, "as_a_view"));
}

}  // namespace muster
