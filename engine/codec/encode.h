// Structs into a document tree, by their field tables.
#pragma once

#include <algorithm>
#include <concepts>

#include "engine/codec/json.h"
#include "engine/codec/node.h"
#include "engine/codec/shapes.h"

namespace muster::codec {

/// Every field in the order of its table, also empty lists, so that documents explain themselves.
/// Left out are optional fields that hold nothing: an empty std::optional, and empty text where
/// that is the default. A required field that is an empty std::optional becomes null.
template <class T>
Node encode(const T& value);

template <class T>
bool is_in_choice(std::string_view key) {
    if constexpr (HasChoice<T>)
        return std::ranges::find(Fields<T>::one_of, key) != Fields<T>::one_of.end();
    return false;
}

template <class Owner, class M, class T>
bool is_left_out(const Field<Owner, M>& field, const T& value) {
    if (field.presence == Presence::required) return false;
    const M& member = value.*field.member;
    if constexpr (is_list<M>)
        if (is_in_choice<T>(field.name)) return member.empty();
    if constexpr (is_optional<M>)
        return !member.has_value();
    else if constexpr (std::same_as<M, std::string>)
        return member.empty() && (Owner{}.*field.member).empty();
    else if constexpr (Textual<M>)
        return TextForm<M>::format(member).empty();
    else
        return false;
}

template <Described T>
Mapping encode_struct(const T& value) {
    Mapping mapping;
    for_each_field<T>([&](const auto& field) {
        if (!is_left_out(field, value))
            mapping.push_back({std::string{field.name}, encode(value.*field.member), {}});
    });
    return mapping;
}

template <class... T>
Node encode_variant(const std::variant<T...>& value) {
    return std::visit(
        []<class Alternative>(const Alternative& alternative) -> Node {
            Mapping mapping = encode_struct(alternative);
            const std::string kind{Kind<Alternative>::name};
            mapping.insert(mapping.begin(), {std::string{kind_key}, text_node(kind), {}});
            return {std::move(mapping), {}};
        },
        value);
}

template <class T>
Node encode(const T& value) {
    if constexpr (is_optional<T>) {
        return value ? encode(*value) : null_node();
    } else if constexpr (is_list<T>) {
        Sequence sequence;
        for (const auto& item : value) sequence.push_back(encode(item));
        return {std::move(sequence), {}};
    } else if constexpr (is_map<T>) {
        Mapping mapping;
        for (const auto& [key, item] : value) mapping.push_back({key, encode(item), {}});
        return {std::move(mapping), {}};
    } else if constexpr (is_variant<T>) {
        return encode_variant(value);
    } else if constexpr (Described<T>) {
        return {encode_struct(value), {}};
    } else if constexpr (std::same_as<T, bool>) {
        return boolean_node(value);
    } else if constexpr (std::integral<T>) {
        return number_node(value);
    } else if constexpr (std::floating_point<T>) {
        return real_node(value);
    } else if constexpr (std::same_as<T, Bytes>) {
        return number_node(value.count);
    } else if constexpr (std::same_as<T, std::string>) {
        return text_node(value);
    } else if constexpr (std::same_as<T, JsonText>) {
        return node_of(value);
    } else if constexpr (Textual<T>) {
        return text_node(TextForm<T>::format(value));
    } else {
        static_assert(Named<T>, "give this type a Fields, Names or TextForm table");
        return text_node(std::string{name_of(value)});
    }
}

}  // namespace muster::codec
