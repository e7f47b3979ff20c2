// Holds a document tree to a JSON Schema.
#pragma once

#include <memory>
#include <string_view>

#include "engine/base/result.h"
#include "engine/codec/node.h"

namespace muster::codec {

/// A draft-07 schema, ready for many checks. May be used by several threads at once.
class SchemaCheck {
public:
    /// The schema must be one that SchemaBuilder made: it throws std::runtime_error where it
    /// cannot be read, which is a bug.
    explicit SchemaCheck(std::string_view schema);
    ~SchemaCheck();
    SchemaCheck(const SchemaCheck&) = delete;
    SchemaCheck& operator=(const SchemaCheck&) = delete;

    /// The tree as parse_json and encode give it. ErrorCode::internal names the first violated
    /// rule and where; `place` is that of the tree's root ("[steps][7]"), empty for a document.
    Result<> accepts(const Node& tree, std::string_view place = {}) const;

private:
    struct Compiled;
    std::unique_ptr<Compiled> compiled_;
};

}  // namespace muster::codec
