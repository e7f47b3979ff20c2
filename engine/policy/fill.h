// Puts vars and environment variables into a policy's values.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/codec/node.h"
#include "engine/policy/load.h"

namespace muster::codec {

/// Fills texts in. Each var is worked out once; what vars and defaults add up to is bounded.
class Filler {
public:
    using Environment = std::function<std::optional<std::string>(const std::string& name)>;

    /// `vars` is the policy's mapping of that name, or null. Both must outlive the filler.
    Filler(const Environment& environment, const Mapping* vars)
        : environment_(environment), vars_(vars) {}

    /// `text` with every "${name}" and "${name:-default}" filled in, and "$${" made "${". Fails
    /// with ErrorCode::invalid_policy where a name is no name, has no value and no default, or
    /// stands for itself.
    Result<std::string> fill(std::string_view text);

private:
    Result<std::string> fill_one(std::string_view inside);
    Result<std::string> value_of(const std::string& name,
                                 std::optional<std::string_view> otherwise);

    const Environment& environment_;
    const Mapping* vars_;
    std::map<std::string, std::string> known_;
    std::set<std::string> under_way_;
};

/// Fills every value below `root`, but not the section vars itself. Tells each problem once, at the
/// value; `filled` learns the former text of each value that was filled, by its path.
void fill_tree(Node& root, const PolicyInputs& inputs, const std::vector<PolicySource>& sources,
               Problems& problems, std::map<std::string, std::string>& filled);

}  // namespace muster::codec
