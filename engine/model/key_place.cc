#include "engine/model/key_place.h"

#include <algorithm>
#include <array>

namespace muster {
namespace {

constexpr std::array<std::string_view, 4> kinds{"file", "env", "credential", "command"};

}  // namespace

std::optional<KeyPlace> TextForm<KeyPlace>::parse(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon + 1 == text.size()) return std::nullopt;
    if (std::ranges::find(kinds, text.substr(0, colon)) == kinds.end()) return std::nullopt;
    return KeyPlace{std::string{text}};
}

KeyPlace place_of(const SecretRef& secret) {
    if (secret.file) return {"file:" + *secret.file};
    if (secret.env) return {"env:" + *secret.env};
    if (secret.credential) return {"credential:" + *secret.credential};
    return {"command:" + (secret.command.empty() ? std::string{"?"} : secret.command.front())};
}

SecretRef secret_at(const KeyPlace& place) {
    const auto colon = place.text.find(':');
    const auto kind = place.text.substr(0, colon), rest = place.text.substr(colon + 1);
    SecretRef out;
    if (kind == "file") out.file = rest;
    if (kind == "env") out.env = rest;
    if (kind == "credential") out.credential = rest;
    if (kind == "command") out.command = {rest};
    return out;
}

}  // namespace muster
