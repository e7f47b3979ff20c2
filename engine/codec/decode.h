// A document tree into structs, by their field tables.
#pragma once

#include <algorithm>
#include <limits>

#include "engine/codec/decoder.h"
#include "engine/codec/json_text.h"
#include "engine/codec/shapes.h"

namespace muster::codec {

/// Fills `out` as far as the tree allows and tells every problem. `tag` is a key of the mapping
/// that is no field.
template <class T>
void decode(const Node& node, const Spot& at, Decoder& to, T& out, std::string_view tag = {});

template <class T>
void decode_number(const Scalar& scalar, const Node& node, const Spot& at, Decoder& to, T& out) {
    if constexpr (std::integral<T>) {
        if (const auto value = to_integer<T>(scalar)) {
            out = *value;
        } else if (meaning_of(scalar) == Meaning::integer) {
            to.out_of_range(node, at, std::to_string(std::numeric_limits<T>::min()),
                            std::to_string(std::numeric_limits<T>::max()));
        } else {
            to.wrong_type(node, at, "a whole number");
        }
    } else {
        if (const auto value = to_real(scalar))
            out = static_cast<T>(*value);
        else
            to.wrong_type(node, at, "a number");
    }
}

inline void decode_bytes(const Scalar& scalar, const Node& node, const Spot& at, Decoder& to,
                         Bytes& out) {
    const bool person = to.author() == Author::person;
    if (const auto count = to_integer<std::uint64_t>(scalar)) {
        out.count = *count;
    } else if (const auto amount = parse_bytes(scalar.text); amount && person) {
        out = *amount;
    } else {
        to.wrong_type(
            node, at,
            person ? "a number of bytes such as 4096, 16MiB or 1.5GiB" : "a number of bytes");
    }
}

inline void decode_text(const Scalar& scalar, const Node& node, const Spot& at, Decoder& to,
                        std::string& out) {
    const auto meaning = meaning_of(scalar);
    if (meaning == Meaning::text || scalar.filled)
        out = scalar.text;
    else
        to.wrong_type(node, at, "text",
                      meaning == Meaning::null ? "" : "write \"" + scalar.text + "\" in quotes");
}

/// std::regex, with which valijson matches the patterns of these texts, recurses for each
/// character: a very long one would overflow the stack. A line break is matched by none of the
/// patterns.
inline bool is_short_line(std::string_view text) {
    return text.size() <= 1000 && text.find_first_of("\r\n") == std::string_view::npos;
}

template <class T>
void decode_textual(const Scalar& scalar, const Node& node, const Spot& at, Decoder& to, T& out) {
    if (!is_short_line(scalar.text))
        return to.wrong_type(node, at, TextForm<T>::example, "one line of at most 1000 bytes");
    auto value =
        meaning_of(scalar) == Meaning::null ? std::nullopt : TextForm<T>::parse(scalar.text);
    if (value)
        out = *std::move(value);
    else if constexpr (requires { TextForm<T>::complaint(scalar.text); })
        to.wrong_type(node, at, TextForm<T>::example,
                      scalar.text.empty() ? "" : TextForm<T>::complaint(scalar.text));
    else
        to.wrong_type(node, at, TextForm<T>::example);
}

template <Named E>
void decode_name(const Scalar& scalar, const Node& node, const Spot& at, Decoder& to, E& out) {
    if (const auto value = from_name<E>(scalar.text)) {
        out = *value;
        return;
    }
    Words names;
    for (const auto& [value, name] : Names<E>::list) names.push_back(name);
    to.unknown_word(node, at, names);
}

template <class T>
void decode_scalar(const Node& node, const Spot& at, Decoder& to, T& out) {
    // A list or a mapping is as wrong as nothing; the message describes the node.
    static const Scalar nothing;
    const auto* scalar = std::get_if<Scalar>(&node.value);
    const Scalar& written = scalar ? *scalar : nothing;
    if constexpr (std::same_as<T, bool>) {
        if (const auto value = to_boolean(written))
            out = *value;
        else
            to.wrong_type(node, at, "true or false");
    } else if constexpr (std::is_arithmetic_v<T>) {
        decode_number(written, node, at, to, out);
    } else if constexpr (std::same_as<T, Bytes>) {
        decode_bytes(written, node, at, to, out);
    } else if constexpr (std::same_as<T, std::string>) {
        decode_text(written, node, at, to, out);
    } else if constexpr (Textual<T>) {
        decode_textual(written, node, at, to, out);
    } else {
        static_assert(Named<T>, "give this type a Fields, Names or TextForm table");
        decode_name(written, node, at, to, out);
    }
}

template <class T>
void decode_list(const Node& node, const Spot& at, Decoder& to, std::vector<T>& out) {
    const auto* sequence = std::get_if<Sequence>(&node.value);
    if (!sequence) {
        const auto* scalar = std::get_if<Scalar>(&node.value);
        const bool lone =
            scalar && meaning_of(*scalar) != Meaning::null && scalar->text.size() < 40;
        return to.wrong_type(node, at, "a list", lone ? "write [" + scalar->text + "]" : "");
    }
    out.clear();
    for (std::size_t i = 0; i < sequence->size(); ++i) {
        T item{};
        decode((*sequence)[i], at.item((*sequence)[i], i), to, item);
        out.push_back(std::move(item));
    }
}

template <class T>
void decode_map(const Node& node, const Spot& at, Decoder& to, std::map<std::string, T>& out) {
    const auto* mapping = std::get_if<Mapping>(&node.value);
    if (!mapping) return to.wrong_type(node, at, "a mapping of names");
    out.clear();
    for (const auto& member : *mapping)
        decode(member.value, at.member(member), to, out[member.key]);
}

template <Described T>
Words keys_of(std::string_view tag) {
    Words keys;
    if (!tag.empty()) keys.push_back(tag);
    for_each_field<T>([&](const auto& field) { keys.push_back(field.name); });
    return keys;
}

template <class Owner, class M, class T>
void decode_field(const Field<Owner, M>& field, const Mapping& mapping, const Spot& at, Decoder& to,
                  T& out) {
    for (const auto& member : mapping) {
        if (member.key != field.name) continue;
        const auto* scalar = std::get_if<Scalar>(&member.value.value);
        const bool null = scalar && meaning_of(*scalar) == Meaning::null;
        const bool allowed = is_optional<M> && field.presence == Presence::required;
        if (!(null && allowed)) decode(member.value, at.member(member), to, out.*field.member);
        return;
    }
    if (field.presence == Presence::required) to.missing_key(at, field.name, field.doc);
}

/// A list that stands for the whole struct.
template <HasShorthand T>
void decode_shorthand(const Node& node, const Spot& at, Decoder& to, T& out) {
    for_each_field<T>([&](const auto& field) {
        if (field.name != Fields<T>::shorthand) return;
        to.remember_place(node, {at.path + "." + std::string{field.name}, at.named});
        decode(node, at, to, out.*field.member);
    });
}

template <HasChoice T>
void check_choice(const Mapping& mapping, const Spot& at, Decoder& to) {
    std::vector<const Member*> given;
    for (const auto& member : mapping)
        if (std::ranges::find(Fields<T>::one_of, member.key) != Fields<T>::one_of.end())
            given.push_back(&member);
    const Words choice{Fields<T>::one_of.begin(), Fields<T>::one_of.end()};
    if (given.empty()) to.missing_choice(at, choice);
    for (std::size_t i = 1; i < given.size(); ++i)
        to.second_choice(*given[i], *given[0], at, choice);
}

template <Described T>
void decode_struct(const Node& node, const Spot& at, Decoder& to, T& out, std::string_view tag) {
    const auto* mapping = std::get_if<Mapping>(&node.value);
    const Words keys = keys_of<T>(tag);
    if (!mapping) {
        if constexpr (HasShorthand<T>)
            if (std::holds_alternative<Sequence>(node.value))
                return decode_shorthand(node, at, to, out);
        std::string hint = "keys: " + joined(keys);
        if constexpr (requires { Fields<T>::instead; }) hint = Fields<T>::instead;
        return to.wrong_type(node, at, HasShorthand<T> ? "a list or a mapping" : "a mapping", hint);
    }
    for_each_field<T>([&](const auto& field) { decode_field(field, *mapping, at, to, out); });
    for (const auto& member : *mapping)
        if (std::ranges::find(keys, member.key) == keys.end()) to.unknown_key(member, at, keys);
    if constexpr (HasChoice<T>) check_choice<T>(*mapping, at, to);
}

template <class... T>
void decode_variant(const Node& node, const Spot& at, Decoder& to, std::variant<T...>& out) {
    const Words kinds{Kind<T>::name...};
    const auto* mapping = std::get_if<Mapping>(&node.value);
    if (!mapping)
        return to.wrong_type(node, at, "a mapping", "its first key is \"kind\": " + joined(kinds));
    const auto* kind = find(*mapping, kind_key);
    if (!kind) return to.missing_key(at, kind_key, joined(kinds));
    const auto* name = std::get_if<Scalar>(&kind->value);
    const auto try_one = [&]<class Alternative>(std::type_identity<Alternative>) {
        if (!name || name->text != Kind<Alternative>::name) return false;
        decode_struct(node, at, to, out.template emplace<Alternative>(), kind_key);
        return true;
    };
    if (!(try_one(std::type_identity<T>{}) || ...))
        to.unknown_word(*kind, {at.path + "." + std::string{kind_key}, kind->place}, kinds);
}

template <class T>
void decode(const Node& node, const Spot& at, Decoder& to, T& out, std::string_view tag) {
    to.remember_place(node, at);
    if constexpr (is_optional<T>)
        decode(node, at, to, out.emplace(), tag);
    else if constexpr (is_list<T>)
        decode_list(node, at, to, out);
    else if constexpr (is_map<T>)
        decode_map(node, at, to, out);
    else if constexpr (is_variant<T>)
        decode_variant(node, at, to, out);
    else if constexpr (Described<T>)
        decode_struct(node, at, to, out, tag);
    else if constexpr (std::same_as<T, JsonText>)
        out.text = json_text(as_json(node), Layout::line);
    else
        decode_scalar(node, at, to, out);
}

}  // namespace muster::codec
