// Healthy databases of every shape, and the same with one thing broken in them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace muster::test {

/// What a database is made with and cannot change later without a VACUUM.
struct Shape {
    int page_size = 4096;
    std::string encoding = "UTF-8";
    std::string auto_vacuum = "NONE";
    std::string journal = "DELETE";
    int reserved = 0;  ///< bytes at the end of each page

    std::string text() const;
};

/// Makes a database with one of everything SQLite has: overflow chains, a freelist, indexes
/// (partial, on expressions), WITHOUT ROWID, STRICT, generated columns, FTS3/4/5, R-trees, views,
/// triggers, statistics, sequences, empty tables.
void make_healthy(const std::filesystem::path& path, const Shape& shape);

/// Every way of breaking a file, by name.
const std::vector<std::string_view>& damages();
/// Breaks `bytes`, a whole database; the same random numbers break it the same way. A place that
/// this database does not have (a pointer map, say) leaves it as it is.
std::string damage(std::string_view kind, std::string bytes, std::mt19937_64& random);

}  // namespace muster::test
