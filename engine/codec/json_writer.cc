#include "engine/codec/json_writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "engine/codec/utf8.h"

namespace muster::codec {

void JsonWriter::open(char bracket) {
    out_ += bracket;
    ++depth_;
    first_ = true;
}

void JsonWriter::close(char bracket) {
    --depth_;
    if (!first_) break_line();
    first_ = false;
    out_ += bracket;
}

void JsonWriter::begin_item() {
    if (!first_) out_ += ',';
    first_ = false;
    break_line();
}

void JsonWriter::key(std::string_view name) {
    begin_item();
    quote(name);
    out_ += pretty_ ? ": " : ":";
}

void JsonWriter::write(const Node& node) {
    if (const auto* scalar = std::get_if<Scalar>(&node.value)) {
        if (scalar->quoted)
            quote(scalar->text);
        else
            out_ += scalar->text;
    } else if (const auto* sequence = std::get_if<Sequence>(&node.value)) {
        open('[');
        for (const auto& item : *sequence) {
            begin_item();
            write(item);
        }
        close(']');
    } else {
        open('{');
        for (const auto& member : std::get<Mapping>(node.value)) {
            key(member.key);
            write(member.value);
        }
        close('}');
    }
}

void JsonWriter::finish() {
    if (pretty_) out_ += '\n';
}

void JsonWriter::break_line() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(2 * depth_, ' ');
}

void JsonWriter::quote(std::string_view text) {
    out_ += '"';
    if (find_malformed(text) == std::string_view::npos)
        escape(text);
    else
        escape(well_formed(text));
    out_ += '"';
}

void JsonWriter::escape(std::string_view text) {
    const auto is_special = [](char c) {
        return c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20;
    };
    for (;;) {
        const auto special = std::ranges::find_if(text, is_special);
        out_.append(text.begin(), special);
        if (special == text.end()) return;
        switch (*special) {
            case '"': out_ += "\\\""; break;
            case '\\': out_ += "\\\\"; break;
            case '\n': out_ += "\\n"; break;
            case '\r': out_ += "\\r"; break;
            case '\t': out_ += "\\t"; break;
            default:
                fmt::format_to(std::back_inserter(out_), "\\u{:04x}",
                               static_cast<unsigned>(*special));
        }
        text = {special + 1, text.end()};
    }
}

}  // namespace muster::codec
