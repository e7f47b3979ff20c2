#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "drills/scenario/acts.h"

namespace muster {
namespace {

Result<ActEnd> wait_for(Duration wait, const Host& host) {
    constexpr Duration piece = std::chrono::milliseconds{50};
    const auto end = std::chrono::steady_clock::now() + wait;
    for (;;) {
        const auto left = end - std::chrono::steady_clock::now();
        if (left <= Duration::zero()) return ActEnd{true, spell_duration(wait)};
        MUSTER_CHECK(host.keep_going());
        std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, piece));
    }
}

Result<ActEnd> save_values(const DrillStepSpec& spec, Stage& stage, const Host& host) {
    constexpr std::string_view suffix = ".content}";
    std::vector<std::string> told;
    for (const auto& [word, text] : spec.save) {
        if (text.starts_with('{') && text.ends_with(suffix)) {
            MUSTER_TRY(auto content,
                       stage.content_of(text.substr(1, text.size() - suffix.size() - 1), host));
            told.push_back(
                fmt::format("{} is content {}", word, content.total.hex().substr(0, 16)));
            stage.save_content(word, std::move(content));
        } else {
            stage.save(word, stage.fill(text));
            told.push_back(word);
        }
    }
    return ActEnd{true, fmt::format("{}", fmt::join(told, ", "))};
}

}  // namespace

Host limited(const Host& host, Duration limit, std::string what) {
    Host out = host;
    out.keep_going = [inner = host.keep_going, end = std::chrono::steady_clock::now() + limit,
                      limit, what = std::move(what)]() -> Result<> {
        MUSTER_CHECK(inner());
        if (std::chrono::steady_clock::now() < end) return {};
        return fail(ErrorCode::timed_out,
                    fmt::format("{} took longer than {}", what, spell_duration(limit)),
                    "give it more time with within, or find out what keeps it");
    };
    return out;
}

Result<ActEnd> perform(const DrillStepSpec& spec, Stage& stage, const Host& host) {
    const Host mine = spec.within ? limited(host, *spec.within, "the step " + spec.name) : host;
    if (spec.snapshot) return perform(*spec.snapshot, stage, mine);
    if (spec.mutate) return perform(*spec.mutate, stage, mine);
    if (spec.restore) return perform(*spec.restore, stage, mine);
    if (spec.check) return perform(*spec.check, stage, mine);
    if (spec.compare) return perform(*spec.compare, stage, mine);
    if (spec.service) return perform(*spec.service, stage, mine);
    if (spec.wait) return wait_for(*spec.wait, mine);
    if (spec.fault) return perform(*spec.fault, stage, mine);
    // These have an end of their own: an answer that comes too late is a wrong one.
    if (spec.sql || spec.http || spec.until || !spec.run.empty()) return ask(spec, stage, host);
    return save_values(spec, stage, mine);
}

}  // namespace muster
