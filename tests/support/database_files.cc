#include "tests/support/database_files.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "engine/base/digest.h"

namespace muster::test {
namespace {

void expect_ok(sqlite3* handle, int code, const std::string& what) {
    if (code != SQLITE_OK) throw std::runtime_error(what + ": " + sqlite3_errmsg(handle));
}

std::string describe(const fs::path& path, bool with_content) {
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) return path.filename().string() + " is gone";
    std::ostringstream text;
    text << path.filename().string() << ' ' << status.st_size << ' ' << std::oct << status.st_mode
         << std::dec;
    if (with_content && S_ISREG(status.st_mode))
        text << ' ' << status.st_mtim.tv_sec << '.' << status.st_mtim.tv_nsec << ' '
             << sha256_of(read_all(path)).hex();
    return text.str();
}

std::vector<std::string> describe_all(const fs::path& folder, bool live) {
    std::vector<std::string> lines;
    for (const auto& entry : fs::directory_iterator(folder))
        lines.push_back(describe(entry.path(), !live || !entry.path().string().ends_with("-shm")));
    std::sort(lines.begin(), lines.end());
    return lines;
}

}  // namespace

App::App(const fs::path& path) : handle_(nullptr, &sqlite3_close_v2) {
    sqlite3* raw = nullptr;
    const int code = sqlite3_open(path.c_str(), &raw);
    handle_.reset(raw);
    expect_ok(raw, code, "open " + path.string());
    sqlite3_busy_timeout(raw, 20000);
}

void App::run(const std::string& sql) {
    expect_ok(handle(), sqlite3_exec(handle(), sql.c_str(), nullptr, nullptr, nullptr),
              sql.substr(0, 200));
}

std::string App::value(const std::string& sql) {
    sqlite3_stmt* raw = nullptr;
    expect_ok(handle(), sqlite3_prepare_v2(handle(), sql.c_str(), -1, &raw, nullptr), sql);
    const std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)> statement{raw, &sqlite3_finalize};
    const int code = sqlite3_step(raw);
    if (code != SQLITE_ROW && code != SQLITE_DONE)
        throw std::runtime_error(sql + ": " + sqlite3_errmsg(handle()));
    const auto* text = code == SQLITE_ROW ? sqlite3_column_text(raw, 0) : nullptr;
    return text == nullptr ? "NULL" : reinterpret_cast<const char*>(text);
}

void make_database(const fs::path& path, const std::string& sql) {
    App{path}.run(sql);
}

void crash_after(const fs::path& path, const std::string& sql) {
    Child child{[&](const Child::Ready& ready) {
        App app{path};
        app.run(sql);
        ready();
        stay();
    }};
    child.kill();
}

std::string half_a_commit(const std::string& table) {
    return "PRAGMA cache_size = 10; PRAGMA cache_spill = 10; BEGIN IMMEDIATE; UPDATE " + table +
           " SET b = randomblob(200), a = -1;";
}

fs::path crash_in_commit_over_two(const fs::path& first, const fs::path& second) {
    Child child{[&](const Child::Ready& ready) {
        App app{first};
        app.run("ATTACH '" + second.string() +
                "' AS other; PRAGMA cache_size = 10; PRAGMA other.cache_size = 10");
        app.run(
            "BEGIN IMMEDIATE; UPDATE main.t SET a = -1, b = randomblob(200); UPDATE other.t SET a = -1, b = randomblob(200)");
        ready();
        static auto* const vfs = sqlite3_vfs_find(nullptr);
        static auto* const remove = vfs->xDelete;
        vfs->xDelete = [](sqlite3_vfs* self, const char* name, int sync) {
            if (std::string_view{name}.find("-mj") != std::string_view::npos)
                ::kill(::getpid(), SIGKILL);
            return remove(self, name, sync);
        };
        app.run("COMMIT");
    }};
    if (child.wait() != -SIGKILL) throw std::runtime_error("the commit went through");
    for (const auto& entry : fs::directory_iterator(first.parent_path()))
        if (entry.path().string().find("-mj") != std::string::npos) return entry.path();
    throw std::runtime_error("no super-journal was left");
}

std::vector<std::string> state_of(const fs::path& folder) {
    return describe_all(folder, false);
}
std::vector<std::string> state_of_live(const fs::path& folder) {
    return describe_all(folder, true);
}

std::string read_all(const fs::path& path) {
    std::ifstream stream{path, std::ios::binary};
    std::ostringstream bytes;
    bytes << stream.rdbuf();
    return bytes.str();
}

void write_all(const fs::path& path, const std::string& bytes) {
    std::ofstream stream{path, std::ios::binary | std::ios::trunc};
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!stream.flush()) throw std::runtime_error("write " + path.string());
}

void poke(const fs::path& path, std::size_t offset, const std::string& bytes) {
    std::fstream stream{path, std::ios::binary | std::ios::in | std::ios::out};
    stream.seekp(static_cast<std::streamoff>(offset));
    stream.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    if (!stream.flush()) throw std::runtime_error("write " + path.string());
}

void make_sum_database(const fs::path& path, const std::string& journal_mode, int rows) {
    App app{path};
    app.run("PRAGMA journal_mode = " + journal_mode);
    app.run("BEGIN");
    for (const std::string table : {"a", "b", "c"})
        app.run(
            "CREATE TABLE " + table +
            "(id INTEGER PRIMARY KEY, n INTEGER, pad BLOB); WITH RECURSIVE i(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM i WHERE x < " +
            std::to_string(rows) + ") INSERT INTO " + table +
            " SELECT x, 0, randomblob(150) FROM i; CREATE INDEX " + table + "_n ON " + table +
            "(n)");
    app.run("COMMIT");
}

void keep_sum_writer(const fs::path& path, const Child::Ready& ready) {
    App app{path};
    app.run("PRAGMA synchronous = OFF");
    const std::string rows = app.value("SELECT max(id) FROM a");
    const std::string pick = "WHERE id = 1 + abs(random() % " + rows + ")";
    for (bool first = true;; first = false) {
        app.run("BEGIN IMMEDIATE; UPDATE a SET n = n + 7, pad = randomblob(150) " + pick +
                "; UPDATE b SET n = n - 3, pad = randomblob(150) " + pick +
                "; UPDATE c SET n = n - 4, pad = randomblob(150) " + pick + "; COMMIT");
        if (first) ready();
        // SQLite's locks know no queue: without a rest one writer keeps the other out for ever.
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
}

}  // namespace muster::test
