// The reference page of a document, by its field tables: one section for each struct, in the order
// of first use.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>

#include "engine/codec/encode.h"
#include "engine/codec/json_text.h"
#include "engine/codec/reference_text.h"

namespace muster::codec {

class ReferenceBuilder {
public:
    /// The sections of T and of all that it uses, as Markdown.
    template <Described T>
    std::string page();

private:
    template <class T>
    std::string type_of();
    /// A link to the struct's section, which is written when its turn comes.
    template <Described T>
    std::string link_to(std::string_view kind = {});
    template <Described T>
    std::string section(std::string_view name, std::string_view kind);
    template <Described T, class Owner, class M>
    std::string row(const Field<Owner, M>& field);

    std::set<std::string, std::less<>> known_;
    std::vector<std::function<std::string()>> waiting_;
};

template <Described T>
std::string ReferenceBuilder::page() {
    std::string out;
    link_to<T>();
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
        const auto write = waiting_[i];  // writing may make the list longer
        out += write();
    }
    return out;
}

template <Described T>
std::string ReferenceBuilder::link_to(std::string_view kind) {
    const std::string name =
        kind.empty() ? std::string{type_name<T>()} : fmt::format("{} {}", type_name<T>(), kind);
    if (known_.insert(name).second)
        waiting_.push_back([this, name, kind] { return section<T>(name, kind); });
    return fmt::format("[{}](#{})", as_markdown(name), anchor_of(name));
}

template <class T>
std::string ReferenceBuilder::type_of() {
    if constexpr (is_optional<T>) {
        return type_of<typename T::value_type>();
    } else if constexpr (is_list<T>) {
        return "list: " + type_of<typename T::value_type>();
    } else if constexpr (is_map<T>) {
        return "mapping of names: " + type_of<typename T::mapped_type>();
    } else if constexpr (is_variant<T>) {
        return [&]<class... Alternative>(std::type_identity<std::variant<Alternative...>>) {
            const std::vector links{link_to<Alternative>(Kind<Alternative>::name)...};
            return fmt::format("{}", fmt::join(links, " or "));
        }(std::type_identity<T>{});
    } else if constexpr (Described<T>) {
        return link_to<T>();
    } else if constexpr (std::same_as<T, bool>) {
        return "true or false";
    } else if constexpr (std::integral<T>) {
        return "whole number";
    } else if constexpr (std::floating_point<T>) {
        return "number";
    } else if constexpr (std::same_as<T, Bytes>) {
        return "bytes such as 4096, 16MiB or 1.5GiB";
    } else if constexpr (std::same_as<T, std::string>) {
        return "text";
    } else if constexpr (std::same_as<T, JsonText>) {
        return "any value";
    } else if constexpr (Textual<T>) {
        return as_markdown(TextForm<T>::example);
    } else {
        std::vector<std::string_view> names;
        for (const auto& [value, name] : Names<T>::list) names.push_back(name);
        return in_code(names, ", ");
    }
}

template <Described T, class Owner, class M>
std::string ReferenceBuilder::row(const Field<Owner, M>& field) {
    const auto given = [&]() -> std::string {
        if (field.presence == Presence::required)
            return is_optional<M> ? "required, may be null" : "required";
        if (is_in_choice<T>(field.name)) return "choice";
        if constexpr (Described<M> || is_variant<M>) return "its defaults";
        const Node preset = encode(T{}.*field.member);
        return is_nothing(preset) ? "none" : "`" + json_text(preset, Layout::line) + "`";
    }();
    return fmt::format("| `{}` | {} | {} | {} |\n", field.name, type_of<M>(), given,
                       as_markdown(field.doc));
}

template <Described T>
std::string ReferenceBuilder::section(std::string_view name, std::string_view kind) {
    std::string out =
        fmt::format("\n## {}\n\n{}\n", as_markdown(name), as_markdown(Fields<T>::doc));
    if constexpr (HasChoice<T>)
        out += fmt::format("\nChoice: exactly one of {} is given.\n",
                           in_code({Fields<T>::one_of.begin(), Fields<T>::one_of.end()}, ", "));
    if constexpr (HasShorthand<T>)
        out += fmt::format("\nShorthand: the value of `{}` may stand for the whole mapping.\n",
                           Fields<T>::shorthand);
    if constexpr (requires { Fields<T>::instead; })
        out += fmt::format("\nAlways a mapping: {}.\n", as_markdown(Fields<T>::instead));
    out += "\n| key | type | default | what it is |\n|---|---|---|---|\n";
    if (!kind.empty())
        out += fmt::format("| `{}` | `{}` | required | Tells the alternatives apart. |\n", kind_key,
                           kind);
    for_each_field<T>([&](const auto& field) { out += row<T>(field); });
    return out;
}

}  // namespace muster::codec
