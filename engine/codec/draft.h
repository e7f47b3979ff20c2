// A decoded document before anybody decided whether it is good enough.
#pragma once

#include "engine/codec/documents.h"

namespace muster::codec {

/// `value` holds what could be decoded, defaults elsewhere.
template <class T>
struct Draft {
    T value{};
    Problems problems;
    std::map<std::string, TextPlace> places;
};

template <Documented T>
Draft<T> draft_from_yaml(std::string_view text, const std::string& file);

/// On one line, without a look at the schema.
template <Documented T>
std::string spell(const T& value);

}  // namespace muster::codec
