#include "engine/codec/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/node/node.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

#include "engine/codec/source_text.h"
#include "engine/codec/tree_builder.h"

namespace muster::codec {
namespace {

constexpr std::size_t longest_value = std::size_t{64} << 10U;
constexpr Limits yaml_limits{std::size_t{1} << 20U, 64, 100'000};

/// Thrown through yaml-cpp to end the reading early.
struct Stop {};

class YamlEvents : public YAML::EventHandler {
public:
    YamlEvents(std::string_view text, LineIndex& lines, TreeBuilder& tree)
        : text_(text), lines_(lines), tree_(tree) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (std::exchange(begun_, true))
            stop(mark, "a second document begins here",
                 "one file holds one document; is this line indented wrongly?");
    }
    void OnDocumentEnd() override {}

    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto word =
            null_word_at(offset_of(mark), tree_.expects_key() ? " \t\r\n,]}:" : " \t\r\n,]}");
        if (tree_.expects_key()) return key(mark, word, anchor);
        scalar({Scalar{word, false}, word.empty() ? place_of_nothing(mark) : place_of(mark)},
               anchor);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        refuse_tag(mark, tag);
        if (tag == "!") refuse_open_quote(mark);
        if (tree_.expects_key()) return key(mark, value, anchor);
        refuse_text_of(mark, value);
        scalar({Scalar{value, tag == "!"}, place_of(mark)}, anchor);
    }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        if (tree_.expects_key()) stop(mark, "a key must be text, found an alias", "");
        const auto found = anchored_.find(anchor);
        if (found == anchored_.end())
            stop(mark, "the alias stands inside of what it names", "write the value out");
        tree_.count(found->second.nodes - 1, place_of(mark));
        check();
        Node copy = found->second.node;
        copy.place = place_of(mark);
        tree_.add(std::move(copy));
        check();
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        begin(mark, tag, anchor, {Sequence{}, place_of(mark)});
    }
    void OnSequenceEnd() override { end(); }

    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        begin(mark, tag, anchor, {Mapping{}, place_of(mark)});
    }
    void OnMapEnd() override { end(); }

private:
    struct Anchored {
        Node node;
        std::size_t nodes;
    };

    std::size_t offset_of(const YAML::Mark& mark) const {
        return lines_.offset_of(mark.line, mark.column);
    }
    TextPlace place_of(const YAML::Mark& mark) const { return lines_.place_of(offset_of(mark)); }

    /// The null that is spelled at `offset`, with one of `ends` behind it; empty where a value was
    /// left out, for which yaml-cpp gives the place of the next token.
    std::string null_word_at(std::size_t offset, std::string_view ends) const {
        for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
            if (!text_.substr(offset).starts_with(word)) continue;
            const auto after = text_.substr(offset + word.size());
            if (after.empty() || ends.find(after.front()) != std::string_view::npos)
                return std::string{word};
        }
        return "";
    }

    /// yaml-cpp lets the end of the text close a quote that was forgotten.
    void refuse_open_quote(const YAML::Mark& mark) {
        auto at = offset_of(mark);
        // An anchor stands before its value, and white space and comments may stand between.
        while (at < text_.size() &&
               std::string_view{"& \t\r\n#"}.find(text_[at]) != std::string_view::npos) {
            if (text_[at] == '&')
                at = text_.find_first_of(" \t\r\n", at);
            else if (text_[at] == '#')
                at = text_.find('\n', at);
            else
                ++at;
        }
        if (at >= text_.size() || (text_[at] != '\'' && text_[at] != '"')) return;
        const char quote = text_[at];
        for (++at; at < text_.size(); ++at) {
            const bool escape = text_[at] == '\\' && quote == '"';
            const bool doubled = quote == '\'' && text_.substr(at).starts_with("''");
            if (escape || doubled)
                ++at;
            else if (text_[at] == quote)
                return;
        }
        stop(mark, "a quote is opened here and never closed", "");
    }

    /// Of a value that was left out: its key, or the dash of the list's item.
    TextPlace place_of_nothing(const YAML::Mark& mark) const {
        if (const auto key = tree_.pending_key()) return *key;
        const auto end = offset_of(mark);
        const auto from = end - std::min<std::size_t>(end, 200);  // a bound on hostile text
        const auto dash = text_.substr(from, end - from).rfind('-');
        return dash == std::string_view::npos ? place_of(mark) : lines_.place_of(from + dash);
    }

    [[noreturn]] void stop(const YAML::Mark& mark, std::string message, std::string hint) {
        tree_.problem(place_of(mark), std::move(message), std::move(hint));
        throw Stop{};
    }
    void check() const {
        if (tree_.must_stop()) throw Stop{};
    }

    void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
        // "?" and "!" are what yaml-cpp says of untagged plain and quoted scalars.
        const auto at = offset_of(mark);
        const bool written = at < text_.size() && text_[at] == '!';
        if (!written && (tag.empty() || tag == "?" || tag == "!")) return;
        tree_.problem(place_of(mark), "tags are not allowed", "remove the tag");
        check();
    }

    void key(const YAML::Mark& mark, const std::string& text, YAML::anchor_t anchor) {
        const auto place = place_of(mark);
        remember({Scalar{text, true}, place}, anchor);
        tree_.key(text, place);
        if (text == "<<")
            tree_.problem(place, "merge keys are not allowed",
                          "write the keys out, or use an alias for the whole value");
        check();
    }

    /// Paths, names and arguments end at a NUL, and nothing in a policy is a book.
    void refuse_text_of(const YAML::Mark& mark, std::string_view value) {
        if (value.find('\0') != std::string_view::npos)
            stop(mark, "a value must not hold the control character 0x00", "remove it");
        if (value.size() > longest_value)
            stop(mark, fmt::format("a value is longer than {} KiB", longest_value >> 10U),
                 "is this the right file?");
    }

    void scalar(Node node, YAML::anchor_t anchor) {
        tree_.add(std::move(node));
        remember(tree_.last(), anchor);
        check();
    }

    void begin(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
               Node collection) {
        refuse_tag(mark, tag);
        if (tree_.expects_key())
            stop(mark, "a key must be text", "is a bracket or a brace left open?");
        tree_.begin(std::move(collection));
        check();
        open_anchors_.push_back(anchor);
    }
    void end() {
        tree_.end();
        remember(tree_.last(), open_anchors_.back());
        open_anchors_.pop_back();
    }

    void remember(const Node& node, YAML::anchor_t anchor) {
        if (anchor == 0) return;
        const auto nodes = count_nodes(node);
        tree_.count(nodes, node.place);
        check();
        anchored_.insert_or_assign(anchor, Anchored{node, nodes});
    }

    std::string_view text_;
    LineIndex& lines_;
    TreeBuilder& tree_;
    bool begun_ = false;
    std::vector<YAML::anchor_t> open_anchors_;
    std::map<YAML::anchor_t, Anchored> anchored_;
};

/// yaml-cpp speaks of its own tokens; a tab in the indentation is the usual cause.
std::string hint_for(std::string_view line, std::string_view message) {
    if (message.find("anchor") != std::string_view::npos)
        return "put quotes around a value that begins with * or &";
    const auto indent = line.substr(0, std::min(line.find_first_not_of(" \t"), line.size()));
    return indent.find('\t') == std::string_view::npos ? ""
                                                       : "indent with spaces: this line has a tab";
}

void parse(std::string_view text, LineIndex& lines, TreeBuilder& tree) {
    YamlEvents events{text, lines, tree};
    try {
        std::istringstream stream{std::string{text}};
        YAML::Parser parser{stream};
        if (!parser.HandleNextDocument(events))
            return tree.problem({1, 1}, "the document is empty", "is this the right file?");
        parser.HandleNextDocument(events);
    } catch (const Stop&) {
        // The tree holds the problem.
    } catch (const YAML::Exception& error) {
        const auto place = lines.place_of(lines.offset_of(error.mark.line, error.mark.column));
        tree.problem(place, "not valid YAML: " + error.msg,
                     hint_for(lines.line(place.line), error.msg));
    } catch (const std::exception& error) {
        tree.problem({}, std::string{"cannot be read: "} + error.what(), "");
    }
}

}  // namespace

std::variant<Node, Problems> parse_yaml(std::string_view text, const std::string& file) {
    if (auto refusal = refuse_text(text, file, yaml_limits)) return Problems{*std::move(refusal)};
    text = without_byte_order_mark(text);
    LineIndex lines{text};
    TreeBuilder tree{file, yaml_limits};
    parse(text, lines, tree);
    auto problems = tree.take_problems();
    if (!problems.empty()) return problems;
    return tree.take_root();
}

}  // namespace muster::codec
