#include "engine/snapshot/checksum_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "engine/snapshot/names.h"

namespace muster {
namespace {

constexpr Bytes checksum_file_limit{std::uint64_t{64} << 10U};
constexpr std::size_t digest_digits = 64;

std::string escaped(std::string_view name) {
    std::string out;
    for (const char c : name) {
        if (c == '\\') out += "\\\\";
        if (c == '\n') out += "\\n";
        if (c == '\r') out += "\\r";
        if (c != '\\' && c != '\n' && c != '\r') out += c;
    }
    return out;
}

std::optional<Sha256> digest_of(std::string_view digits) {
    std::string lower{digits};
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
    return TextForm<Sha256>::parse(lower);
}

/// Digest of the line, where it names `name` or, being a digest alone, names nothing else.
std::optional<Sha256> parse_line(std::string_view line, const std::string& name) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.size() == digest_digits) return digest_of(line);
    const auto written = escaped(name);
    constexpr std::string_view tag = "SHA256 (";
    if (line.starts_with(tag)) {  // sha256sum --tag, and the BSDs
        const auto close = line.rfind(") = ");
        if (close == std::string_view::npos ||
            line.substr(tag.size(), close - tag.size()) != written)
            return std::nullopt;
        return digest_of(line.substr(close + 4));
    }
    if (line.starts_with('\\')) line.remove_prefix(1);
    if (line.size() < digest_digits + 3 || line[digest_digits] != ' ') return std::nullopt;
    auto named = line.substr(digest_digits + 2);
    if (const auto slash = named.rfind('/'); slash != std::string_view::npos)
        named.remove_prefix(slash + 1);
    if (named != written) return std::nullopt;
    return digest_of(line.substr(0, digest_digits));
}

}  // namespace

std::string checksum_line(const Sha256& checksum, std::string_view name) {
    const auto written = escaped(name);
    return fmt::format("{}{}  {}\n", written == name ? "" : "\\", checksum.hex(), written);
}

Result<std::optional<Sha256>> read_checksum_file(const fs::path& artifact) {
    const auto file = checksum_file_of(artifact);
    MUSTER_TRY(const auto there, status_of(file));
    if (!there.exists) return std::nullopt;
    const auto name = artifact.filename().string();
    if (there.regular) {
        MUSTER_TRY(const auto text, read_text(file, checksum_file_limit));
        std::string_view rest{text};
        while (!rest.empty()) {
            const auto end = std::min(rest.find('\n'), rest.size());
            if (auto found = parse_line(rest.substr(0, end), name)) return found;
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
    return fail(ErrorCode::manifest_mismatch,
                fmt::format("{} tells no SHA-256 of {}", file.string(), name),
                "look where it comes from, then move it away");
}

}  // namespace muster
