// What decoding keeps besides the value: problems, places, and how they are worded.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/base/problem.h"
#include "engine/codec/nearest.h"
#include "engine/codec/node.h"

namespace muster::codec {

/// Written by people (YAML) or by a program (JSON). People may write amounts of bytes with a unit.
enum class Author { person, program };

/// Where decoding stands. `named` is the place that names the value: its key, or the item itself.
struct Spot {
    std::string path;
    TextPlace named;

    Spot member(const Member& member) const;
    Spot item(const Node& item, std::size_t index) const;
};

class Decoder {
public:
    /// `files` are the names of the texts that places refer to by number.
    Decoder(std::vector<std::string> files, Author author)
        : files_(std::move(files)), author_(author) {}

    Author author() const { return author_; }

    void problem(TextPlace place, std::string path, std::string message, std::string hint);
    /// `expected` is a phrase such as "a list".
    void wrong_type(const Node& node, const Spot& at, std::string_view expected,
                    std::string hint = {});
    void out_of_range(const Node& node, const Spot& at, std::string_view lowest,
                      std::string_view highest);
    void unknown_word(const Node& node, const Spot& at, const Words& allowed);
    void unknown_key(const Member& member, const Spot& parent, const Words& allowed);
    /// `doc` is the key's sentence from the field table.
    void missing_key(const Spot& parent, std::string_view key, std::string_view doc);
    /// None of the keys of which one is needed, or a second one of them.
    void missing_choice(const Spot& at, const Words& choice);
    void second_choice(const Member& second, const Member& first, const Spot& parent,
                       const Words& choice);
    void remember_place(const Node& node, const Spot& at);

    /// In the order of the document.
    Problems take_problems();
    std::map<std::string, TextPlace> take_places() { return std::move(places_); }

private:
    std::vector<std::string> files_;
    Author author_;
    Problems problems_;
    std::map<std::string, TextPlace> places_;
};

}  // namespace muster::codec
