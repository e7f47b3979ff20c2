// What the walker can tell about a type without looking at a value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/fields.h"
#include "engine/base/rare.h"
#include "engine/base/text_form.h"
#include "engine/model/json_text.h"

namespace muster::codec {

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;
template <class T>
inline constexpr bool is_optional<Rare<T>> = true;

template <class T>
inline constexpr bool is_list = false;
template <class T>
inline constexpr bool is_list<std::vector<T>> = true;

template <class T>
inline constexpr bool is_map = false;
template <class T>
inline constexpr bool is_map<std::map<std::string, T>> = true;

template <class T>
inline constexpr bool is_variant = false;
template <class... T>
inline constexpr bool is_variant<std::variant<T...>> = true;

template <class T>
concept HasChoice = Described<T> && requires {
    Fields<T>::one_of;
};
template <class T>
concept HasShorthand = Described<T> && requires {
    Fields<T>::shorthand;
};

/// The closed list of types a field may have ends here.
template <class T>
inline constexpr bool unsupported = false;

/// The key that names a variant's alternative.
inline constexpr std::string_view kind_key = "kind";
/// The key that names a marked document's type.
inline constexpr std::string_view schema_key = "schema";

/// "StoreSpec" for muster::StoreSpec.
template <class T>
constexpr std::string_view type_name() {
    std::string_view name = __PRETTY_FUNCTION__;
    name.remove_prefix(name.find("T = ") + 4);
    name = name.substr(0, name.find_first_of(";]"));
    const auto scope = name.rfind("::");
    return scope == std::string_view::npos ? name : name.substr(scope + 2);
}

template <class Field>
struct MemberOf;
template <class T, class M>
struct MemberOf<Field<T, M>> {
    using type = M;
};
/// The type of the member that a row of a field table describes.
template <class Field>
using MemberType = typename MemberOf<std::remove_cvref_t<Field>>::type;

}  // namespace muster::codec
