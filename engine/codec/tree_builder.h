// Makes a document tree from the events of a parser, within bounds.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/problem.h"
#include "engine/codec/node.h"
#include "engine/codec/source_text.h"

namespace muster::codec {

/// Events come in the order of the text. Duplicate keys are problems that name both lines; a
/// bound that is exceeded is a problem after which the parser must stop.
class TreeBuilder {
public:
    TreeBuilder(std::string file, const Limits& limits) : file_(std::move(file)), limits_(limits) {}

    void begin(Node collection);  ///< an empty sequence or mapping
    void end();
    void key(std::string text, TextPlace place);
    void add(Node node);  ///< a scalar, or a whole copy made for an alias

    /// The innermost collection is a mapping that waits for a key.
    bool expects_key() const;
    /// The key whose value comes next; nothing in a sequence.
    std::optional<TextPlace> pending_key() const;

    void problem(TextPlace place, std::string message, std::string hint);
    /// Counts towards the bound of nodes.
    void count(std::size_t nodes, TextPlace place);
    bool must_stop() const { return stop_; }

    const std::string& file() const { return file_; }
    /// The collection that the last end() closed, or the scalar added last.
    const Node& last() const { return *last_; }
    Problems take_problems() { return std::move(problems_); }
    Node take_root() { return std::move(root_); }

private:
    struct Open {
        Node node;
        std::optional<TextPlace> key_place;
        std::string key;
        std::unordered_map<std::string, TextPlace> keys;
    };

    std::string path() const;

    std::string file_;
    Limits limits_;
    std::vector<Open> open_;
    Node root_;
    const Node* last_ = nullptr;
    std::size_t nodes_ = 0;
    Problems problems_;
    bool stop_ = false;
};

std::size_t count_nodes(const Node& node);

/// "targets" and "finance" to "targets.finance".
std::string child_path(const std::string& parent, std::string_view key);
/// "checks" and 0 to "checks[0]".
std::string item_path(const std::string& parent, std::size_t index);

}  // namespace muster::codec
