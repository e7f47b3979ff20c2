// A value that muster passes on and does not look into.
#pragma once

#include <string>

namespace muster {

/// Any YAML or JSON value, as JSON on one line.
struct JsonText {
    std::string text;
    bool operator==(const JsonText&) const = default;
};

}  // namespace muster
