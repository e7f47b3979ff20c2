// The JSON Schema (draft-07) of a struct, by its field table.
#pragma once

#include <algorithm>
#include <iterator>

#include "engine/codec/encode.h"

namespace muster::codec {

inline void add(Mapping& mapping, std::string_view key, Node value) {
    mapping.push_back({std::string{key}, std::move(value), {}});
}
inline void add(Mapping& mapping, std::string_view key, std::string_view text) {
    add(mapping, key, text_node(std::string{text}));
}
inline Mapping of_type(std::string_view type) {
    Mapping schema;
    add(schema, "type", type);
    return schema;
}

inline Mapping matching(std::string_view pattern) {
    Mapping schema = of_type("string");
    add(schema, "pattern", pattern);
    return schema;
}
/// Not a list of types in one place: strict validators refuse that.
inline Mapping any_of(std::vector<Mapping> choices) {
    Sequence sequence;
    for (auto& choice : choices) sequence.push_back({std::move(choice), {}});
    Mapping schema;
    add(schema, "anyOf", {std::move(sequence), {}});
    return schema;
}

/// What people write may be filled in: "${KEEP_DAYS:-7}".
inline Mapping or_filled_in(Mapping shape) {
    std::vector<Mapping> choices;
    if (const auto* several = find(shape, "anyOf"))
        for (const auto& each : std::get<Sequence>(several->value))
            choices.push_back(std::get<Mapping>(each.value));
    else
        choices.push_back(std::move(shape));
    choices.push_back(matching("\\$\\{"));
    return any_of(std::move(choices));
}

class SchemaBuilder {
public:
    /// Where people write the document, bytes may carry a unit.
    explicit SchemaBuilder(bool by_people) : by_people_(by_people) {}

    /// Keywords of an object with T's fields; `tag` is a further required key with a fixed value.
    template <Described T>
    Mapping object(std::string_view tag = {}, std::string_view tag_value = {});

    /// Of any supported type; described structs become references into the definitions.
    template <class T>
    Mapping of();

    Mapping take_definitions() { return std::move(definitions_); }

private:
    template <Described T>
    Mapping reference(std::string_view tag = {}, std::string_view tag_value = {});
    template <class T, class M>
    Mapping property(const Field<T, M>& field);
    template <class T>
    Mapping scalar();

    bool by_people_;
    Mapping definitions_;
};

template <Described T>
Mapping SchemaBuilder::object(std::string_view tag, std::string_view tag_value) {
    Mapping properties;
    Sequence needed;
    if (!tag.empty()) {
        Mapping fixed;
        add(fixed, "const", tag_value);
        add(properties, tag, {std::move(fixed), {}});
        needed.push_back(text_node(std::string{tag}));
    }
    for_each_field<T>([&](const auto& field) {
        add(properties, field.name, {property(field), {}});
        if (field.presence == Presence::required)
            needed.push_back(text_node(std::string{field.name}));
    });
    Mapping schema = of_type("object");
    add(schema, "description", Fields<T>::doc);
    add(schema, "properties", {std::move(properties), {}});
    if (!needed.empty()) add(schema, "required", {std::move(needed), {}});
    add(schema, "additionalProperties", boolean_node(false));
    if constexpr (HasChoice<T>) {
        Sequence choice;
        for (const auto key : Fields<T>::one_of) {
            Mapping one;
            add(one, "required", {Sequence{text_node(std::string{key})}, {}});
            choice.push_back({std::move(one), {}});
        }
        add(schema, "oneOf", {std::move(choice), {}});
    }
    return schema;
}

template <Described T>
Mapping SchemaBuilder::reference(std::string_view tag, std::string_view tag_value) {
    std::string name{type_name<T>()};
    if (!tag.empty()) name += ".kind";
    if (!find(definitions_, name)) {
        // The place is taken first, so that a struct that holds itself comes to an end.
        const auto index = definitions_.size();
        add(definitions_, name, Node{});
        Mapping schema = object<T>(tag, tag_value);
        definitions_[index].value.value = std::move(schema);
    }
    Mapping schema;
    add(schema, "$ref", "#/definitions/" + name);
    return schema;
}

template <class T, class M>
Mapping SchemaBuilder::property(const Field<T, M>& field) {
    Mapping schema;
    add(schema, "description", field.doc);
    Mapping shape = of<M>();
    if (is_optional<M> && field.presence == Presence::required) {
        shape = any_of({std::move(shape), of_type("null")});
        std::ranges::move(shape, std::back_inserter(schema));
    } else if (find(shape, "$ref")) {
        // Keywords beside $ref are ignored in draft-07.
        add(schema, "allOf", {Sequence{{std::move(shape), {}}}, {}});
    } else {
        std::ranges::move(shape, std::back_inserter(schema));
    }
    if constexpr (!is_optional<M> && !is_map<M> && !is_variant<M> && !Described<M>) {
        Node preset = encode(T{}.*field.member);
        const auto* text = std::get_if<Scalar>(&preset.value);
        const auto* list = std::get_if<Sequence>(&preset.value);
        const bool empty = (text && text->text.empty()) || (list && list->empty());
        if (field.presence == Presence::optional && !empty)
            add(schema, "default", std::move(preset));
    }
    return schema;
}

template <class T>
Mapping SchemaBuilder::of() {
    if constexpr (is_optional<T>) {
        return of<typename T::value_type>();
    } else if constexpr (is_list<T>) {
        Mapping schema = of_type("array");
        add(schema, "items", {of<typename T::value_type>(), {}});
        return schema;
    } else if constexpr (is_map<T>) {
        Mapping schema = of_type("object");
        add(schema, "additionalProperties", {of<typename T::mapped_type>(), {}});
        return schema;
    } else if constexpr (is_variant<T>) {
        Sequence alternatives;
        [&]<class... Alternative>(std::type_identity<std::variant<Alternative...>>) {
            (alternatives.push_back(
                 {reference<Alternative>(kind_key, Kind<Alternative>::name), {}}),
             ...);
        }(std::type_identity<T>{});
        Mapping schema;
        add(schema, "oneOf", {std::move(alternatives), {}});
        return schema;
    } else if constexpr (HasShorthand<T>) {
        std::vector<Mapping> choices;
        for_each_field<T>([&](const auto& field) {
            if (field.name == Fields<T>::shorthand)
                choices.push_back(of<MemberType<decltype(field)>>());
        });
        choices.push_back(reference<T>());
        return any_of(std::move(choices));
    } else if constexpr (Described<T>) {
        return reference<T>();
    } else if constexpr (std::same_as<T, JsonText>) {
        return {};
    } else if constexpr (std::same_as<T, std::string> || Named<T>) {
        return scalar<T>();
    } else {
        return by_people_ ? or_filled_in(scalar<T>()) : scalar<T>();
    }
}

template <class T>
Mapping SchemaBuilder::scalar() {
    if constexpr (std::same_as<T, bool>) {
        return of_type("boolean");
    } else if constexpr (std::integral<T>) {
        Mapping schema = of_type("integer");
        if (std::is_unsigned_v<T>) add(schema, "minimum", number_node(0));
        return schema;
    } else if constexpr (std::floating_point<T>) {
        return of_type("number");
    } else if constexpr (std::same_as<T, std::string>) {
        return of_type("string");
    } else if constexpr (std::same_as<T, Bytes>) {
        Mapping number = of_type("integer");
        add(number, "minimum", number_node(0));
        if (!by_people_) return number;
        return any_of({std::move(number), matching("^[0-9]+(\\.[0-9]+)?(B|KiB|MiB|GiB|TiB)?$")});
    } else if constexpr (Textual<T>) {
        // Where a plain number is one of its texts, it may be written without quotes.
        Mapping text = matching(TextForm<T>::pattern);
        if (!TextForm<T>::parse("1")) return text;
        return any_of({std::move(text), of_type("number"), of_type("boolean")});
    } else {
        Sequence names;
        for (const auto& [value, name] : Names<T>::list)
            names.push_back(text_node(std::string{name}));
        Mapping schema;
        add(schema, "enum", {std::move(names), {}});
        return schema;
    }
}

}  // namespace muster::codec
