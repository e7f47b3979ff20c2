// A failure of the world as it stands in documents.
#pragma once

#include <string>

#include "engine/base/error.h"
#include "engine/base/fields.h"

namespace muster {

struct Trouble {
    std::string code;
    std::string message;
    std::string hint;
    bool operator==(const Trouble&) const = default;
};
template <>
struct Fields<Trouble> {
    static constexpr std::string_view doc =
        "A failure: its stable code, what happened, what to do next.";
    static constexpr auto list = FieldList{
        required("code", &Trouble::code, "Stable name of the failure, such as exclusive_holder."),
        required("message", &Trouble::message, "What happened, to what, and why."),
        optional("hint", &Trouble::hint, "What to do next.")};
};

inline Trouble trouble_of(const Error& error) {
    std::string message = error.message;
    for (const auto& what : error.context) message += " (while " + what + ")";
    return {std::string{name_of(error.code)}, message, error.hint};
}

}  // namespace muster
