// A rollback journal of SQLite's own form, for pages that muster writes by itself
// (https://sqlite.org/fileformat.html#the_rollback_journal).
#pragma once

#include <cstdint>

#include "engine/base/file.h"

namespace muster {

/// Once it is complete, whoever opens the database after its writer has gone puts every page back
/// that stands in it, and the former length. Made only by who holds the database's RESERVED lock;
/// incomplete, it changes nothing.
class RollbackJournal {
public:
    /// Takes the place of a used-up one that `journal_mode = PERSIST` left. `owner` is the
    /// database's status: whoever may write that one may roll it back.
    static Result<RollbackJournal> create(const fs::path& database, const FileStatus& owner,
                                          std::uint32_t page_size, std::uint32_t pages);

    /// The page as it was.
    Result<> add(std::uint32_t number, std::span<const std::byte> page);
    /// On the disk, with its name.
    Result<> complete();
    /// What was written is the database from now on. An Error: the journal is there as before, or a
    /// loss of power may bring it back.
    Result<> remove();

private:
    RollbackJournal(File file, fs::path path, std::uint32_t page_size, std::uint32_t nonce)
        : file_(std::move(file)), path_(std::move(path)), page_size_(page_size), nonce_(nonce) {}

    File file_;
    fs::path path_;
    std::uint32_t page_size_;
    std::uint32_t nonce_;
    std::uint32_t records_ = 0;
};

}  // namespace muster
