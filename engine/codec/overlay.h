// One document laid over another, by the field tables.
#pragma once

#include <algorithm>

#include "engine/codec/node.h"
#include "engine/codec/shapes.h"

namespace muster::codec {

/// `over` stands above `base`: structs and maps are joined key by key, anything else of `over`
/// replaces what `base` has, and null takes it
/// away (drop_removed). Where `over` gives one of a struct's
/// alternatives, those of `base` go.
template <class T>
Node overlay(Node base, const Node& over);

inline bool is_null(const Node& node) {
    const auto* scalar = std::get_if<Scalar>(&node.value);
    return scalar && meaning_of(*scalar) == Meaning::null;
}

template <HasChoice T>
void drop_other_choices(Mapping& base, const Mapping& over) {
    const auto in_choice = [](const Member& member) {
        return std::ranges::find(Fields<T>::one_of, member.key) != Fields<T>::one_of.end();
    };
    if (std::ranges::none_of(over, in_choice)) return;
    std::erase_if(
        base, [&](const Member& member) { return in_choice(member) && !find(over, member.key); });
}

/// As the type of the struct's field `key` has it; untyped where there is no such field.
template <Described T>
Node overlay_field(std::string_view key, Node base, const Node& over) {
    Node out = over;
    for_each_field<T>([&](const auto& field) {
        if (field.name == key) out = overlay<MemberType<decltype(field)>>(std::move(base), over);
    });
    return out;
}

template <class T>
Node overlay(Node base, const Node& over) {
    if constexpr (is_optional<T>) {
        return overlay<typename T::value_type>(std::move(base), over);
    } else if constexpr (is_map<T> || Described<T>) {
        auto* below = std::get_if<Mapping>(&base.value);
        const auto* above = std::get_if<Mapping>(&over.value);
        if (!below || !above) return over;
        if constexpr (HasChoice<T>) drop_other_choices<T>(*below, *above);
        for (const auto& member : *above) {
            const auto found = std::ranges::find(*below, member.key, &Member::key);
            if (found == below->end()) {
                below->push_back(member);
            } else if (is_null(member.value)) {
                // Stays as a mark until the last layer is down.
                found->value = member.value;
                std::get<Scalar>(found->value.value).removes = true;
            } else {
                if constexpr (is_map<T>)
                    found->value =
                        overlay<typename T::mapped_type>(std::move(found->value), member.value);
                else
                    found->value =
                        overlay_field<T>(member.key, std::move(found->value), member.value);
                found->place = member.place;
            }
        }
        base.place = over.place;
        return base;
    } else {
        return over;
    }
}

/// Takes out what the marks of all layers take away.
inline void drop_removed(Node& node) {
    const auto is_mark = [](const Node& value) {
        const auto* scalar = std::get_if<Scalar>(&value.value);
        return scalar && scalar->removes;
    };
    if (auto* sequence = std::get_if<Sequence>(&node.value))
        for (auto& item : *sequence) drop_removed(item);
    if (auto* mapping = std::get_if<Mapping>(&node.value)) {
        std::erase_if(*mapping, [&](const Member& member) { return is_mark(member.value); });
        for (auto& member : *mapping) drop_removed(member.value);
    }
}

}  // namespace muster::codec
