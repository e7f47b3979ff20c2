#include "engine/codec/schema_check.h"

#include <mutex>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace muster::codec {

using Adapter = valijson::adapters::NlohmannJsonAdapter;

struct SchemaCheck::Compiled {
    valijson::Schema schema;
    std::mutex mutex;
    valijson::Validator validator;  // keeps compiled regular expressions
};

SchemaCheck::SchemaCheck(std::string_view schema) : compiled_(std::make_unique<Compiled>()) {
    const auto json = nlohmann::json::parse(schema);
    valijson::SchemaParser parser;
    parser.populateSchema(Adapter{json}, compiled_->schema);
}

SchemaCheck::~SchemaCheck() = default;

Result<> SchemaCheck::accepts(std::string_view document) const {
    try {
        const auto json = nlohmann::json::parse(document);
        valijson::ValidationResults results;
        const std::scoped_lock lock{compiled_->mutex};
        if (compiled_->validator.validate(compiled_->schema, Adapter{json}, &results)) return {};
        // The last error is the innermost one's parent; the first names the rule itself.
        const auto& error = *results.begin();
        std::string where;
        for (const auto& part : error.context) where += part;
        return fail(ErrorCode::internal,
                    "the document breaks its schema at " + where + ": " + error.description);
    } catch (const std::exception& error) {
        return fail(ErrorCode::internal, std::string{"the document is no JSON: "} + error.what());
    }
}

}  // namespace muster::codec
