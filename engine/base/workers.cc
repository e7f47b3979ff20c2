#include "engine/base/workers.h"

#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace muster {

int in_parallel(std::size_t count, std::size_t most, const std::function<bool(std::size_t)>& work) {
    std::atomic<std::size_t> next = 0;
    std::mutex mutex;
    std::exception_ptr fault;
    const auto draw = [&] {
        try {
            for (auto mine = next++; mine < count; mine = next++)
                if (!work(mine)) next = count;
        } catch (...) {
            next = count;
            const std::scoped_lock alone{mutex};
            fault = std::current_exception();
        }
    };
    std::vector<std::jthread> others;
    while (others.size() + 1 < most && others.size() + 1 < count) {
        try {
            others.emplace_back(draw);
        } catch (const std::system_error&) {
            break;
        }
    }
    const int worked = static_cast<int>(others.size()) + 1;
    draw();
    others.clear();
    if (fault) std::rethrow_exception(fault);
    return worked;
}

}  // namespace muster
