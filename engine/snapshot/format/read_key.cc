#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "engine/base/file.h"
#include "engine/snapshot/format/key.h"

namespace muster {
namespace {

constexpr std::string_view how_to_make = "make one with: openssl rand -hex 32";
constexpr std::uint32_t of_group_and_others = 077;

/// What was read of a place: room for more than any key, so that a longer one shows. Wiped.
struct KeyText {
    std::array<char, 2 * Key::size + 8> bytes{};
    std::size_t length = 0;

    KeyText() = default;
    KeyText(const KeyText&) = default;
    KeyText& operator=(const KeyText&) = default;
    ~KeyText() { ::sodium_memzero(bytes.data(), bytes.size()); }
    std::string_view text() const { return {bytes.data(), length}; }
};

Failure missing(std::string message) {
    return fail(ErrorCode::key_missing, std::move(message), std::string{how_to_make});
}

bool all_hex(std::string_view text) {
    return std::ranges::all_of(text, [](char each) {
        return (each >= '0' && each <= '9') || (each >= 'a' && each <= 'f') ||
               (each >= 'A' && each <= 'F');
    });
}

Result<Key> parse_key(std::string_view text, const std::string& place) {
    const auto refuse = [&](std::string_view reason) {
        return fail(ErrorCode::key_invalid, fmt::format("{} holds no key: {}", place, reason),
                    std::string{how_to_make});
    };
    const auto whole = [](std::size_t length) {
        return length == Key::size || length == 2 * Key::size;
    };
    if (!text.empty() && !whole(text.size()) && text.back() == '\n') text.remove_suffix(1);
    if (text.empty()) return refuse("it is empty");
    if (!whole(text.size()))
        return refuse("a key is 64 hexadecimal digits, or 32 raw bytes, with nothing after them");
    const bool digits = all_hex(text);
    if (text.size() == Key::size) {
        if (digits) return refuse("32 hexadecimal digits are half a key");
        return Key{std::span<const std::byte, Key::size>{std::as_bytes(std::span{text})}};
    }
    if (!digits) return refuse("there are 64 characters, and not all are hexadecimal digits");
    std::array<std::byte, Key::size> bytes{};
    ::sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(),
                     text.size(), nullptr, nullptr, nullptr);
    Key key{bytes};
    ::sodium_memzero(bytes.data(), bytes.size());
    return key;
}

Result<Key> key_in_variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    const auto place = fmt::format("the environment variable {}", name);
    if (value == nullptr) return missing(place + ", which names the key, is not set");
    return parse_key(value, place);
}

enum class Owner { user, systemd };

Result<Key> key_in_file(const fs::path& path, const std::string& place, Owner owner) {
    // A pipe would be waited for.
    MUSTER_TRY(const auto there, status_of(path));
    if (!there.exists) return missing(fmt::format("there is no {}", place));
    if (!there.regular)
        return fail(ErrorCode::key_invalid, fmt::format("{} is no regular file", place),
                    std::string{how_to_make});
    // Where systemd gives a credential by an access list, its mask shows as rights of the group.
    if (owner == Owner::user && (there.mode & of_group_and_others) != 0)
        return fail(
            ErrorCode::key_invalid,
            fmt::format("{} can be read by others than its owner (mode {:04o})", place, there.mode),
            fmt::format("chmod 600 {}; if others may have read it, make a new one with: "
                        "openssl rand -hex 32",
                        path.string()));
    MUSTER_TRY(const auto file, File::open_read(path));
    KeyText read;
    MUSTER_TRY(read.length, file.read_at(0, std::as_writable_bytes(std::span{read.bytes})));
    return parse_key(read.text(), place);
}

Result<Key> key_in_credential(const std::string& name) {
    const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
    const auto place = fmt::format("systemd credential {}", name);
    if (folder == nullptr || *folder == '\0')
        return fail(ErrorCode::key_missing,
                    place + " cannot be read: CREDENTIALS_DIRECTORY is not set",
                    fmt::format("run as a systemd service with LoadCredential={}:PATH; for the "
                                "file, {}",
                                name, how_to_make));
    return key_in_file(fs::path{folder} / name, place, Owner::systemd);
}

}  // namespace

Result<Key> read_key(const SecretRef& place) {
    if (place.env) return key_in_variable(*place.env);
    if (place.file)
        return key_in_file(*place.file, fmt::format("key file {}", *place.file), Owner::user);
    if (place.credential) return key_in_credential(*place.credential);
    if (!place.command.empty())
        return fail(ErrorCode::not_available,
                    "this version cannot take a key from a command's output yet",
                    "name it by env, file or credential");
    return missing("the policy names no place for the key");
}

}  // namespace muster
