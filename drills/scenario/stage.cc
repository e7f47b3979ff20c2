#include "drills/scenario/stage.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/free_port.h"
#include "engine/codec/json_text.h"
#include "engine/model/words.h"
#include "engine/sqlite/copy.h"
#include "engine/sqlite/table_digest.h"

namespace muster {

Stage::Stage(const DrillStep& step, const ScenarioParts& parts, fs::path sandbox,
             Rehearsal& rehearsal)
    : step_(step), parts_(parts), sandbox_(std::move(sandbox)), rehearsal_(rehearsal) {
    if (step.work) words_ = step.work->with;
    if (step.backup)
        snapshots_[std::string{chosen_snapshot}] = {step.backup->path, step.backup->keys};
    words_["seed"] = std::to_string(step.seed);
    words_["sandbox"] = sandbox_.string();
}

fs::path Stage::database(std::string_view name) const {
    if (name == source_database) return step_.source;
    return sandbox_ / (std::string{name} + ".sqlite");
}

bool Stage::has_database(std::string_view name) const {
    std::error_code error;
    return fs::exists(database(name), error);
}

Result<Source> Stage::read(const std::string& database, const Host& host) const {
    SourceOptions options;
    options.scratch = host.scratch;
    options.may_be_empty = step_.may_be_empty;
    const auto path = this->database(database);
    {
        auto view = Source::open(path, options);
        if (!view || database != source_database || !view->blocks_writers()) return view;
    }
    MUSTER_TRY(const auto copy, copy_of(path, "source-to-read.sqlite", host));
    return Source::open(copy, options);
}

Result<DatabaseDigest> Stage::content_of(const std::string& database, const Host& host) {
    // Somebody may write it at any time.
    const bool may_keep = database != source_database && services_.empty();
    if (const auto known = contents_.find(database); may_keep && known != contents_.end())
        return known->second;
    MUSTER_TRY(auto view, read(database, host));
    MUSTER_TRY(auto content, digest_database(view.connection()));
    if (may_keep) contents_[database] = content;
    return content;
}

const StageSnapshot* Stage::snapshot(const std::string& name) const {
    const auto found = snapshots_.find(name);
    return found == snapshots_.end() ? nullptr : &found->second;
}

Result<StageSnapshot> Stage::need_snapshot(const std::string& name) const {
    if (const auto* taken = snapshot(name)) return *taken;
    return fail(ErrorCode::no_snapshot, fmt::format("there is no snapshot {} yet", name),
                "let a step before take it");
}

Result<fs::path> Stage::whole_file(const std::string& database, const Host& host) const {
    const auto path = this->database(database);
    bool alone = true;
    for (const auto* suffix : {"-wal", "-journal"}) {
        MUSTER_TRY(const auto beside, status_of(path.string() + suffix));
        alone = alone && (!beside.exists || beside.size.count == 0);
    }
    if (alone) return path;
    return copy_of(path, "whole-to-look-at.sqlite", host);
}

Result<fs::path> Stage::copy_of(const fs::path& path, const std::string& name,
                                const Host& host) const {
    auto copy = sandbox_ / name;
    std::error_code absent;
    fs::remove(copy, absent);
    CopyOptions options;
    options.scratch = host.scratch;
    options.may_be_empty = step_.may_be_empty;
    options.progress = [&](std::uint64_t done, std::uint64_t total) -> Result<> {
        host.progress("copying " + path.string(), done, total);
        return host.keep_going();
    };
    MUSTER_CHECK(copy_database(path, copy, options));
    return copy;
}

std::string Stage::word_without_value(std::string_view text) {
    constexpr std::string_view content = ".content";  // of a database; it is saved, and no text
    for (const auto& word : words_in(text)) {
        const bool is_content =
            word.ends_with(content) && has_database(word.substr(0, word.size() - content.size()));
        if (!is_content && !value_of(word)) return word;
    }
    return {};
}

const DatabaseDigest* Stage::saved_content(const std::string& name) const {
    const auto found = saved_.find(name);
    return found == saved_.end() ? nullptr : &found->second;
}

std::optional<std::string> Stage::address_of(const std::string& service, bool port_alone) {
    if (!parts_.services.contains(service)) return std::nullopt;
    auto known = ports_.find(service);
    if (known == ports_.end()) {
        const auto port = free_port();
        if (!port) return std::nullopt;
        known = ports_.emplace(service, *port).first;
    }
    return port_alone ? std::to_string(known->second)
                      : fmt::format("http://127.0.0.1:{}", known->second);
}

std::optional<std::string> Stage::value_of(const std::string& word) {
    if (const auto found = words_.find(word); found != words_.end()) return found->second;
    if (auto address = address_of(word, false)) return address;
    constexpr std::string_view port = ".port";
    if (word.ends_with(port))
        if (auto alone = address_of(word.substr(0, word.size() - port.size()), true)) return alone;
    if (const auto* taken = snapshot(word)) return taken->artifact.string();
    if (word != source_database && has_database(word)) return database(word).string();
    return std::nullopt;
}

std::string Stage::fill(std::string_view text) {
    return fill_words(text, [this](const std::string& word) { return value_of(word); });
}

void Stage::save_answer(const std::string& word, std::string value) {
    answers_.insert(word);
    save(word, std::move(value));
}

std::string Stage::fill_sql(std::string_view sql) {
    return fill_words(sql, [this](const std::string& word) {
        auto value = value_of(word);
        if (!value || !answers_.contains(word)) return value;
        std::string quoted;
        for (const char c : *value) quoted += c == '\'' ? "''" : std::string(1, c);
        return std::optional{std::move(quoted)};
    });
}

std::vector<std::string> Stage::fill(const std::vector<std::string>& texts) {
    std::vector<std::string> out;
    for (const auto& text : texts) out.push_back(fill(text));
    return out;
}

std::map<std::string, std::string> Stage::fill(const std::map<std::string, std::string>& texts) {
    std::map<std::string, std::string> out;
    for (const auto& [key, text] : texts) out[key] = fill(text);
    return out;
}

HttpCall Stage::fill(const HttpCall& call) {
    HttpCall out = call;
    for (auto* url : {&out.get, &out.post, &out.put, &out.erase})
        if (*url) *url = fill(**url);
    out.headers = fill(call.headers);
    if (out.json) out.json = fill_json(*out.json);
    return out;
}

AnswerSpec Stage::fill(const AnswerSpec& expected) {
    AnswerSpec out = expected;
    for (auto& [pointer, value] : out.json) value.value = fill(value.value);
    if (out.value) out.value->value = fill(out.value->value);
    return out;
}

JsonText Stage::fill_json(const JsonText& json) {
    // A word stands in a string: its value must stay in there.
    return {fill_words(json.text, [this](const std::string& word) -> std::optional<std::string> {
        const auto value = value_of(word);
        if (!value) return std::nullopt;
        auto quoted = codec::json_text(codec::text_node(*value), codec::Layout::line);
        return quoted.substr(1, quoted.size() - 2);
    })};
}

fs::path Stage::folder() const {
    return step_.work && !step_.work->folder.empty() ? fs::path{step_.work->folder} : sandbox_;
}

DrillService* Stage::running(const std::string& service) {
    const auto found =
        std::ranges::find(services_, service, &std::pair<std::string, DrillService>::first);
    return found == services_.end() ? nullptr : &found->second;
}

Result<> Stage::start(const std::string& service, const Host& host) {
    const auto& spec = parts_.services.at(service);
    DrillServiceSpec filled = spec;
    filled.start = fill(spec.start);
    filled.environment = fill(spec.environment);
    if (filled.healthy) {
        if (filled.healthy->http) filled.healthy->http = fill(*filled.healthy->http);
        filled.healthy->command = fill(filled.healthy->command);
        filled.healthy->expect = fill(filled.healthy->expect);
    }
    changed();
    MUSTER_TRY(auto started, DrillService::start(service, spec.start, filled, folder(), host));
    if (auto healthy = started.await_healthy(host); !healthy) {
        static_cast<void>(started.stop(filled.stop_within));  // why it is of no use is told
        return healthy;
    }
    services_.emplace_back(service, std::move(started));
    return {};
}

Result<> Stage::stop(const std::string& service, Duration grace) {
    const auto found =
        std::ranges::find(services_, service, &std::pair<std::string, DrillService>::first);
    if (found == services_.end()) return {};
    auto ran = found->second.still_runs();
    auto stopped = found->second.stop(grace);
    services_.erase(found);
    changed();
    return stopped ? ran : stopped;
}

std::vector<std::pair<std::string, Error>> Stage::stop_all() {
    std::vector<std::pair<std::string, Error>> out;
    while (!services_.empty()) {
        const auto name = services_.back().first;
        if (auto stopped = stop(name, parts_.services.at(name).stop_within); !stopped)
            out.emplace_back(name, stopped.error());
    }
    return out;
}

}  // namespace muster
