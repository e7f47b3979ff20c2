#include "engine/service/http_answer.h"

#include <fmt/format.h>

#include <variant>

#include "engine/codec/json.h"
#include "engine/codec/json_pointer.h"

namespace muster {
namespace {

std::optional<std::string> mismatch_of_status(const AnswerSpec& expected, int status,
                                              UntoldStatus untold) {
    constexpr int ok = 200, first_error = 400;
    if (!expected.status && untold == UntoldStatus::is_below_400) {
        if (status < first_error) return std::nullopt;
        return fmt::format("answered with status {}, not one below {}", status, first_error);
    }
    const int wanted = expected.status.value_or(untold == UntoldStatus::is_0 ? 0 : ok);
    if (status == wanted) return std::nullopt;
    if (untold == UntoldStatus::is_0)
        return fmt::format("ended with status {}, not {}", status, wanted);
    return fmt::format("answered with status {}, not {}", status, wanted);
}

std::string shortened(const std::string& text) {
    constexpr std::size_t most = 300;
    return text.size() <= most ? text : text.substr(0, most) + "…";
}

std::optional<codec::Node> json_of(const HttpReply& reply) {
    auto parsed = codec::parse_json(reply.body, "the answer");
    auto* document = std::get_if<codec::Node>(&parsed);
    if (document == nullptr) return std::nullopt;
    return std::move(*document);
}

}  // namespace

std::optional<std::string> mismatch(const AnswerSpec& expected, const HttpReply& reply,
                                    UntoldStatus untold) {
    if (auto wrong = mismatch_of_status(expected, reply.status, untold)) return wrong;
    if (expected.value && !meets(*expected.value, reply.body))
        return fmt::format("says '{}' (expected {})", shortened(reply.body),
                           TextForm<Expectation>::format(*expected.value));
    if (expected.json.empty()) return std::nullopt;
    const auto document = json_of(reply);
    if (!document) return "answered with something that is no JSON";
    for (const auto& [pointer, expectation] : expected.json) {
        const auto wanted = TextForm<Expectation>::format(expectation);
        const auto* node = codec::find_pointer(*document, pointer);
        if (node == nullptr)
            return fmt::format("has no {} in its answer (expected {})", pointer, wanted);
        const auto* scalar = std::get_if<codec::Scalar>(&node->value);
        if (scalar == nullptr || !meets(expectation, scalar->text))
            return fmt::format("says {} at {} (expected {})", codec::describe(*node), pointer,
                               wanted);
    }
    return std::nullopt;
}

Result<std::string> value_at(const HttpReply& reply, std::string_view json_pointer) {
    constexpr std::string_view hint = "look at what the service answers, and name another place";
    const auto refuse = [&](std::string message) {
        return fail(ErrorCode::service_failed, std::move(message), std::string{hint});
    };
    const auto document = json_of(reply);
    if (!document) return refuse(fmt::format("the answer has no {}: it is no JSON", json_pointer));
    const auto* node = codec::find_pointer(*document, json_pointer);
    if (node == nullptr) return refuse(fmt::format("the answer has no {}", json_pointer));
    const auto* scalar = std::get_if<codec::Scalar>(&node->value);
    if (scalar == nullptr || codec::meaning_of(*scalar) == codec::Meaning::null)
        return refuse(fmt::format("the answer has {} at {}, not one value", codec::describe(*node),
                                  json_pointer));
    return scalar->text;
}

}  // namespace muster
