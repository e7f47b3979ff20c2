#include "engine/sqlite/crash_copy.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace muster {
namespace {

/// The record at the end of a journal that took part in a commit over several databases.
struct SuperJournal {
    fs::path path;
    std::uint64_t record_bytes = 0;
};

constexpr std::array<unsigned char, 8> journal_magic{0xd9, 0xd5, 0x05, 0xf9,
                                                     0x20, 0xa1, 0x63, 0xd7};
constexpr std::uint64_t longest_name = 4096;

/// https://sqlite.org/fileformat.html#the_rollback_journal and pager.c, readSuperJournal: page
/// number, name, its length, its checksum, magic. Anything else is no such record.
Result<std::optional<SuperJournal>> super_journal_of(const File& journal) {
    std::optional<SuperJournal> none;
    MUSTER_TRY(const auto size, journal.size());
    std::array<std::byte, 16> tail{};
    if (size.count < tail.size() + 4) return none;
    MUSTER_CHECK(journal.read_at(size.count - tail.size(), tail));
    const std::uint64_t length = big_endian(std::span{tail}.first(4));
    if (std::memcmp(tail.data() + 8, journal_magic.data(), journal_magic.size()) != 0) return none;
    if (length == 0 || length > longest_name || length + tail.size() + 4 > size.count) return none;
    std::vector<char> name(length);
    MUSTER_CHECK(journal.read_at(size.count - tail.size() - length,
                                 std::as_writable_bytes(std::span{name})));
    std::uint32_t sum = 0;
    for (const char c : name) sum += static_cast<std::uint32_t>(static_cast<int>(c));
    if (sum != big_endian(std::span{tail}.subspan(4, 4)) || name[0] == '\0') return none;
    return SuperJournal{std::string(name.data(), ::strnlen(name.data(), name.size())),
                        length + tail.size() + 4};
}

/// The super-journal decides: while it exists the commit was not finished and is rolled back, when
/// it is gone the commit counts. The copy's journal must not name it, or recovering the copy could
/// remove it and would ask it again later.
Result<> copy_journal(const fs::path& from, const fs::path& to) {
    MUSTER_TRY(const auto journal, File::open_read(from));
    MUSTER_TRY(const auto super, super_journal_of(journal));
    if (!super) return copy_bytes(journal, to);
    MUSTER_TRY(const auto status, status_of(super->path));
    if (!status.exists) return {};
    MUSTER_CHECK(copy_bytes(journal, to));
    MUSTER_TRY(const auto size, journal.size());
    if (::truncate(to.c_str(), static_cast<off_t>(size.count - super->record_bytes)) != 0)
        return Failure(system_error(errno, "shorten", to));
    return {};
}

}  // namespace

Result<fs::path> copy_crashed(const SourceLock& lock, const DiskState& state,
                              const fs::path& database, const fs::path& folder) {
    // Recovery writes the WAL's pages into the main file, hence room for it twice.
    const Bytes needed{state.bytes.count + 2 * state.wal_bytes.count};
    MUSTER_CHECK(require_space(folder, needed,
                               fmt::format("a private copy to recover {} in", database.string())));
    const fs::path copy = folder / "copy.db";
    MUSTER_CHECK(copy_bytes(lock.file(), copy));
    if (state.hot_journal)
        MUSTER_CHECK(copy_journal(sidecar(database, "-journal"), sidecar(copy, "-journal")));
    if (state.wal_bytes.count > 0) {
        MUSTER_TRY(const auto wal, File::open_read(sidecar(database, "-wal")));
        MUSTER_CHECK(copy_bytes(wal, sidecar(copy, "-wal")));
    }
    return copy;
}

}  // namespace muster
