// Many pieces of work on a few threads.
#pragma once

#include <cstddef>
#include <functional>

namespace muster {

/// Does the pieces 0 to count-1 on up to `most` threads, this one among them; they begin in
/// order. Once `work` answers false no further piece begins. What it throws is thrown here, when
/// all threads have ended. Gives how many threads worked: fewer where no more were to be had.
int in_parallel(std::size_t count, std::size_t most, const std::function<bool(std::size_t)>& work);

}  // namespace muster
