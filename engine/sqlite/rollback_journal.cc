#include "engine/sqlite/rollback_journal.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <random>
#include <vector>

#include "engine/sqlite/sidecars.h"

namespace muster {
namespace {

constexpr std::array magic{0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
constexpr std::size_t sector = 512;  // the header is padded to one
constexpr std::size_t record_count_at = 8;

using Bytes4 = std::array<std::byte, 4>;

Bytes4 big(std::uint32_t number) {
    return {static_cast<std::byte>(number >> 24U), static_cast<std::byte>(number >> 16U & 0xffU),
            static_cast<std::byte>(number >> 8U & 0xffU), static_cast<std::byte>(number & 0xffU)};
}

/// Every 200th byte, from the end; of a byte torn off somewhere it tells little, and SQLite asks
/// for no more.
std::uint32_t checksum_of(std::span<const std::byte> page, std::uint32_t nonce) {
    auto sum = nonce;
    for (auto at = static_cast<std::ptrdiff_t>(page.size()) - 200; at > 0; at -= 200)
        sum += std::to_integer<std::uint32_t>(page[static_cast<std::size_t>(at)]);
    return sum;
}

}  // namespace

Result<RollbackJournal> RollbackJournal::create(const fs::path& database, const FileStatus& owner,
                                                std::uint32_t page_size, std::uint32_t pages) {
    const auto path = sidecar(database, "-journal");
    MUSTER_CHECK(remove_durably(path));
    MUSTER_TRY(auto file, File::create(path));
    if (::fchmod(file.descriptor(), owner.mode) != 0)
        return Failure(system_error(errno, "set the mode of", path));
    // As SQLite does: root keeps the owner, and nobody else can.
    if (::geteuid() == 0 && ::fchown(file.descriptor(), owner.owner, owner.group) != 0)
        return Failure(system_error(errno, "set the owner of", path));
    const auto nonce = static_cast<std::uint32_t>(std::random_device{}());
    std::vector<std::byte> header;
    for (const auto byte : magic) header.push_back(static_cast<std::byte>(byte));
    for (const auto number :
         {std::uint32_t{0}, nonce, pages, static_cast<std::uint32_t>(sector), page_size})
        for (const auto byte : big(number)) header.push_back(byte);
    header.resize(sector);
    MUSTER_CHECK(file.append(header));
    return RollbackJournal{std::move(file), path, page_size, nonce};
}

Result<> RollbackJournal::add(std::uint32_t number, std::span<const std::byte> page) {
    std::vector<std::byte> record;
    record.reserve(page_size_ + 8);
    const auto put = [&](const auto& bytes) {
        record.insert(record.end(), bytes.begin(), bytes.end());
    };
    put(big(number));
    put(page);
    put(big(checksum_of(page, nonce_)));
    ++records_;
    return file_.append(record);
}

/// The records first: until the header counts them, nothing is rolled back.
Result<> RollbackJournal::complete() {
    // Whoever takes sectors for larger looks for a whole one of them before it believes the header.
    MUSTER_TRY(const auto size, file_.size());
    constexpr Bytes largest_sector{std::uint64_t{64} << 10U};
    if (size < largest_sector) MUSTER_CHECK(file_.resize(largest_sector));
    MUSTER_CHECK(file_.sync());
    MUSTER_CHECK(file_.write_at(record_count_at, big(records_)));
    MUSTER_CHECK(file_.sync());
    return sync_folder(path_.parent_path());
}

Result<> RollbackJournal::remove() {
    if (::unlink(path_.c_str()) != 0) return Failure(system_error(errno, "remove", path_));
    return sync_folder(path_.parent_path());
}

}  // namespace muster
