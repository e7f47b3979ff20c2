// Calls to a service over HTTP, and what an answer must be.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/fields.h"
#include "engine/base/time.h"
#include "engine/model/expectation.h"
#include "engine/model/json_text.h"

namespace muster {

struct HttpCall {
    std::optional<std::string> get;
    std::optional<std::string> post;
    std::optional<std::string> put;
    std::optional<std::string> erase;
    std::map<std::string, std::string> headers;
    std::optional<JsonText> json;
    bool operator==(const HttpCall&) const = default;
};
template <>
struct Fields<HttpCall> {
    static constexpr std::string_view doc = "One HTTP call.";
    static constexpr std::array one_of{std::string_view{"get"}, std::string_view{"post"},
                                       std::string_view{"put"}, std::string_view{"delete"}};
    static constexpr auto list =
        FieldList{optional("get", &HttpCall::get, "URL to read."),
                  optional("post", &HttpCall::post, "URL to post to."),
                  optional("put", &HttpCall::put, "URL to put to."),
                  optional("delete", &HttpCall::erase, "URL to delete."),
                  optional("headers", &HttpCall::headers, "Further headers."),
                  optional("json", &HttpCall::json, "Body, sent as JSON.")};
};

/// Members that are left out ask for nothing, but for the status.
struct AnswerSpec {
    std::optional<int> status;
    std::map<std::string, Expectation> json;
    std::optional<Expectation> value;
    bool operator==(const AnswerSpec&) const = default;
};
template <>
struct Fields<AnswerSpec> {
    static constexpr std::string_view doc = "What an answer must be.";
    static constexpr auto list = FieldList{
        optional(
            "status", &AnswerSpec::status,
            "Of http, the status code: when left out any below 400, of a service's health 200. Of run, the exit status: 0."),
        optional("json", &AnswerSpec::json,
                 "JSON pointers into it, such as /count, each with the value it must have."),
        optional(
            "value", &AnswerSpec::value,
            "What sql yields, run prints or the body of http is, without white space at its ends.")};
};

/// How to see that a service works: a call, or a program that exits with 0.
struct HealthSpec {
    std::optional<HttpCall> http;
    std::vector<std::string> command;
    AnswerSpec expect;
    Duration within = std::chrono::minutes{1};
    bool operator==(const HealthSpec&) const = default;
};
template <>
struct Fields<HealthSpec> {
    static constexpr std::string_view doc = "How to see that a service works.";
    static constexpr std::array one_of{std::string_view{"http"}, std::string_view{"command"}};
    static constexpr auto list =
        FieldList{optional("http", &HealthSpec::http, "The call."),
                  optional("command", &HealthSpec::command,
                           "Program and arguments; it works when that exits with 0."),
                  optional("expect", &HealthSpec::expect, "What the answer to http must be."),
                  optional("within", &HealthSpec::within,
                           "Asked again until it is so, for at most this long after the start.")};
};

/// A program that runs, and how to see that it does.
struct ServiceSpec {
    std::vector<std::string> stop;
    std::vector<std::string> start;
    std::optional<HealthSpec> healthy;
    Duration timeout = std::chrono::minutes{1};
    bool operator==(const ServiceSpec&) const = default;
};
template <>
struct Fields<ServiceSpec> {
    static constexpr std::string_view doc =
        "A service: how it is stopped, started and asked. Programs are run without a shell, in the folder of the policy file.";
    static constexpr auto list = FieldList{
        optional("stop", &ServiceSpec::stop,
                 "Program and arguments that stop it; exits with 0 also where it does not run."),
        required("start", &ServiceSpec::start,
                 "Program and arguments that start it, and return; does no harm where it runs."),
        optional("healthy", &ServiceSpec::healthy, "How to see that it works."),
        optional("timeout", &ServiceSpec::timeout,
                 "The longest that stop, and that start, may take.")};
};

}  // namespace muster
