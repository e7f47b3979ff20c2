// Where a key lies, in one word: as steps of a plan and command lines name it.
#pragma once

#include <string>

#include "engine/base/text_form.h"
#include "engine/model/policy/secret_ref.h"

namespace muster {

/// file:/etc/muster/key, env:MUSTER_KEY or credential:muster. A tenth of a SecretRef in size: each
/// step of a fleet's plan has one.
struct KeyPlace {
    std::string text;
    bool operator==(const KeyPlace&) const = default;
};
template <>
struct TextForm<KeyPlace> {
    static std::optional<KeyPlace> parse(std::string_view text);
    static std::string format(const KeyPlace& place) { return place.text; }
    static constexpr std::string_view pattern = "^(file|env|credential|command):";
    static constexpr std::string_view example =
        "the place of a key such as file:/etc/muster/key, env:MUSTER_KEY or credential:muster";
};

/// Of a secret that is in exactly one place; a command keeps its program's name only, and nobody
/// can take a key from there.
KeyPlace place_of(const SecretRef& secret);
SecretRef secret_at(const KeyPlace& place);

}  // namespace muster
