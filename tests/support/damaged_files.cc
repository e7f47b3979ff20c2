#include "tests/support/damaged_files.h"

#include <algorithm>
#include <array>
#include <map>

#include "tests/support/database_files.h"

namespace muster::test {
namespace {

/// A database's bytes, found their way around in by SQLite's file format.
class Pages {
public:
    Pages(std::string bytes, std::mt19937_64& random) : bytes_(std::move(bytes)), random_(random) {
        const std::size_t told = number(16, 2);
        size_ = told == 1 ? 65536 : told;
    }

    std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }
    std::size_t size() const { return size_; }
    std::size_t count() const { return bytes_.size() / size_; }
    std::size_t any_page() { return below(count()); }
    std::string& bytes() { return bytes_; }

    std::size_t number(std::size_t at, std::size_t width) const {
        std::size_t value = 0;
        for (std::size_t i = 0; i < width; ++i)
            value = value << 8 | static_cast<unsigned char>(bytes_[at + i]);
        return value;
    }
    void set(std::size_t at, std::size_t width, std::size_t value) {
        for (std::size_t i = width; i-- > 0; value >>= 8) bytes_[at + i] = static_cast<char>(value);
    }
    void scramble(std::size_t at, std::size_t length) {
        for (std::size_t i = at; i < std::min(at + length, bytes_.size()); ++i)
            bytes_[i] = static_cast<char>(random_());
    }

    /// Where the b-tree header of a page lies that is one of these kinds; the file's end when there
    /// is none.
    std::size_t tree_page(std::string_view kinds) {
        std::vector<std::size_t> found;
        for (std::size_t page = 0; page < count(); ++page) {
            const std::size_t at = page * size_ + (page == 0 ? 100 : 0);
            if (kinds.find(bytes_[at]) != std::string_view::npos) found.push_back(at);
        }
        return found.empty() ? bytes_.size() : found[below(found.size())];
    }
    /// Of a page that begins with no b-tree kind: most often one of an overflow chain.
    std::size_t other_page() {
        for (int tries = 0; tries < 200; ++tries) {
            const std::size_t at = any_page() * size_;
            if (at != 0 && number(at, 1) == 0) return at;
        }
        return bytes_.size();
    }
    bool has(std::size_t at) const { return at < bytes_.size(); }

private:
    std::string bytes_;
    std::mt19937_64& random_;
    std::size_t size_ = 0;
};

constexpr std::string_view leaves{"\x0a\x0d"};
constexpr std::string_view interiors{"\x02\x05"};
constexpr std::string_view trees{"\x02\x05\x0a\x0d"};

std::size_t cell_pointers(const Pages& file, std::size_t page) {
    return page + (file.number(page, 1) == 2 || file.number(page, 1) == 5 ? 12 : 8);
}

void break_cell_pointer(Pages& file) {
    const std::size_t page = file.tree_page(trees);
    if (!file.has(page)) return;
    file.set(cell_pointers(file, page) + 2 * file.below(file.number(page + 3, 2)), 2,
             file.below(65536));
}

void swap_cell_pointers(Pages& file) {
    const std::size_t page = file.tree_page(trees);
    if (!file.has(page) || file.number(page + 3, 2) < 2) return;
    const std::size_t at = cell_pointers(file, page);
    const std::size_t other = at + 2 + 2 * file.below(file.number(page + 3, 2) - 1);
    const std::size_t first = file.number(at, 2);
    file.set(at, 2, file.number(other, 2));
    file.set(other, 2, first);
}

void break_cell(Pages& file) {
    const std::size_t page = file.tree_page(trees);
    if (!file.has(page)) return;
    const std::size_t cell =
        file.number(cell_pointers(file, page) + 2 * file.below(file.number(page + 3, 2)), 2);
    file.scramble(page / file.size() * file.size() + cell + file.below(8), 1);
}

/// One cell fewer or more than there are: an entry missing in an index, or in a table.
void miscount_cells(Pages& file) {
    const std::size_t page = file.tree_page(leaves);
    if (file.has(page))
        file.set(page + 3, 2, file.number(page + 3, 2) + (file.below(3) == 0 ? 1 : -1UL));
}

void break_child(Pages& file) {
    const std::size_t page = file.tree_page(interiors);
    if (!file.has(page)) return;
    const bool right = file.below(2) == 0;
    const std::size_t cell = file.number(page + 12 + 2 * file.below(file.number(page + 3, 2)), 2);
    const std::size_t at = right ? page + 8 : page / file.size() * file.size() + cell;
    if (file.has(at + 4)) file.set(at, 4, file.below(file.count() + 3));
}

void break_freelist(Pages& file, bool trunk) {
    const std::size_t first = file.number(32, 4);
    if (first == 0) return;
    const std::size_t at = (first - 1) * file.size();
    if (trunk)
        file.set(std::array{std::size_t{32}, std::size_t{36}, at, at + 4}[file.below(4)], 4,
                 file.below(file.count() + 3));
    else
        file.set(at + 8 + 4 * file.below(file.number(at + 4, 4)), 4, file.below(file.count() + 3));
}

void copy_page(Pages& file, bool both) {
    const std::size_t from = file.any_page() * file.size();
    const std::size_t to = file.any_page() * file.size();
    const std::string kept = file.bytes().substr(to, file.size());
    file.bytes().replace(to, file.size(), file.bytes().substr(from, file.size()));
    if (both) file.bytes().replace(from, file.size(), kept);
}

using Break = void (*)(Pages&);

const std::map<std::string_view, Break>& ways() {
    static const std::map<std::string_view, Break> all{
        {"header", [](Pages& file) { file.scramble(file.below(100), 1 + file.below(4)); }},
        {"page header",
         [](Pages& file) {
             const std::size_t page = file.tree_page(trees);
             if (file.has(page)) file.scramble(page + file.below(12), 1);
         }},
        {"cell pointer", &break_cell_pointer},
        {"cell order", &swap_cell_pointers},
        {"cell", &break_cell},
        {"cell count", &miscount_cells},
        {"child pointer", &break_child},
        {"overflow chain",
         [](Pages& file) {
             const std::size_t page = file.other_page();
             if (file.has(page)) file.set(page, 4, file.below(file.count() + 3));
         }},
        {"freelist trunk", [](Pages& file) { break_freelist(file, true); }},
        {"freelist leaf", [](Pages& file) { break_freelist(file, false); }},
        {"pointer map",
         [](Pages& file) {
             if (file.number(52, 4) != 0) file.scramble(file.size() + file.below(100), 1);
         }},
        {"schema text", [](Pages& file) { file.scramble(108 + file.below(file.size() - 108), 1); }},
        {"zeroed page",
         [](Pages& file) {
             file.bytes().replace(file.any_page() * file.size(), file.size(), file.size(), '\0');
         }},
        {"swapped pages", [](Pages& file) { copy_page(file, true); }},
        {"page twice", [](Pages& file) { copy_page(file, false); }},
        {"cut at a page", [](Pages& file) { file.bytes().resize(file.any_page() * file.size()); }},
        {"cut at a sector",
         [](Pages& file) { file.bytes().resize(512 * file.below(file.bytes().size() / 512)); }},
        {"cut anywhere", [](Pages& file) { file.bytes().resize(file.below(file.bytes().size())); }},
        {"flipped bits",
         [](Pages& file) {
             for (std::size_t left = 1 + file.below(8); left > 0; --left)
                 file.bytes()[file.below(file.bytes().size())] ^=
                     static_cast<char>(1 << file.below(8));
         }},
        {"garbage",
         [](Pages& file) {
             file.scramble(file.below(file.bytes().size()), 1 + file.below(file.size()));
         }},
    };
    return all;
}

std::string everything(const Shape& shape) {
    // Rows enough for an interior page each, whatever the page size.
    const std::string rows = std::to_string(shape.page_size < 8192 ? 150 : 400);
    const std::string long_text = "hex(zeroblob(" + std::to_string(shape.page_size * 2) + "))";
    const std::string numbers =
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + rows + ") ";
    return "CREATE TABLE plain(id INTEGER PRIMARY KEY, a TEXT, b REAL, c BLOB);"
           "CREATE INDEX plain_a ON plain(a); CREATE UNIQUE INDEX plain_ai ON plain(a, id);"
           "CREATE INDEX partial ON plain(b) WHERE b > 20; CREATE INDEX expression ON plain(upper(a));" +
           numbers +
           "INSERT INTO plain SELECT i, 'text ' || i % 17 || ' ä€', i / 3.0, zeroblob(i % 40) FROM n;"
           "CREATE TABLE long(a PRIMARY KEY, b); INSERT INTO long VALUES(1, " +
           long_text + "), (" + long_text +
           ", 2);"
           "CREATE TABLE keyed(k TEXT COLLATE NOCASE PRIMARY KEY, v) WITHOUT ROWID;" +
           numbers +
           "INSERT INTO keyed SELECT 'key ' || i, i FROM n;"
           "CREATE TABLE strict_one(i INTEGER NOT NULL, t TEXT CHECK(length(t) < 90), a ANY) STRICT;"
           "INSERT INTO strict_one VALUES(1, 'x', 2), (2, 'y', x'00');"
           "CREATE TABLE generated(a INT, b AS (a * 2) STORED, c AS (a + b)); CREATE INDEX of_c ON generated(c);" +
           numbers +
           "INSERT INTO generated(a) SELECT i FROM n;"
           "CREATE TABLE counted(id INTEGER PRIMARY KEY AUTOINCREMENT, p REFERENCES plain);"
           "INSERT INTO counted(p) VALUES(1), (2), (NULL);"
           "CREATE TABLE empty(a, b UNIQUE); CREATE VIEW seen AS SELECT a FROM plain;"
           "CREATE TRIGGER followed AFTER DELETE ON plain BEGIN INSERT INTO empty VALUES(old.id, old.id); END;"
           "CREATE VIRTUAL TABLE words USING fts5(body); CREATE VIRTUAL TABLE words4 USING fts4(body);"
           "CREATE VIRTUAL TABLE words3 USING fts3(body);"
           "CREATE VIRTUAL TABLE outside USING fts5(a, content='plain', content_rowid='id');"
           "CREATE VIRTUAL TABLE bare USING fts5(a, content='');"
           "INSERT INTO words SELECT a FROM plain; INSERT INTO words4 SELECT a FROM plain WHERE id < 9;"
           "INSERT INTO words3 VALUES('one two'), ('three'); INSERT INTO outside(outside) VALUES('rebuild');"
           "INSERT INTO bare(rowid, a) VALUES(1, 'one');"
           "CREATE VIRTUAL TABLE place USING rtree(id, x0, x1, +name);" +
           numbers +
           "INSERT INTO place SELECT i, i, i + 1, 'n' FROM n;"
           "ANALYZE;"
           "CREATE TABLE gone(a); " +
           numbers + "INSERT INTO gone SELECT " + long_text +
           " FROM n WHERE i < 5; DROP TABLE gone;";
}

}  // namespace

std::string Shape::text() const {
    return std::to_string(page_size) + ' ' + encoding + " auto_vacuum " + auto_vacuum + ' ' +
           journal + " reserved " + std::to_string(reserved);
}

void make_healthy(const std::filesystem::path& path, const Shape& shape) {
    App app{path};
    int reserved = shape.reserved;
    sqlite3_file_control(app.handle(), "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    app.run("PRAGMA page_size = " + std::to_string(shape.page_size) + "; PRAGMA encoding = '" +
            shape.encoding + "'; PRAGMA auto_vacuum = " + shape.auto_vacuum +
            "; PRAGMA journal_mode = " + shape.journal + "; PRAGMA synchronous = OFF; BEGIN;" +
            everything(shape) + "COMMIT");
}

const std::vector<std::string_view>& damages() {
    static const auto names = [] {
        std::vector<std::string_view> all;
        for (const auto& [name, way] : ways()) all.push_back(name);
        return all;
    }();
    return names;
}

std::string damage(std::string_view kind, std::string bytes, std::mt19937_64& random) {
    Pages file{std::move(bytes), random};
    ways().at(kind)(file);
    return std::move(file.bytes());
}

}  // namespace muster::test
