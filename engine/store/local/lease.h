// Exclusion between processes of one machine: a file that is locked while the work goes on. The
// kernel drops the lock when its holder dies, so a crash leaves no lease for ever.
#pragma once

#include <optional>
#include <string>

#include "engine/base/file.h"
#include "engine/base/time.h"

namespace muster {

/// Held from take() to destruction; the file is removed then.
class Lease {
public:
    /// `doing` stands in the file for whoever is refused. ErrorCode::lease_held, naming the holder,
    /// when somebody else still has it after `wait`.
    static Result<Lease> take(const fs::path& path, std::string_view doing, Time now,
                              Duration wait = Duration{0});

    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) noexcept;
    ~Lease();

private:
    explicit Lease(File file) : file_(std::move(file)) {}
    std::optional<File> file_;
};

}  // namespace muster
