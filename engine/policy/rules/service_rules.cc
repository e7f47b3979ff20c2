#include "engine/model/http_url.h"
#include "engine/model/words.h"
#include "engine/plan/selector.h"
#include "engine/policy/rules/sections.h"

namespace muster::codec {
namespace {

/// A service of a target has no words.
void check_no_words(const std::string& path, std::string_view text, RuleReport& report) {
    for (const auto& word : words_in(text))
        report.add(path, fmt::format("nothing gives the word {} a value", in_quotes(word)),
                   "only the services and steps of a drill have words");
}

/// A plain GET, and nothing else: what is asked stands in plans and records, where no header with a
/// secret may stand.
void check_plain_get(const std::string& path, const HttpCall& call, RuleReport& report) {
    constexpr std::string_view instead =
        "or give a command that asks, such as command: [curl, -fsS, URL]";
    if (!call.get || !call.headers.empty() || call.json) {
        report.add(path, "this version asks for health with get alone",
                   fmt::format("leave everything else out, {}", instead));
        return;
    }
    if (call.get->starts_with("https://"))
        report.add(path + ".get", "this version asks over plain http only",
                   fmt::format("write http://, {}", instead));
    else if (call.get->starts_with("http://") && !parse_http_url(*call.get))
        report.add(path + ".get",
                   fmt::format("{} is no URL that can be asked", in_quotes(*call.get)),
                   "write it like http://127.0.0.1:8080/health");
}

}  // namespace

void check_health(const std::string& path, const HealthSpec& health, RuleReport& report) {
    if (health.http) check_call(path + ".http", *health.http, report);
    report.need_program(path + ".command", health.command);
    check_answer(path + ".expect", health.expect, report);
    if (!health.http && report.has_place(path + ".expect"))
        report.add(path + ".expect", "only a question over http has an answer",
                   "a command works when it exits with 0");
    report.need_time(path + ".within", health.within);
}

void check_call(const std::string& path, const HttpCall& call, RuleReport& report) {
    if (call.get) check_url(path + ".get", *call.get, report);
    if (call.post) check_url(path + ".post", *call.post, report);
    if (call.put) check_url(path + ".put", *call.put, report);
    if (call.erase) check_url(path + ".delete", *call.erase, report);
    if (call.json && call.get)
        report.add(path + ".json", "a get has no body", "use post or put, or remove it");
}

void check_answer(const std::string& path, const AnswerSpec& answer, RuleReport& report) {
    if (answer.status && (*answer.status < 100 || *answer.status > 599))
        report.add(path + ".status", fmt::format("{} is no HTTP status", *answer.status),
                   "they go from 100 to 599");
    for (const auto& [pointer, value] : answer.json)
        report.need_pointer(child_path(path + ".json", pointer), pointer);
}

void check_service(const std::string& path, const ServiceSpec& service, RuleReport& report) {
    if (service.start.empty()) report.add(path + ".start", "must not be empty", "name a program");
    report.need_program(path + ".start", service.start);
    report.need_program(path + ".stop", service.stop);
    report.need_time(path + ".timeout", service.timeout);
    if (service.healthy) check_health(path + ".healthy", *service.healthy, report);
}

void check_service_of_target(const std::string& path, const TargetSpec& target,
                             RuleReport& report) {
    const auto& service = *target.service;
    check_service(path, service, report);
    if (service.stop.empty())
        report.add(path + ".stop", "the key \"stop\" is missing",
                   "stop: the program that stops it before the database is touched");
    if (!service.healthy) return;
    const auto where = path + ".healthy";
    if (service.healthy->http) {
        check_plain_get(where + ".http", *service.healthy->http, report);
        if (service.healthy->http->get)
            check_no_words(where + ".http.get", *service.healthy->http->get, report);
    }
    if (kind_of(target) != TargetKind::sqlite) return;  // of a directory, words tell its records
    for (const auto& [pointer, expected] : service.healthy->expect.json)
        check_no_words(child_path(where + ".expect.json", pointer), expected.value, report);
}

}  // namespace muster::codec
