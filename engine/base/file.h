// Files as muster needs them: owned descriptors, reads at an offset, and writes that survive a
// power cut. Every failure names the path. New files are 0600, new folders 0700.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/digest.h"
#include "engine/base/result.h"
#include "engine/base/sink.h"

namespace muster {

namespace fs = std::filesystem;

/// What the system says of a file.
struct FileStatus {
    bool exists = false;
    bool regular = false;
    bool directory = false;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
    std::uint64_t links = 0;
    Bytes size;
    std::uint32_t mode = 0;  ///< permission bits
    std::uint32_t owner = 0;
    std::uint32_t group = 0;
    std::int64_t changed = 0;  ///< when content or attributes last were, in ns; moves only forward

    bool same_file(const FileStatus& other) const {
        return exists && other.exists && device == other.device && inode == other.inode;
    }
};

/// An open descriptor, closed on destruction. Closing drops the process's POSIX locks on that
/// file: never open a database by this class while a connection to it is open in the process.
class File {
public:
    static Result<File> open_read(const fs::path& path);
    static Result<File> open_read_write(const fs::path& path);
    /// Makes a new file; ErrorCode::target_exists when there is one.
    static Result<File> create(const fs::path& path);
    /// A new file in the folder of `path` that has no name, to be linked there once it is whole.
    /// Not every file system knows such files.
    static Result<File> create_nameless(const fs::path& path);

    File(File&& other) noexcept;
    File& operator=(File&& other) noexcept;
    File(const File&) = delete;
    File& operator=(const File&) = delete;
    ~File();

    int descriptor() const { return descriptor_; }
    const fs::path& path() const { return path_; }
    Result<Bytes> size() const;
    /// What the system says of the open file, whatever its path names by now.
    Result<FileStatus> status() const;
    /// Reads until `into` is full or the file ends; returns the bytes read.
    Result<std::size_t> read_at(std::uint64_t offset, std::span<std::byte> into) const;
    Result<> append(std::span<const std::byte> bytes);
    Result<> append(std::string_view text);
    /// Over what stands there, and past the end. Where append() goes on stays.
    Result<> write_at(std::uint64_t offset, std::span<const std::byte> bytes);
    Result<> resize(Bytes size);
    /// Has the kernel begin to write what was appended to the disk, once it is a MiB, and does not
    /// wait for it: then sync() has little left to do.
    void begin_sync();
    Result<> sync();

private:
    File(int descriptor, fs::path path) : descriptor_(descriptor), path_(std::move(path)) {}
    int descriptor_ = -1;
    fs::path path_;
    std::uint64_t begun_ = 0;  ///< bytes that begin_sync() has seen
};

/// Links resolved. exists is false when there is nothing; an Error only when the system refuses to
/// say.
Result<FileStatus> status_of(const fs::path& path);

/// Where a file really lies, or would lie: every link followed, also one whose file is not there.
fs::path real_path(const fs::path& path);

/// The Error for an errno value: permission_denied, not_found, no_space or io, naming `path`.
Error system_error(int number, std::string_view action, const fs::path& path);

/// The whole file; ErrorCode::usage when it is longer than `limit`.
Result<std::string> read_text(const fs::path& path, Bytes limit);

/// Sees every byte in order, in pieces of at most 1 MiB; a failure of `sink` ends the reading.
Result<> read_pieces(const File& file,
                     const std::function<Result<>(std::span<const std::byte>)>& sink);
Result<Sha256> sha256_of_file(const fs::path& path);

/// Temp file, fsync, rename, fsync of the folder: afterwards the path holds `text`, or what it
/// held before. A kill leaves no temp file where the file system knows nameless ones, but for the
/// moment between naming and renaming when `path` is replaced. Folders above are made.
/// ErrorCode::not_a_file when a folder, device or pipe lies there.
Result<> write_durably(const fs::path& path, std::string_view text, std::uint32_t mode = 0600);
/// The same with what `write` gives to its sink; where it fails, the path holds what it held
/// before.
Result<> write_durably(const fs::path& path, const std::function<Result<>(const Sink&)>& write,
                       std::uint32_t mode = 0600);

enum class Replace { no, yes };
/// Renames within one file system and syncs the folder. Replace::no refuses an existing `to`
/// with ErrorCode::target_exists, in one step.
Result<> rename_durably(const fs::path& from, const fs::path& to, Replace replace);
/// Removes a file and syncs the folder; absent is fine.
Result<> remove_durably(const fs::path& path);
/// Threads that sync one folder at the same time share a sync that covers the changes of each.
Result<> sync_folder(const fs::path& folder);
/// Makes the folder and those above it, 0700; their names outlive a loss of power.
Result<> make_folder(const fs::path& folder);
/// Bytes that an unprivileged writer may still use in the file system that holds `path` (or its
/// nearest existing parent).
Result<Bytes> free_space(const fs::path& path);
/// Refuses with ErrorCode::no_space when fewer than `needed` bytes are free at `path`.
Result<> require_space(const fs::path& path, Bytes needed, std::string_view purpose);

}  // namespace muster
