// Where a secret lies. A policy never holds one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/fields.h"

namespace muster {

struct SecretRef {
    std::optional<std::string> env;
    std::optional<std::string> file;
    std::vector<std::string> command;
    std::optional<std::string> credential;
    bool optional = false;
    bool operator==(const SecretRef&) const = default;
};
template <>
struct Fields<SecretRef> {
    static constexpr std::string_view doc = "Where a secret lies; the policy never holds it.";
    static constexpr std::array one_of{std::string_view{"env"}, std::string_view{"file"},
                                       std::string_view{"command"}, std::string_view{"credential"}};
    static constexpr std::string_view instead =
        "a secret is named, never written here: { env: NAME }, { file: PATH }, { command: [PROGRAM, …] } or { credential: NAME }";
    static constexpr auto list = FieldList{
        muster::optional("env", &SecretRef::env, "An environment variable."),
        muster::optional("file", &SecretRef::file,
                         "A file that only its owner can read; relative to the policy file."),
        muster::optional("command", &SecretRef::command,
                         "A program with its arguments, whose standard output is the secret."),
        muster::optional("credential", &SecretRef::credential,
                         "A systemd credential (LoadCredential=)."),
        muster::optional("optional", &SecretRef::optional,
                         "Go on without what needs it when it is not there.")};
};

}  // namespace muster
