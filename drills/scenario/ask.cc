#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "drills/scenario/acts.h"
#include "engine/base/program.h"
#include "engine/codec/spell_end.h"
#include "engine/model/command_line.h"
#include "engine/service/ask_http.h"
#include "engine/service/http_answer.h"
#include "engine/sqlite/check.h"
#include "engine/sqlite/sql_guard.h"

namespace muster {
namespace {

constexpr Duration http_limit = std::chrono::seconds{10};

/// What was answered, or why there is no answer.
struct Answered {
    HttpReply reply;
    std::string fault;
    UntoldStatus status = UntoldStatus::is_below_400;
};

Answered without_answer(std::string fault) {
    Answered out;
    out.fault = std::move(fault);
    return out;
}

std::string without_margin(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const auto begin = text.find_first_not_of(blank);
    if (begin == std::string_view::npos) return {};
    return std::string{text.substr(begin, text.find_last_not_of(blank) - begin + 1)};
}

Result<Answered> ask_sql(const SqlAct& act, Stage& stage, const Host& host, Duration limit) {
    const auto sql = stage.fill_sql(act.ask.empty() ? act.change : act.ask);
    if (!act.change.empty()) {
        MUSTER_TRY(auto connection,
                   Connection::open(stage.database(act.database), OpenMode::read_write));
        SqlGuard guard{connection, limit, MayDo::change_rows};
        stage.changed(act.database);
        auto statement = guard.prepare(sql);
        auto done = statement ? statement->step() : Result<bool>{Failure(statement.error())};
        while (done && *done) done = statement->step();
        if (done) return Answered{{0, {}}, {}, UntoldStatus::is_0};
        return without_answer(guard.timed_out() ? "took too long"
                                                : "fails: " + done.error().message);
    }
    MUSTER_TRY(auto view, stage.read(act.database, host));
    auto value = query_text(view.connection(), sql, act.database, limit);
    if (!value) return without_answer("fails: " + value.error().message);
    return Answered{{0, *std::move(value)}, {}, UntoldStatus::is_0};
}

Result<Answered> ask_program(const std::vector<std::string>& argv,
                             const std::map<std::string, std::string>& environment, Stage& stage,
                             const Host& host, Duration limit) {
    Program program;
    program.argv = stage.fill(argv);
    program.environment = stage.fill(environment);
    program.folder = stage.folder();
    program.withheld = host.secret_variables;
    program.timeout = limit;
    stage.changed();
    MUSTER_TRY(const auto end, run_program(program, host.keep_going));
    if (!end.exit_status)
        return without_answer(
            fmt::format("did not end by itself: '{}', {}", command_line(argv), spell_end(end)));
    return Answered{{*end.exit_status, without_margin(end.said)}, {}, UntoldStatus::is_0};
}

Result<Answered> ask_service(const HttpCall& call, Stage& stage, Duration limit) {
    stage.changed();
    MUSTER_TRY(const auto question, http_question(stage.fill(call)));
    auto reply = ask_http(question, limit);
    if (!reply) return without_answer("gives " + reply.error().message);
    reply->body = without_margin(reply->body);
    return Answered{*std::move(reply), {}, UntoldStatus::is_below_400};
}

/// An application must not write to the terminal of who reads what it said.
std::string printable(std::string text) {
    for (auto& c : text)
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') c = ' ';
    return text;
}

/// Why the answer is not as it must be; empty where it is.
std::string complaint(const Answered& answered, const AnswerSpec& expected) {
    if (!answered.fault.empty()) return printable(answered.fault);
    return printable(mismatch(expected, answered.reply, answered.status).value_or(""));
}

/// For people, short.
std::string brief(const Answered& answered) {
    constexpr std::size_t most = 200;
    auto text = printable(answered.reply.body);
    if (text.size() > most) text = text.substr(0, most) + "…";
    if (answered.status == UntoldStatus::is_0 && answered.reply.status == 0) return text;
    return fmt::format("{} {}", answered.reply.status, text);
}

ActEnd not_held(const std::string& name, std::string why, Stage& stage) {
    stage.rehearsal().findings.push_back({"step", Severity::error, Verdict::bad, stage.step().drill,
                                          fmt::format("the step {}: it {}", name, why), "", "", "",
                                          ""});
    return {false, "it " + why};
}

Result<ActEnd> ask_until(const DrillStepSpec& spec, Stage& stage, const Host& host) {
    const auto& act = *spec.until;
    const auto expected = stage.fill(act.expect);
    const auto deadline = std::chrono::steady_clock::now() + act.within;
    for (int asked = 1;; ++asked) {
        const auto left = std::max<Duration>(
            std::chrono::duration_cast<Duration>(deadline - std::chrono::steady_clock::now()),
            std::chrono::milliseconds{100});
        Result<Answered> answered = Answered{};
        if (act.http)
            answered = ask_service(*act.http, stage, std::min(left, http_limit));
        else if (act.sql)
            answered = ask_sql(*act.sql, stage, host, left);
        else
            answered = ask_program(act.run, {}, stage, host, left);
        MUSTER_CHECK(answered);
        const auto why = complaint(*answered, expected);
        if (why.empty())
            return ActEnd{true, fmt::format("asked {} times: {}", asked, brief(*answered))};
        if (std::chrono::steady_clock::now() + act.every >= deadline)
            return not_held(
                spec.name,
                fmt::format("is not so within {}: it {}", spell_duration(act.within), why), stage);
        MUSTER_CHECK(host.keep_going());
        std::this_thread::sleep_for(act.every);
    }
}

/// Values of the answer, by the words they are called.
Result<> save_of(const DrillStepSpec& spec, const Answered& answered, Stage& stage) {
    for (const auto& [word, pointer] : spec.save) {
        auto value = pointer.empty() ? Result<std::string>{answered.reply.body}
                                     : value_at(answered.reply, pointer);
        if (!value) return Failure(value.error());
        // An empty one would make what is compared with it true.
        if (value->empty())
            return fail(ErrorCode::service_failed, fmt::format("the value of {} is empty", word),
                        "let it yield one");
        stage.save_answer(word, *std::move(value));
    }
    return {};
}

std::string told_saved(const DrillStepSpec& spec) {
    std::vector<std::string> words;
    for (const auto& [word, pointer] : spec.save) words.push_back(word);
    return fmt::format("saved {}", fmt::join(words, ", "));
}

}  // namespace

Result<ActEnd> ask(const DrillStepSpec& spec, Stage& stage, const Host& host) {
    if (spec.until) return ask_until(spec, stage, host);
    Result<Answered> answered = Answered{};
    if (spec.sql)
        answered = ask_sql(*spec.sql, stage, host, spec.within.value_or(check_limit));
    else if (spec.http)
        answered = ask_service(*spec.http, stage, spec.within.value_or(http_limit));
    else
        answered = ask_program(spec.run, spec.environment, stage, host,
                               spec.within.value_or(Program{}.timeout));
    MUSTER_CHECK(answered);
    MUSTER_CHECK(host.keep_going());
    const auto expected = spec.expect ? stage.fill(*spec.expect) : AnswerSpec{};
    if (auto why = complaint(*answered, expected); !why.empty())
        return not_held(spec.name, std::move(why), stage);
    if (auto saved = save_of(spec, *answered, stage); !saved)
        return not_held(spec.name, "is of no use: " + saved.error().message, stage);
    // What is saved may be a secret, and what is told stands in records.
    return ActEnd{true, spec.save.empty() ? brief(*answered) : told_saved(spec)};
}

}  // namespace muster
