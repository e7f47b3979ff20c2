#include "engine/codec/json.h"

#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>

#include "engine/codec/source_text.h"
#include "engine/codec/tree_builder.h"

namespace muster::codec {
namespace {

constexpr Limits json_limits{std::size_t{64} << 20U, 64, 1'000'000};

/// Tells how far the parser has read, which its events do not.
struct Cursor {
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    const char* here;
    const char** furthest;

    reference operator*() const { return *here; }
    Cursor& operator++() {
        *furthest = ++here;
        return *this;
    }
    Cursor operator++(int) {
        const Cursor before = *this;
        ++*this;
        return before;
    }
    bool operator==(const Cursor& other) const { return here == other.here; }
    bool operator!=(const Cursor& other) const { return here != other.here; }
};

class JsonEvents {
public:
    JsonEvents(std::string_view text, LineIndex& lines, TreeBuilder& tree)
        : text_(text), lines_(lines), tree_(tree), furthest_(text.data()) {}

    Cursor begin() { return {text_.data(), &furthest_}; }
    Cursor end() { return {text_.data() + text_.size(), &furthest_}; }

    bool null() { return scalar({"null", false}); }
    bool boolean(bool value) { return scalar({value ? "true" : "false", false}); }
    bool number_integer(std::int64_t value) { return scalar({std::to_string(value), false}); }
    bool number_unsigned(std::uint64_t value) { return scalar({std::to_string(value), false}); }
    bool number_float(double, const std::string& spelling) { return scalar({spelling, false}); }
    bool string(std::string& value) { return scalar({std::move(value), true}); }
    bool binary(std::vector<std::uint8_t>&) { return false; }  // not in JSON
    bool start_object(std::size_t) { return open({Mapping{}, next_place()}); }
    bool start_array(std::size_t) { return open({Sequence{}, next_place()}); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }

    bool key(std::string& text) {
        tree_.key(std::move(text), next_place());
        return go_on();
    }

    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::json::exception& error) {
        const std::string_view what = error.what();
        const auto colon =
            what.find(": ");  // before it: the library's error number and its own place
        tree_.problem(lines_.place_of(position == 0 ? 0 : position - 1),
                      "not valid JSON: " +
                          std::string{what.substr(colon == std::string_view::npos ? 0 : colon + 2)},
                      "");
        return false;
    }

private:
    /// Of the token that the current event is about.
    TextPlace next_place() {
        const auto start = text_.find_first_not_of(" \t\r\n,:]}", seen_);
        return lines_.place_of(start);
    }
    bool go_on() {
        seen_ = static_cast<std::size_t>(furthest_ - text_.data());
        return !tree_.must_stop();
    }
    bool scalar(Scalar value) {
        tree_.add({std::move(value), next_place()});
        return go_on();
    }
    bool open(Node collection) {
        tree_.begin(std::move(collection));
        return go_on();
    }
    bool close() {
        tree_.end();
        return go_on();
    }

    std::string_view text_;
    LineIndex& lines_;
    TreeBuilder& tree_;
    const char* furthest_;
    std::size_t seen_ = 0;  ///< all text before belongs to earlier events
};

}  // namespace

std::variant<Node, Problems> parse_json(std::string_view text, const std::string& file) {
    if (auto refusal = refuse_text(text, file, json_limits)) return Problems{*std::move(refusal)};
    text = without_byte_order_mark(text);
    LineIndex lines{text};
    TreeBuilder tree{file, json_limits};
    JsonEvents events{text, lines, tree};
    try {
        nlohmann::json::sax_parse(events.begin(), events.end(), &events);
    } catch (const std::exception& error) {
        tree.problem({}, std::string{"cannot be read: "} + error.what(), "");
    }
    auto problems = tree.take_problems();
    if (!problems.empty()) return problems;
    return tree.take_root();
}

Node node_of(const JsonText& json) {
    auto parsed = parse_json(json.text, "");
    auto* node = std::get_if<Node>(&parsed);
    return node ? std::move(*node) : null_node();
}

}  // namespace muster::codec
