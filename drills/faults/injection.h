// What became of the wish to break something.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace muster {

struct Injection {
    bool done = false;
    std::string told;  ///< the very place; where nothing was done, why there is none

    static Injection at(std::string place) { return {true, std::move(place)}; }
    static Injection none(std::string why) { return {false, std::move(why)}; }
};

/// The same seed picks the same places, on every machine. Spreads well over small choices
/// (SplitMix64).
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    /// Less than `limit`, which is not 0.
    std::size_t below(std::size_t limit) {
        state_ += 0x9e3779b97f4a7c15U;
        auto mixed = (state_ ^ (state_ >> 30U)) * 0xbf58476d1ce4e5b9U;
        mixed = (mixed ^ (mixed >> 27U)) * 0x94d049bb133111ebU;
        return static_cast<std::size_t>((mixed ^ (mixed >> 31U)) % limit);
    }

private:
    std::uint64_t state_;
};

}  // namespace muster
