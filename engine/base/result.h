// A value or an Error. A class of its own, not an alias: with an alias GCC 12 lets a dropped
// error pass in silence.
#pragma once

#include <tl/expected.hpp>
#include <utility>

#include "engine/base/error.h"

namespace muster {

template <class T = void>
class [[nodiscard]] Result : public tl::expected<T, Error> {
public:
    using tl::expected<T, Error>::expected;
};

using Failure = tl::unexpected<Error>;

inline Failure fail(ErrorCode code, std::string message, std::string hint = {}) {
    return Failure(Error{code, std::move(message), std::move(hint), {}});
}

}  // namespace muster

#define MUSTER_CONCAT_(a, b) a##b
#define MUSTER_CONCAT(a, b) MUSTER_CONCAT_(a, b)
#define MUSTER_TRY_(result, declaration, expression)                  \
    auto result = (expression);                                       \
    if (!result) return ::muster::Failure(std::move(result).error()); \
    declaration = *std::move(result)
/// MUSTER_TRY(auto x, f()): x is f's value; on failure the enclosing function returns the Error.
#define MUSTER_TRY(declaration, expression) \
    MUSTER_TRY_(MUSTER_CONCAT(result_, __LINE__), declaration, expression)
/// The same for a Result<> whose value does not matter.
#define MUSTER_CHECK(expression)                                                                 \
    if (auto MUSTER_CONCAT(result_, __LINE__) = (expression); !MUSTER_CONCAT(result_, __LINE__)) \
    return ::muster::Failure(std::move(MUSTER_CONCAT(result_, __LINE__)).error())
