// What reading a document gives: its value, or every problem it has.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "engine/base/problem.h"
#include "engine/codec/text_place.h"

namespace muster {

template <class T>
struct Loaded {
    std::optional<T> value;  ///< there exactly when `problems` is empty
    Problems problems;       ///< in the order of the document
    /// The place of every path ("targets.finance.checks[0].sql"): of scalars the value's, of
    /// mappings and lists that of the key above them. Filled from YAML, empty from JSON.
    std::map<std::string, TextPlace> places;
};

}  // namespace muster
