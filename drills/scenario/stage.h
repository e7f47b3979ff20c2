// What a rehearsal works with: its sandbox, and all that its steps have given a name.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "drills/rehearsal.h"
#include "drills/scenario/drill_service.h"
#include "engine/base/host.h"
#include "engine/model/plan.h"
#include "engine/sqlite/source.h"

namespace muster {

/// A snapshot that a scenario has a name for.
struct StageSnapshot {
    fs::path artifact;
    std::vector<KeyPlace> keys;
};

/// Refers to the step, the scenario's parts and the rehearsal, which must outlive it.
class Stage {
public:
    Stage(const DrillStep& step, const ScenarioParts& parts, fs::path sandbox,
          Rehearsal& rehearsal);

    const DrillStep& step() const { return step_; }
    const fs::path& sandbox() const { return sandbox_; }
    Rehearsal& rehearsal() { return rehearsal_; }

    /// Where the database lies: the sandbox's, or for `source` the one under protection.
    fs::path database(std::string_view name) const;
    /// It is there: a step has made it.
    bool has_database(std::string_view name) const;
    /// A view of it that keeps no writer of production waiting: of a copy, where it would.
    Result<Source> read(const std::string& database, const Host& host) const;
    /// What it holds, all of it, as a reader sees it; worked out again only after changed().
    Result<DatabaseDigest> content_of(const std::string& database, const Host& host);
    void changed(const std::string& database) { contents_.erase(database); }
    /// Any database may be another one than before.
    void changed() { contents_.clear(); }

    /// Null where the scenario has no such snapshot; `chosen` is the step's backup.
    const StageSnapshot* snapshot(const std::string& name) const;
    /// The same, where there must be one: no_snapshot where the step that takes it was not reached.
    Result<StageSnapshot> need_snapshot(const std::string& name) const;
    /// A file that nobody writes, with all that the database holds, that of its log too: itself, or
    /// a copy where a log or a journal lies beside it.
    Result<fs::path> whole_file(const std::string& database, const Host& host) const;
    void add_snapshot(const std::string& name, StageSnapshot snapshot) {
        snapshots_[name] = std::move(snapshot);
    }

    void save(const std::string& word, std::string value) { words_[word] = std::move(value); }
    /// The same of a value that somebody else gave: in SQL it cannot end the text it stands in.
    void save_answer(const std::string& word, std::string value);
    void save_content(const std::string& name, DatabaseDigest content) {
        saved_[name] = std::move(content);
    }
    const DatabaseDigest* saved_content(const std::string& name) const;

    /// A word of `text` that has no value yet; empty where all have one.
    std::string word_without_value(std::string_view text);
    /// The text with its words filled in. `{DATABASE.content}` is not: see save_content().
    std::string fill(std::string_view text);
    std::string fill_sql(std::string_view sql);
    std::vector<std::string> fill(const std::vector<std::string>& texts);
    std::map<std::string, std::string> fill(const std::map<std::string, std::string>& texts);
    HttpCall fill(const HttpCall& call);
    AnswerSpec fill(const AnswerSpec& expected);

    /// Where programs of the scenario are run.
    fs::path folder() const;
    /// Null where it does not run.
    DrillService* running(const std::string& service);
    /// The address is that of the word {SERVICE}. Errors: as of DrillService::start().
    Result<> start(const std::string& service, const Host& host);
    /// Nothing to do where it was not started. service_failed where it has ended by itself.
    Result<> stop(const std::string& service, Duration grace);
    /// All that were started, the last one first; gives those that had ended by themselves, and
    /// those that could not be stopped.
    std::vector<std::pair<std::string, Error>> stop_all();
    const ScenarioParts& parts() const { return parts_; }

private:
    JsonText fill_json(const JsonText& json);
    std::optional<std::string> value_of(const std::string& word);
    Result<fs::path> copy_of(const fs::path& path, const std::string& name, const Host& host) const;
    std::optional<std::string> address_of(const std::string& service, bool port_alone);

    const DrillStep& step_;
    const ScenarioParts& parts_;
    fs::path sandbox_;
    Rehearsal& rehearsal_;
    std::map<std::string, std::string> words_;
    std::set<std::string> answers_;  ///< the words whose values somebody else gave
    std::map<std::string, StageSnapshot> snapshots_;
    std::map<std::string, DatabaseDigest> contents_;  ///< by database, as they are now
    std::map<std::string, DatabaseDigest> saved_;     ///< by the name they were saved under
    std::map<std::string, int> ports_;                ///< by service
    std::vector<std::pair<std::string, DrillService>> services_;  ///< in the order of their start
};

}  // namespace muster
