#include "engine/codec/schema_check.h"

#include <mutex>
#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>
#include <vector>

#include "engine/codec/node_adapter.h"

namespace muster::codec {

/// A validator keeps compiled regular expressions, and is for one thread at a time: as many are
/// made as threads ever checked beside each other.
struct SchemaCheck::Compiled {
    valijson::Schema schema;
    std::mutex mutex;
    std::vector<std::unique_ptr<valijson::Validator>> idle;

    std::unique_ptr<valijson::Validator> take() {
        const std::scoped_lock alone{mutex};
        if (idle.empty()) return std::make_unique<valijson::Validator>();
        auto taken = std::move(idle.back());
        idle.pop_back();
        return taken;
    }
    void give_back(std::unique_ptr<valijson::Validator> validator) {
        const std::scoped_lock alone{mutex};
        idle.push_back(std::move(validator));
    }
};

SchemaCheck::SchemaCheck(std::string_view schema) : compiled_(std::make_unique<Compiled>()) {
    const auto json = nlohmann::json::parse(schema);
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter{json}, compiled_->schema);
}

SchemaCheck::~SchemaCheck() = default;

Result<> SchemaCheck::accepts(const Node& tree, std::string_view place) const {
    const NodeAdapter target{tree};
    try {
        auto validator = compiled_->take();
        // Without results the check ends at the first broken rule, and collects nothing for the
        // alternatives that do not fit: several times faster, and nearly all documents are good.
        const bool good = validator->validate(compiled_->schema, target, nullptr);
        valijson::ValidationResults results;
        if (!good) validator->validate(compiled_->schema, target, &results);
        compiled_->give_back(std::move(validator));
        if (good) return {};
        // The last error is the innermost one's parent; the first names the rule itself.
        const auto& error = *results.begin();
        std::string where = error.context.front() + std::string{place};
        for (std::size_t i = 1; i < error.context.size(); ++i) where += error.context[i];
        return fail(ErrorCode::internal,
                    "the document breaks its schema at " + where + ": " + error.description);
    } catch (const std::exception& error) {
        return fail(ErrorCode::internal,
                    std::string{"the document cannot be held to its schema: "} + error.what());
    }
}

}  // namespace muster::codec
