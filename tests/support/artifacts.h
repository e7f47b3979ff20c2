// Artifacts of every form, and content to make them of.
#pragma once

#include <random>

#include "engine/snapshot/format/decode.h"
#include "engine/snapshot/format/encode.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster::test {

inline constexpr std::uint64_t kib = 1024, mib = 1024 * kib;

inline Key key_of(unsigned char seed) {
    std::array<std::byte, Key::size> bytes{};
    bytes.fill(std::byte{seed});
    return Key{bytes};
}

/// Bytes that cannot be compressed.
inline std::string noise(std::size_t size, unsigned seed = 1) {
    std::mt19937_64 random{seed};
    std::string out;
    while (out.size() < size) {
        const auto number = random();
        out.append(reinterpret_cast<const char*>(&number), sizeof number);
    }
    out.resize(size);
    return out;
}

/// Bytes that can.
inline std::string prose(std::size_t size) {
    std::string out;
    for (std::size_t line = 0; out.size() < size; ++line)
        out += "order " + std::to_string(line * line % 9973) + " of " + std::to_string(line) + "\n";
    out.resize(size);
    return out;
}

/// The header of a database of `pages` pages of 4096 bytes that an SQLite of today wrote.
inline std::string database_header(unsigned pages) {
    std::string header(100, '\0');
    header.replace(0, 16, std::string{"SQLite format 3\0", 16});
    header[16] = '\x10';
    header[18] = header[19] = '\1';
    for (unsigned i = 0; i < 4; ++i) header[28 + i] = static_cast<char>(pages >> (24 - 8 * i));
    return header;
}
/// Not a sound database, but its header is.
inline std::string database_like(unsigned pages) {
    auto content = prose(std::size_t{pages} * 4096);
    return content.replace(0, 100, database_header(pages));
}

/// Encodes `content` as `artifact`, in the folder of it.
inline Result<Encoded> make_artifact(const fs::path& artifact, const std::string& content,
                                     const EncodeOptions& options) {
    const fs::path source = artifact.string() + ".content";
    write_all(source, content);
    MUSTER_TRY(const auto from, File::open_read(source));
    MUSTER_TRY(auto to, File::create(artifact));
    return encode(from, to, options);
}

/// What decode() gave to its sink goes to `content`.
inline Result<Decoded> read_artifact(const fs::path& artifact, const DecodeOptions& options,
                                     std::string& content) {
    content.clear();
    MUSTER_TRY(const auto file, File::open_read(artifact));
    return decode(file, options, [&](std::span<const std::byte> piece) -> Result<> {
        content.append(reinterpret_cast<const char*>(piece.data()), piece.size());
        return {};
    });
}
/// The same of bytes that lie in no file yet.
inline Result<Decoded> read_bytes(const TempFolder& folder, const std::string& bytes,
                                  const DecodeOptions& options, std::string& content) {
    write_all(folder / "bytes", bytes);
    return read_artifact(folder / "bytes", options, content);
}

}  // namespace muster::test
