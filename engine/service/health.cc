#include "engine/service/health.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <thread>

#include "engine/base/program.h"
#include "engine/base/stopwatch.h"
#include "engine/codec/spell_end.h"
#include "engine/model/command_line.h"
#include "engine/service/http_answer.h"

namespace muster {
namespace {

constexpr Duration longest_question = std::chrono::seconds{10};

/// Why it is not healthy; asked once.
std::optional<std::string> trouble_with(const ServiceUse& use, Duration timeout,
                                        ServiceCall& call) {
    const auto& health = *use.service.healthy;
    if (health.http) {
        const auto question = http_question(*health.http);
        if (!question) return "cannot be asked: " + question.error().text();
        const auto reply = ask_http(*question, timeout);
        return reply ? mismatch(health.expect, *reply, UntoldStatus::is_200)
                     : "gives " + reply.error().message;
    }
    const auto end = run_program({health.command, use.folder, use.withheld, timeout});
    call.exit_status = end ? end->exit_status : std::nullopt;
    if (!end) return "cannot be asked: " + end.error().text();
    if (end->succeeded()) return std::nullopt;
    return fmt::format("is not: '{}', {}", command_line(health.command), spell_end(*end));
}

ServiceCall question_of(const ServiceUse& use) {
    ServiceCall call;
    call.act = ServiceAct::healthy;
    const auto& health = *use.service.healthy;
    call.argv = health.command;
    if (health.http) call.url = health.http->get.value_or("");
    return call;
}

}  // namespace

Result<> await_health(const ServiceUse& use, const Host& host, ServiceCall& call) {
    constexpr Duration pause = std::chrono::milliseconds{100};
    using Clock = std::chrono::steady_clock;
    call = question_of(use);
    const auto within = use.service.healthy->within;
    const auto began = Clock::now();
    Stopwatch watch;
    for (;;) {
        const auto passed = std::chrono::duration_cast<Duration>(Clock::now() - began);
        const auto left = std::max(within - passed, pause);
        host.progress("waiting for " + use.name + " to be healthy",
                      static_cast<std::uint64_t>(std::min(passed, within).count()),
                      static_cast<std::uint64_t>(within.count()));
        const auto trouble = trouble_with(use, std::min(left, longest_question), call);
        call.succeeded = !trouble;
        call.problem = trouble.value_or("");
        if (!trouble || Clock::now() - began + pause >= within) break;
        if (const auto on = host.keep_going(); !on) {
            call.elapsed = watch.lap();
            return Failure(on.error());
        }
        std::this_thread::sleep_for(pause);
    }
    call.elapsed = watch.lap();
    if (call.succeeded) return {};
    return fail(ErrorCode::service_failed,
                fmt::format("the service of {} did not get healthy within {}: it {}", use.name,
                            format_duration(within), call.problem),
                "look at what it logs");
}

bool is_healthy(const ServiceUse& use) {
    auto call = question_of(use);
    return !trouble_with(use, longest_question, call);
}

}  // namespace muster
