// A decoded document before anybody decided whether it is good enough.
#pragma once

#include "engine/codec/decoder.h"
#include "engine/codec/documents.h"

namespace muster::codec {

/// `value` holds what could be decoded, defaults elsewhere.
template <class T>
struct Draft {
    T value{};
    Problems problems;
    std::map<std::string, TextPlace> places;
};

/// `files` are the names of the texts that the tree was made of.
template <Documented T>
Draft<T> draft_from_tree(Node root, std::vector<std::string> files, Author author);

/// As a tree, every field in the order of its table.
template <Documented T>
Node tree_of(const T& value);

}  // namespace muster::codec
