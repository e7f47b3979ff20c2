// A text before it is parsed: what every format refuses, and where its lines begin.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/problem.h"
#include "engine/codec/text_place.h"

namespace muster::codec {

/// How large a document may be. Copies that aliases make count as nodes.
struct Limits {
    std::size_t bytes;
    int depth;
    std::size_t nodes;
};

/// The problem that makes a text unreadable in any format: too large, empty, UTF-16, malformed
/// UTF-8, or a control character.
std::optional<Problem> refuse_text(std::string_view text, const std::string& file,
                                   const Limits& limits);

std::string_view without_byte_order_mark(std::string_view text);

/// Lines end at \n, as yaml-cpp counts them.
class LineIndex {
public:
    /// Keeps a view of `text`.
    explicit LineIndex(std::string_view text);

    /// Quick for offsets that ascend, also within one very long line.
    TextPlace place_of(std::size_t offset);
    /// From a line and a byte column that count from 0; past the end becomes the end.
    std::size_t offset_of(int line, int byte_column) const;
    std::string_view line(int number) const;  ///< counts from 1, without the line end

private:
    std::string_view text_;
    std::vector<std::size_t> starts_;
    struct {
        std::size_t offset = 0;
        std::size_t characters = 0;  ///< between the line's start and offset
    } known_;
};

}  // namespace muster::codec
