// Which targets a selector means.
#pragma once

#include <string_view>

#include "engine/model/policy/target_spec.h"

namespace muster {

/// `*` stands for any text without a slash, `?` for one character that is none.
bool matches(std::string_view pattern, std::string_view name);

/// Does the selector mean the target `id` of the entry `spec`? A pattern without a slash is held to
/// the entry's name, one with a slash to the id.
bool selects(const TargetSelector& selector, std::string_view spec, std::string_view id,
             TargetKind kind);

inline TargetKind kind_of(const TargetSpec& target) {
    return target.sqlite.empty() && !target.directory.empty() ? TargetKind::directory
                                                              : TargetKind::sqlite;
}

}  // namespace muster
