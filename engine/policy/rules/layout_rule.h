// What the layout of a store may be.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/model/policy/store_spec.h"

namespace muster::codec {

struct Complaint {
    std::string message;
    std::string hint;
};

/// The first reason for which snapshots could collide, leave the store, or not be named at all.
std::optional<Complaint> complaint_about_layout(std::string_view layout, Overwrite overwrite,
                                                bool object_store);

}  // namespace muster::codec
