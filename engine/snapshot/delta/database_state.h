// A state of a database that is read here and there, wherever its bytes lie.
#pragma once

#include <memory>

#include "engine/base/file.h"

namespace muster {

/// Several threads may read it at once.
class DatabaseState {
public:
    virtual ~DatabaseState() = default;
    DatabaseState(const DatabaseState&) = delete;
    DatabaseState& operator=(const DatabaseState&) = delete;

    virtual Bytes size() const = 0;
    /// Fills `into`. ErrorCode::damaged where that reaches past the end, and where a file it is
    /// read from ends too early. That no byte was changed is proven by reading all of it:
    /// merkle_root_of().
    virtual Result<> read(std::uint64_t offset, std::span<std::byte> into) const = 0;

protected:
    DatabaseState() = default;
};

/// The first `size` bytes of a file, which outlives the state.
std::unique_ptr<DatabaseState> file_state(const File& file, Bytes size);

/// ErrorCode::damaged, to be said where bytes past the end are asked for.
Failure past_the_end(std::uint64_t offset, std::size_t count, Bytes size, const fs::path& path);

}  // namespace muster
