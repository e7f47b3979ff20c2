#include "engine/codec/json_text.h"

#include <fmt/format.h>

#include <iterator>

#include "engine/codec/utf8.h"

namespace muster::codec {
namespace {

class Writer {
public:
    explicit Writer(Layout layout) : pretty_(layout == Layout::pretty) {}

    void write(const Node& node) {
        if (const auto* scalar = std::get_if<Scalar>(&node.value)) return write(*scalar);
        if (const auto* sequence = std::get_if<Sequence>(&node.value))
            return write_all('[', *sequence, ']', [&](const Node& item) { write(item); });
        write_all('{', std::get<Mapping>(node.value), '}', [&](const Member& member) {
            quote(member.key);
            out_ += pretty_ ? ": " : ":";
            write(member.value);
        });
    }

    std::string take() {
        if (pretty_) out_ += '\n';
        return std::move(out_);
    }

private:
    void write(const Scalar& scalar) {
        if (scalar.quoted)
            quote(scalar.text);
        else
            out_ += scalar.text;
    }

    template <class Items, class WriteItem>
    void write_all(char open, const Items& items, char close, WriteItem write_item) {
        out_ += open;
        ++depth_;
        bool first = true;
        for (const auto& item : items) {
            if (!first) out_ += ',';
            first = false;
            break_line();
            write_item(item);
        }
        --depth_;
        if (!first) break_line();
        out_ += close;
    }

    void break_line() {
        if (!pretty_) return;
        out_ += '\n';
        out_.append(2 * depth_, ' ');
    }

    void quote(const std::string& text) {
        out_ += '"';
        for (const char c : well_formed(text)) {
            switch (c) {
                case '"': out_ += "\\\""; break;
                case '\\': out_ += "\\\\"; break;
                case '\n': out_ += "\\n"; break;
                case '\r': out_ += "\\r"; break;
                case '\t': out_ += "\\t"; break;
                default:
                    if (static_cast<unsigned char>(c) < 0x20)
                        fmt::format_to(std::back_inserter(out_), "\\u{:04x}",
                                       static_cast<unsigned>(c));
                    else
                        out_ += c;
            }
        }
        out_ += '"';
    }

    bool pretty_;
    std::size_t depth_ = 0;
    std::string out_;
};

}  // namespace

std::string json_text(const Node& node, Layout layout) {
    Writer writer{layout};
    writer.write(node);
    return writer.take();
}

}  // namespace muster::codec
