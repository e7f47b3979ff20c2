// A command of muster: one row, from which parsing, help and documentation come.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/json_document.h"
#include "engine/base/host.h"
#include "engine/base/problem.h"
#include "engine/base/result.h"
#include "engine/run/journal.h"

namespace muster {

/// A flag; `value` names what follows it, empty for a switch.
struct Option {
    std::string_view flag;
    std::string_view value;
    std::string_view help;
};

/// Something without a flag: "POLICY", "[DIR]" when it may be left out, "[NAME...]" for several.
struct Operand {
    std::string_view name;
    std::string_view help;
};

/// What stood on the command line, by flag or operand name.
class Arguments {
public:
    std::map<std::string, std::vector<std::string>, std::less<>> values;
    /// Every flag and operand as often as it stood there, in that order.
    std::vector<std::string> order;

    bool has(std::string_view name) const { return values.contains(name); }
    std::string value(std::string_view name, std::string_view otherwise = "") const {
        const auto found = values.find(name);
        return found == values.end() ? std::string{otherwise} : found->second.front();
    }
    std::vector<std::string> all(std::string_view name) const {
        const auto found = values.find(name);
        return found == values.end() ? std::vector<std::string>{} : found->second;
    }
};

/// What a command gives to its surroundings besides its answer.
struct Surroundings {
    std::vector<std::string> command_line;
    Host host;
    EventSink watcher;
};

/// What a command has to say: `text` for people, `document` (schema-valid JSON) for programs.
struct Answer {
    std::string text;
    JsonDocument document;
    int exit_status = 0;
    std::string complaint = {};  ///< what --quiet still says, where exit_status is not 0
};

/// Bad input: problems come with the place and the hint of each.
struct Refusal {
    Error error;
    Problems problems;
};

using Reply = tl::expected<Answer, Refusal>;

/// Fails where something else than an older file of its kind (which begins with `beginning`) lies
/// at `path`; `flag` is what names it.
Result<> require_replaceable(std::string_view flag, const fs::path& path, char beginning);
/// Fails where the file that `flag` names could not be written, or is something else than an older
/// one of its kind (which begins with `beginning`): asked before the work, not after it.
Result<> require_writable(std::string_view flag, const std::string& file, char beginning);

struct Command {
    std::string_view name;
    std::string_view alias;
    std::string_view summary;
    std::string_view details;  ///< behaviour and an example, for --help
    std::vector<Operand> operands;
    std::vector<Option> options;
    Reply (*run)(const Arguments&, const Surroundings&);
};

/// All commands, in the order of --help.
const std::vector<Command>& commands();
/// Flags that every command takes.
const std::vector<Option>& common_options();

inline tl::unexpected<Refusal> refuse(Error error, Problems problems = {}) {
    return tl::unexpected<Refusal>{Refusal{std::move(error), std::move(problems)}};
}
inline tl::unexpected<Refusal> refuse(ErrorCode code, std::string message, std::string hint) {
    return refuse(Error{code, std::move(message), std::move(hint), {}});
}

}  // namespace muster

/// As MUSTER_TRY, in a function that returns a Reply.
#define MUSTER_REPLY_TRY_(result, declaration, expression)           \
    auto result = (expression);                                      \
    if (!result) return ::muster::refuse(std::move(result).error()); \
    declaration = *std::move(result)
#define MUSTER_REPLY_TRY(declaration, expression) \
    MUSTER_REPLY_TRY_(MUSTER_CONCAT(reply_, __LINE__), declaration, expression)
#define MUSTER_REPLY_CHECK(expression)                                                         \
    if (auto MUSTER_CONCAT(reply_, __LINE__) = (expression); !MUSTER_CONCAT(reply_, __LINE__)) \
    return ::muster::refuse(std::move(MUSTER_CONCAT(reply_, __LINE__)).error())
