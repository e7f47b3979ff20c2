// Databases as applications and their crashes leave them. Plain SQLite, nothing of muster's own
// connection: the tests compare against what an application would do.
#pragma once

#include <sqlite3.h>

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "tests/support/child.h"

namespace muster::test {

namespace fs = std::filesystem;

/// An application's connection; throws with SQLite's message when anything fails.
class App {
public:
    explicit App(const fs::path& path);
    void run(const std::string& sql);
    /// First column of the first row as text; "NULL" for NULL or no row.
    std::string value(const std::string& sql);
    sqlite3* handle() const { return handle_.get(); }

private:
    std::unique_ptr<sqlite3, int (*)(sqlite3*)> handle_;
};

/// Runs `sql` on a new or existing database and closes it.
void make_database(const fs::path& path, const std::string& sql);

/// Runs `sql` in a child process, then kills it with everything open: what a crash leaves.
void crash_after(const fs::path& path, const std::string& sql);
/// The sql of a commit cut off in the middle: more pages changed than the cache holds, not
/// committed.
std::string half_a_commit(const std::string& table);

/// Kills a commit over `t` of both databases (a set to -1) when all but the super-journal's removal
/// is done; returns the super-journal's path.
fs::path crash_in_commit_over_two(const fs::path& first, const fs::path& second);

/// Name, size, mode, mtime and content of each file of a folder, in words.
std::vector<std::string> state_of(const fs::path& folder);
/// The same without what a reader may change: the read marks inside a -shm.
std::vector<std::string> state_of_live(const fs::path& folder);

std::string read_all(const fs::path& path);
void write_all(const fs::path& path, const std::string& bytes);
/// Overwrites bytes in place.
void poke(const fs::path& path, std::size_t offset, const std::string& bytes);

/// Writes for ever, keeping sum(a) + sum(b) + sum(c) = 0 over three tables in each commit.
void keep_sum_writer(const fs::path& path, const Child::Ready& ready);
/// The database for keep_sum_writer.
void make_sum_database(const fs::path& path, const std::string& journal_mode, int rows);

}  // namespace muster::test
