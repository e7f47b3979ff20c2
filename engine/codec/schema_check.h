// Holds a JSON text to a JSON Schema.
#pragma once

#include <memory>
#include <string_view>

#include "engine/base/result.h"

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

    /// ErrorCode::internal names the first violated rule and where.
    Result<> accepts(std::string_view document) const;

private:
    struct Compiled;
    std::unique_ptr<Compiled> compiled_;
};

}  // namespace muster::codec
