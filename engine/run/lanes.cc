#include "engine/run/lanes.h"

#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <variant>

#include "engine/base/file.h"

namespace muster {
namespace {

/// The database that a step reads or writes; empty where it works on snapshots only.
std::string database_of(const Step& step) {
    return std::visit(
        [](const auto& action) -> std::string {
            if constexpr (requires { action.source; })
                return action.source;
            else if constexpr (requires { action.target; })
                return action.target;
            else
                return {};
        },
        step.action);
}

/// Sets of steps that grow together.
class Together {
public:
    explicit Together(std::size_t count) : first_(count) {
        std::iota(first_.begin(), first_.end(), std::size_t{0});
    }
    std::size_t set_of(std::size_t step) {
        while (first_[step] != step) step = first_[step] = first_[first_[step]];
        return step;
    }
    void join(std::size_t one, std::size_t other) {
        const auto [low, high] = std::minmax({set_of(one), set_of(other)});
        first_[high] = low;
    }

private:
    std::vector<std::size_t> first_;
};

}  // namespace

std::vector<Lane> lanes_of(const Plan& plan) {
    Together sets{plan.steps.size()};
    std::unordered_map<std::string, std::size_t> seen;
    const auto share = [&](std::size_t step, std::string what) {
        const auto [known, fresh] = seen.emplace(std::move(what), step);
        if (!fresh) sets.join(known->second, step);
    };
    std::unordered_map<std::string, std::string> real_paths;
    const auto real = [&](const std::string& database) -> const std::string& {
        const auto [known, fresh] = real_paths.try_emplace(database);
        if (fresh) known->second = real_path(database).string();
        return known->second;
    };
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const auto& step = plan.steps[i];
        if (step.bucket != Bucket::planned) continue;
        share(i, "step " + step.id);
        share(i, "target " + step.target);
        if (const auto database = database_of(step); !database.empty())
            share(i, "database " + real(database));
        for (const auto& need : step.needs) share(i, "step " + need);
    }
    std::vector<Lane> out;
    std::unordered_map<std::size_t, std::size_t> lane_of;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        if (plan.steps[i].bucket != Bucket::planned) continue;
        const auto [lane, fresh] = lane_of.emplace(sets.set_of(i), out.size());
        if (fresh) out.emplace_back();
        auto& mine = out[lane->second];
        mine.steps.push_back(i);
        mine.bytes = std::max(mine.bytes, plan.steps[i].bytes);
    }
    return out;
}

Room::Stay Room::enter(std::size_t number, Bytes bytes) {
    const auto share = std::min(bytes.count, size_.count);
    std::unique_lock lock{mutex_};
    changed_.wait(
        lock, [&] { return next_ == number && (taken_ == 0 || taken_ + share <= size_.count); });
    ++next_;
    taken_ += share;
    changed_.notify_all();
    return {*this, share};
}

void Room::leave(std::uint64_t bytes) {
    const std::scoped_lock alone{mutex_};
    taken_ -= bytes;
    changed_.notify_all();
}

}  // namespace muster
