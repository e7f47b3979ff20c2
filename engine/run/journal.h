// What a run has done so far, on disk before the run goes on: after a kill it is still true.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/host.h"
#include "engine/base/rounds.h"
#include "engine/evidence/state_folder.h"
#include "engine/model/event.h"

namespace muster {

using EventSink = std::function<void(const Event&)>;

/// One file, one event a line. Locked while its run lives. What was done is synced before the call
/// returns; that a step has begun is only written, since what a dead step leaves behind is found
/// where it lies. May be used by several threads at once, whose syncs are made in one.
class Journal {
public:
    /// Makes the file and writes run_started. `watcher` sees every event, one at a time, once it
    /// is written. The caller sees to it that nobody calls dead_journals() between: the file is not
    /// locked at once.
    static Result<Journal> start(const StateFolder& state, const RunHead& head, const Host& host,
                                 EventSink watcher);

    Result<> found(std::string what);
    /// Everything that was found; for when all threads have ended.
    const std::vector<std::string>& all_found() const { return book_->found; }
    Result<> step_started(const std::string& step);
    /// It is about to be stopped: until service_started() it may be down.
    Result<> service_stopping(const ServiceDown& service);
    Result<> service_started(const ServiceDown& service);
    /// An act of a rehearsal begins, or has ended.
    Result<> act(const std::string& step, const DrilledStep& act, bool ended);
    Result<> step_finished(const Outcome& outcome);
    /// The record is stored: nothing follows.
    Result<> finish(const std::string& record);

private:
    enum class Sync { no, yes };
    struct Book {
        File file;
        Host host;
        EventSink watcher;
        std::mutex mutex{};
        std::int64_t sequence = 0;
        Rounds syncs{};
        std::optional<Error> lost{};  ///< a later sync would not tell again what this one lost
        std::vector<std::string> found{};
    };

    explicit Journal(std::unique_ptr<Book> book) : book_(std::move(book)) {}
    Result<> write(Event event, Sync sync);

    std::unique_ptr<Book> book_;
};

/// A journal whose run is dead and has not finished it.
struct DeadJournal {
    fs::path file;
    RunHead head;
    Outcomes outcomes;
    std::string last_step;  ///< those under way, joined; else the last that was finished
    std::vector<std::string> found;
    std::optional<ServiceDown> service_down;  ///< stopped by the run, and not started again
    Time last_sign{};
};

/// Every dead journal in the state directory, oldest first. A last line that was cut off is
/// passed over, and so is one that is no event, which is told among what was found; a journal whose
/// first line cannot be read belongs to a run that did nothing yet.
Result<std::vector<DeadJournal>> dead_journals(const StateFolder& state);

/// Marks a dead journal as finished: its record is stored.
Result<> close_dead_journal(const DeadJournal& journal, const std::string& record, Time now);

}  // namespace muster
