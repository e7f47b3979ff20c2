// Calls to a service over HTTP, and what its answer must be.
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

struct HttpAnswer {
    std::optional<int> status;
    std::map<std::string, Expectation> json;
    bool operator==(const HttpAnswer&) const = default;
};
template <>
struct Fields<HttpAnswer> {
    static constexpr std::string_view doc = "What the answer to an HTTP call must be.";
    static constexpr auto list = FieldList{
        optional("status", &HttpAnswer::status, "Status code; any below 400 when left out."),
        optional("json", &HttpAnswer::json,
                 "JSON pointers into the body, such as /count, each with the value it must have.")};
};

/// A call that is made again until its answer is as expected.
struct ProbeSpec {
    HttpCall http;
    HttpAnswer expect;
    std::optional<Duration> within;
    bool operator==(const ProbeSpec&) const = default;
};
template <>
struct Fields<ProbeSpec> {
    static constexpr std::string_view doc = "A question to a service.";
    static constexpr auto list =
        FieldList{required("http", &ProbeSpec::http, "The call."),
                  optional("expect", &ProbeSpec::expect, "What the answer must be."),
                  optional("within", &ProbeSpec::within,
                           "Ask again until it is so, for at most this long; once when left out.")};
};

/// A program that runs, and how to see that it does.
struct ServiceSpec {
    std::vector<std::string> stop;
    std::vector<std::string> start;
    std::optional<ProbeSpec> healthy;
    bool operator==(const ServiceSpec&) const = default;
};
template <>
struct Fields<ServiceSpec> {
    static constexpr std::string_view doc = "A service: how it is stopped, started and asked.";
    static constexpr auto list =
        FieldList{optional("stop", &ServiceSpec::stop, "Program and arguments that stop it."),
                  required("start", &ServiceSpec::start, "Program and arguments that start it."),
                  optional("healthy", &ServiceSpec::healthy, "How to see that it works.")};
};

}  // namespace muster
