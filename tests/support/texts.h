// Texts that are tedious to write out.
#pragma once

#include <string>
#include <string_view>

namespace muster::test {

inline std::string repeated(std::string_view piece, std::size_t times) {
    std::string out;
    while (times-- > 0) out += piece;
    return out;
}

}  // namespace muster::test
