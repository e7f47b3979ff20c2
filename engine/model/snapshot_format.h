// How a snapshot is taken and written.
#pragma once

#include <string>

#include "engine/base/fields.h"

namespace muster {

enum class Method { online, vacuum };
template <>
struct Names<Method> {
    static constexpr std::array list{std::pair{Method::online, std::string_view{"online"}},
                                     std::pair{Method::vacuum, std::string_view{"vacuum"}}};
};

enum class Compression { none, gzip, zstd };
template <>
struct Names<Compression> {
    static constexpr std::array list{std::pair{Compression::none, std::string_view{"none"}},
                                     std::pair{Compression::gzip, std::string_view{"gzip"}},
                                     std::pair{Compression::zstd, std::string_view{"zstd"}}};
};

/// What a snapshot of changes is told by: the last full one, or the last one.
enum class DeltaKind { diff, incr };
template <>
struct Names<DeltaKind> {
    static constexpr std::array list{std::pair{DeltaKind::diff, std::string_view{"diff"}},
                                     std::pair{DeltaKind::incr, std::string_view{"incr"}}};
};
/// Instead of a compression's extension: frames of a delta are compressed already.
inline constexpr std::string_view delta_extension = ".delta";

/// What a format adds to a name: "", ".gz" or ".zst", and ".enc" after it where it is encrypted.
inline std::string extension_of(Compression compression, bool encrypted) {
    std::string out;
    if (compression == Compression::gzip) out = ".gz";
    if (compression == Compression::zstd) out = ".zst";
    return encrypted ? out + ".enc" : out;
}

}  // namespace muster
