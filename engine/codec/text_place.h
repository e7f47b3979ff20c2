// Where something stands in a text.
#pragma once

namespace muster {

/// Both count from 1, columns in characters, not bytes; 0 where there is no place.
struct TextPlace {
    int line = 0;
    int column = 0;
    int source = 0;  ///< which of several texts that make one document

    bool operator==(const TextPlace&) const = default;
};

}  // namespace muster
