// Exclusion between processes of one machine: a file that is locked while the work goes on. The
// kernel drops the lock when its holder dies, so a crash leaves no lease for ever.
#pragma once

#include <optional>
#include <string>

#include "engine/base/file.h"
#include "engine/base/time.h"

namespace muster {

/// What becomes of the file afterwards. One in muster's own folder stays, empty, for the next run
/// on the same thing: a file made and removed for each database of a fleet is what its runs would
/// wait for.
enum class LeaseFile { removed, emptied };

/// Held from take() to destruction.
class Lease {
public:
    /// `doing` stands in the file for whoever is refused. ErrorCode::lease_held, naming the holder,
    /// when somebody else still has it after `wait`.
    static Result<Lease> take(const fs::path& path, std::string_view doing, Time now,
                              Duration wait = Duration{0},
                              LeaseFile afterwards = LeaseFile::removed);

    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) noexcept;
    ~Lease();

private:
    Lease(File file, LeaseFile afterwards) : file_(std::move(file)), afterwards_(afterwards) {}
    std::optional<File> file_;
    LeaseFile afterwards_;
};

/// Whether a live process of this machine holds it, asked of the kernel (/proc/locks): nobody is
/// kept from taking it meanwhile. Of a process that is not to be seen from here, in another
/// container, false.
bool is_held(const fs::path& path);

}  // namespace muster
