#include "engine/snapshot/format/first_bytes.h"

#include <fmt/format.h>

namespace muster {

Result<FirstBytes> first_bytes_of(const File& artifact) {
    FirstBytes first;
    first.bytes.resize(seal_header_size);
    MUSTER_TRY(const auto count, artifact.read_at(0, first.bytes));
    first.bytes.resize(count);
    if (count == 0)
        return fail(ErrorCode::damaged, fmt::format("{} is empty", artifact.path().string()),
                    "use another backup");
    MUSTER_TRY(first.seal, parse_seal_header(first.bytes, artifact.path().string()));
    return first;
}

}  // namespace muster
