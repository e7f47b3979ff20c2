#include "drills/scenario/rehearse.h"

#include <fmt/format.h>

#include <algorithm>

#include "drills/scenario/acts.h"
#include "drills/scenario/objectives.h"
#include "drills/scenario/stage.h"
#include "engine/base/stopwatch.h"
#include "engine/snapshot/commit.h"

namespace muster {
namespace {

/// How long what cleans up may take, whatever stopped the rest.
constexpr Duration rollback_limit = std::chrono::minutes{10};

class Rehearsing {
public:
    Rehearsing(const DrillStep& step, const ScenarioParts& parts, const RehearsalOptions& options,
               const Host& host, const fs::path& sandbox, const std::optional<Manifest>& manifest,
               Rehearsal& out)
        : step_(step),
          parts_(parts),
          options_(options),
          host_(limited(host, step.within, "the drill " + step.drill)),
          manifest_(manifest),
          out_(out),
          stage_(step, parts, sandbox, out) {
        stage_.save("muster", host.muster.string());
    }

    void run() {
        auto& status = out_.drilled.status;
        if (start_services()) {
            if (!hold(DrillPart::before)) {
                fall(DrillStatus::failed);
            } else {
                take_steps();
                if (status == DrillStatus::completed && !hold(DrillPart::after))
                    fall(DrillStatus::deviated);
            }
        }
        roll_back();
        stop_services();
        auto& drilled = out_.drilled;
        if (step_.backup) judge_chosen(step_, manifest_, out_.findings, host_.now());
        const bool restored = drilled.restore_took > Duration::zero();
        if (step_.rto && restored && status == DrillStatus::completed)
            out_.findings.push_back(judge_rto(drilled, subject()));
        drilled.passed =
            status == DrillStatus::completed && std::ranges::none_of(out_.findings, fails);
    }

    std::string subject() const { return step_.source.empty() ? step_.drill : step_.source; }

private:
    /// The first thing that went wrong is what became of the drill.
    void fall(DrillStatus status) {
        if (out_.drilled.status == DrillStatus::completed) out_.drilled.status = status;
    }

    void fail_with(const Error& error) {
        const bool stopped =
            error.code == ErrorCode::interrupted || error.code == ErrorCode::terminated;
        fall(stopped ? DrillStatus::interrupted : DrillStatus::aborted);
        if (!out_.failure) out_.failure = error;
    }

    bool tell(const DrilledStep& act, bool ended) {
        if (!options_.watch) return true;
        const auto told = options_.watch(act, ended);
        if (!told) fail_with(told.error());
        return told.has_value();
    }

    /// One act, told when it begins and when it has ended. Nothing where it could not be done.
    template <class Act>
    std::optional<ActEnd> take(DrillPart part, std::string name, std::string_view act,
                               const Act& perform_it) {
        DrilledStep done{part, std::move(name), std::string{act}, DrillStatus::under_way, {}, ""};
        if (!tell(done, false)) return std::nullopt;
        done.status = DrillStatus::completed;
        const auto failing = std::ranges::count_if(out_.findings, fails);
        Stopwatch watch;
        const Result<ActEnd> end = perform_it();
        done.elapsed = watch.lap();
        if (end) {
            done.told = end->told;
            if (!end->held) done.status = DrillStatus::failed;
            // What did not hold never passes for want of a finding.
            if (!end->held && std::ranges::count_if(out_.findings, fails) == failing)
                out_.findings.push_back({"step", Severity::error, Verdict::bad, step_.drill,
                                         fmt::format("the step {}: {}", done.name, done.told), "",
                                         "", "", ""});
        } else {
            const auto& error = end.error();
            const bool stopped =
                error.code == ErrorCode::interrupted || error.code == ErrorCode::terminated;
            done.status = stopped ? DrillStatus::interrupted : DrillStatus::aborted;
            done.told = error.message;
        }
        out_.drilled.steps.push_back(done);
        const bool was_told = tell(done, true);
        if (!end) {
            const auto& error = end.error();
            // Who was too slow names itself.
            fail_with(error.message.starts_with("the step " + done.name)
                          ? error
                          : error.during(fmt::format("the step {} of the drill {}", done.name,
                                                     step_.drill)));
            return std::nullopt;
        }
        return was_told ? std::optional{*end} : std::nullopt;
    }

    std::optional<ActEnd> take(DrillPart part, const DrillStepSpec& spec, std::size_t place,
                               const Host& host) {
        const auto name = spec.name.empty() ? fmt::format("hypothesis {}", place + 1) : spec.name;
        DrillStepSpec named = spec;
        named.name = name;
        return take(part, name, acts_of(spec).front(), [&]() -> Result<ActEnd> {
            MUSTER_CHECK(host.keep_going());
            // The step that gives a word its value may not have been reached: a program must not
            // take the word itself for one.
            for (const auto text : texts_of(named))
                if (const auto word = stage_.word_without_value(text); !word.empty())
                    return ActEnd{false, fmt::format("nothing gave the word {} a value", word)};
            return perform(named, stage_, host);
        });
    }

    bool start_services() {
        for (const auto& [name, spec] : parts_.services) {
            if (is_started_by_step(parts_, name)) continue;
            const std::string service = name;
            const auto end = take(DrillPart::before, service, "service", [&]() -> Result<ActEnd> {
                ServiceOrder order;
                order.start = service;
                return perform(order, stage_, host_);
            });
            if (!end) return false;
            if (end->held) continue;
            fall(DrillStatus::failed);
            return false;
        }
        return true;
    }

    bool hold(DrillPart part) {
        bool all = true;
        for (std::size_t i = 0; i < parts_.hypothesis.size(); ++i) {
            const auto end = take(part, parts_.hypothesis[i], i, host_);
            if (!end) return false;
            all = all && end->held;
        }
        return all;
    }

    void take_steps() {
        for (std::size_t i = 0; i < parts_.steps.size(); ++i) {
            const auto end = take(DrillPart::step, parts_.steps[i], i, host_);
            if (!end) return;
            if (!end->held) fall(DrillStatus::failed);
            if (!end->held && !end->go_on) return;
        }
    }

    /// Also where the run ought to stop: what was begun is cleaned up.
    void roll_back() {
        Host calm = host_;
        calm.keep_going = [] { return Result<>{}; };
        calm = limited(calm, rollback_limit, "the rollback of the drill " + step_.drill);
        for (std::size_t i = 0; i < parts_.rollback.size(); ++i) {
            const auto& spec = parts_.rollback[i];
            const auto end = take(DrillPart::rollback, spec, i, calm);
            if (end && end->held) continue;
            fall(DrillStatus::failed);
            out_.findings.push_back({"rollback", Severity::error, Verdict::bad, subject(),
                                     fmt::format("the step {} of the rollback failed", spec.name),
                                     "everything is as it was before",
                                     out_.drilled.steps.back().told, "",
                                     "clean up by hand what that step ought to"});
        }
    }

    void stop_services() {
        for (const auto& [service, error] : stage_.stop_all()) {
            fall(DrillStatus::failed);
            out_.drilled.steps.push_back(
                {DrillPart::rollback, service, "service", DrillStatus::failed, {}, error.message});
            const bool died = error.code == ErrorCode::service_failed;
            out_.findings.push_back(
                {died ? "step" : "cleanup", Severity::error, Verdict::bad, subject(), error.message,
                 died ? "it runs until it is stopped" : "nothing of a service is left", "", "",
                 error.hint});
        }
    }

    const DrillStep& step_;
    const ScenarioParts& parts_;
    const RehearsalOptions& options_;
    Host host_;
    const std::optional<Manifest>& manifest_;  ///< of the snapshot that was picked
    Rehearsal& out_;
    Stage stage_;
};

/// Room for all files that the steps make at once.
Result<> require_room(const DrillStep& step, const ScenarioParts& parts,
                      const fs::path& sandboxes) {
    std::uint64_t size = 0;
    if (!step.source.empty()) {
        MUSTER_TRY(const auto source, status_of(step.source));
        size = source.size.count;
    }
    if (step.backup) {
        MUSTER_TRY(const auto manifest, read_manifest(step.backup->path));
        if (manifest) size = std::max(size, manifest->content_bytes().count);
    }
    std::uint64_t files = 0;
    for (const auto& each : parts.steps) {
        if (each.snapshot || each.compare) files += 1;
        if (each.restore) files += 2;  // the staged one, and the safety copy
        if (each.fault) files += 3;  // the damaged one, a snapshot of it, and what that decodes to
    }
    return require_space(sandboxes, Bytes{size * files}, "the drill's sandbox");
}

}  // namespace

Result<Rehearsal> rehearse(const DrillStep& step, const ScenarioParts& parts,
                           const RehearsalOptions& options, const Host& host) {
    if (parts.steps.empty())
        return fail(ErrorCode::internal,
                    fmt::format("the drill {} has no steps: it would prove nothing", step.drill),
                    "please report it, with the policy");
    Rehearsal out;
    out.drilled.drill = step.drill;
    out.drilled.scenario = step.scenario ? std::string{name_of(*step.scenario)} : "own";
    out.drilled.rto = step.rto;
    out.drilled.seed = step.seed;
    std::optional<Manifest> manifest;
    if (step.backup) {
        out.drilled.backup = step.backup->path;
        MUSTER_TRY(manifest, read_manifest(step.backup->path));
        if (manifest) out.drilled.backup_time = manifest->created_at;
    }
    MUSTER_CHECK(require_room(step, parts, options.sandboxes));
    MUSTER_TRY(auto sandbox, Sandbox::make(options.sandboxes));
    Stopwatch watch;
    std::string subject;
    {
        Rehearsing rehearsing{step, parts, options, host, sandbox.path(), manifest, out};
        rehearsing.run();
        subject = rehearsing.subject();
    }
    out.phases.push_back({"drill", watch.lap()});
    std::move(sandbox).leave(options.keep_sandbox, subject, out);
    out.drilled.passed = out.drilled.passed && std::ranges::none_of(out.findings, fails);
    return out;
}

}  // namespace muster
