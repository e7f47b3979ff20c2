#include "engine/sqlite/sql_fault.h"

#include <catch2/catch.hpp>

namespace muster {

TEST_CASE("what any database might answer has no fault", "[sqlite][check][EE-06]") {
    const std::string sql =
        GENERATE("SELECT count(*) FROM schema_migrations", "SELECT 1;", "  SELECT 1 ; -- the end\n",
                 "SELECT 'a; b' FROM t", "SELECT x FROM t ORDER BY y COLLATE german",
                 "SELECT slug(x) FROM t", "WITH a AS (SELECT 1) SELECT * FROM a, t",
                 "PRAGMA user_version", "PRAGMA integrity_check", "PRAGMA foreign_key_check",
                 "VALUES (1)", "SELECT x'00' /* ; */ FROM \"a;b\"");
    CAPTURE(sql);
    CHECK_FALSE(fault_of_sql(sql));
}

TEST_CASE("what no database could answer is told before one is asked", "[sqlite][check][EE-06]") {
    const auto [sql, fault] = GENERATE(table<std::string, std::string>({
        {"SELEKT 1", "near \"SELEKT\": syntax error"},
        {"SELECT count(*) FROM t WHERE", "incomplete input"},
        {"SELECT 'open", "unrecognized token"},
        {"", "no statement"},
        {"-- nothing", "no statement"},
        {"SELECT 1; SELECT 2", "more than one statement"},
        {"SELECT * FROM t; DELETE FROM t", "more than one statement"},
        {"DELETE FROM t", "a change"},
        {" update t SET a = 1", "a change"},
        {"DROP TABLE t", "a change"},
        {"CREATE TABLE t(a)", "a change"},
        {"ATTACH 'other.db' AS o", "a change"},
        {"VACUUM", "a change"},
        {"PRAGMA journal_mode = WAL", "PRAGMA journal_mode"},
        {"SELECT load_extension('x')", "load_extension"},
    }));
    CAPTURE(sql);
    const auto found = fault_of_sql(sql);
    REQUIRE(found);
    CHECK(found->find(fault) != std::string::npos);
}

}  // namespace muster
