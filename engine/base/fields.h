// One table per struct and per enum. Decoding, defaults, problems, JSON Schema and the reference
// page are all read from these tables by the walker in engine/codec.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace muster {

/// Specialise with `static constexpr auto list = FieldList{required(…), optional(…), …};`
/// and `static constexpr std::string_view doc`. A derived struct joins its base's list to its own.
/// Where they apply: `one_of`, an array of the keys of which exactly one is given; `shorthand`,
/// the key whose value may stand for the whole mapping; `instead`, what to write where
/// something else than a mapping was written.
template <class T>
struct Fields;

/// Specialise with `static constexpr std::array list{std::pair{E::x, std::string_view{"x"}}, …};`
template <class E>
struct Names;

/// The `kind` under which a struct stands as one alternative of a variant; specialise with
/// `static constexpr std::string_view name`.
template <class T>
struct Kind;

enum class Presence { required, optional };

template <class T, class M>
struct Field {
    std::string_view name;  ///< key in YAML and JSON
    M T::*member;
    std::string_view doc;  ///< one sentence: shape, unit, meaning
    Presence presence;
};

/// A key that must be present.
template <class T, class M>
constexpr Field<T, M> required(std::string_view name, M T::*member, std::string_view doc) {
    return {name, member, doc, Presence::required};
}

/// A key that may be absent: the member then keeps the value its struct gives it.
template <class T, class M>
constexpr Field<T, M> optional(std::string_view name, M T::*member, std::string_view doc) {
    return {name, member, doc, Presence::optional};
}

/// A row at its place in a table.
template <std::size_t Place, class Row>
struct FieldSlot {
    Row row;
};
template <class Places, class... Row>
struct FieldSlots;
template <std::size_t... Place, class... Row>
struct FieldSlots<std::index_sequence<Place...>, Row...> : FieldSlot<Place, Row>... {
    /// All rows, in their order, as the arguments of one call.
    template <class Take>
    constexpr decltype(auto) apply(Take&& take) const {
        return take(static_cast<const FieldSlot<Place, Row>&>(*this).row...);
    }
};

/// The rows of a table, in their order. A std::tuple of as many takes twice as long to compile,
/// and every file that sees a struct compiles its table.
template <class... Row>
struct FieldList : FieldSlots<std::index_sequence_for<Row...>, Row...> {
    constexpr explicit FieldList(Row... row)
        : FieldSlots<std::index_sequence_for<Row...>, Row...>{{row}...} {}
};

/// One table of the rows of several.
template <class List>
constexpr List join_fields(const List& list) {
    return list;
}
template <class First, class... Others>
constexpr auto join_fields(const First& first, const Others&... others) {
    return first.apply([&](const auto&... front) {
        return join_fields(others...).apply([&](const auto&... back) {
            return FieldList{front..., back...};
        });
    });
}

template <class T>
concept Described = requires {
    Fields<T>::list;
};

/// Calls `visit` with each row of T's table.
template <Described T, class Visit>
constexpr void for_each_field(Visit visit) {
    Fields<T>::list.apply([&](const auto&... row) { (visit(row), ...); });
}

template <class E>
concept Named = std::is_enum_v<E> && requires {
    Names<E>::list;
};

template <Named E>
constexpr std::string_view name_of(E value) {
    for (const auto& [each, name] : Names<E>::list)
        if (each == value) return name;
    return "?";
}

template <Named E>
constexpr std::optional<E> from_name(std::string_view name) {
    for (const auto& [each, its_name] : Names<E>::list)
        if (its_name == name) return each;
    return std::nullopt;
}

}  // namespace muster
