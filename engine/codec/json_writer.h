// JSON text, written piece by piece.
#pragma once

#include <string>
#include <string_view>

#include "engine/codec/json_text.h"

namespace muster::codec {

/// Appends to a text that the caller may take away at any time. What is opened must be closed;
/// begin_item() or key() stands before each value inside.
class JsonWriter {
public:
    JsonWriter(Layout layout, std::string& out) : pretty_(layout == Layout::pretty), out_(out) {}

    /// '[' or '{'.
    void open(char bracket);
    void close(char bracket);
    void begin_item();
    void key(std::string_view name);
    /// A whole value, with all that is in it.
    void write(const Node& node);
    /// After the last value.
    void finish();

private:
    void break_line();
    void quote(std::string_view text);
    void escape(std::string_view text);

    bool pretty_;
    bool first_ = true;  ///< nothing stands yet in what was opened last
    std::size_t depth_ = 0;
    std::string& out_;
};

}  // namespace muster::codec
