// What the fault layer does to one call that changes a file. Read once from the environment:
//   MUSTER_FAULT_BELOW  only calls on paths below this folder count
//   MUSTER_FAULT_TRACE  every counted call becomes a line "NUMBER CALL PATH" of this file
//   MUSTER_FAULT        kill@N, torn@N, eio@N or enospc@N; with a + behind, from the Nth call on
#pragma once

#include <cstddef>

namespace fault {

enum class Kind { makes, writes, syncs, names, removes, shapes, closes };

/// 0 when the call is to be made as it is, else the errno to fail with. Does not return where
/// the process is to die before this call.
int before(const char* call, Kind kind, const char* path);
int before(const char* call, Kind kind, int descriptor);

/// The same for a call that writes: how many of `size` bytes are to be written really before the
/// call fails with `error`, or before the process dies where `dies`.
struct Write {
    bool whole = true;
    std::size_t bytes = 0;
    int error = 0;
    bool dies = false;
};
Write before_write(const char* call, int descriptor, std::size_t size);

[[noreturn]] void die();

}  // namespace fault
