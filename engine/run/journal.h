// What a run has done so far, on disk before the run goes on: after a kill it is still true.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/host.h"
#include "engine/evidence/state_folder.h"
#include "engine/model/event.h"

namespace muster {

using EventSink = std::function<void(const Event&)>;

/// One file, one event a line, each synced. Locked while its run lives.
class Journal {
public:
    /// Makes the file and writes run_started. `watcher` sees every event after it is on disk. The
    /// caller sees to it that nobody calls dead_journals() between: the file is not locked at once.
    static Result<Journal> start(const StateFolder& state, const RunHead& head, const Host& host,
                                 EventSink watcher);

    Result<> found(std::string what);
    /// Everything that was found so far.
    const std::vector<std::string>& all_found() const { return found_; }
    Result<> step_started(const std::string& step);
    /// It is about to be stopped: until service_started() it may be down.
    Result<> service_stopping(const ServiceDown& service);
    Result<> service_started(const ServiceDown& service);
    Result<> step_finished(const Outcome& outcome);
    /// The record is stored: nothing follows.
    Result<> finish(const std::string& record);

private:
    Journal(File file, const Host& host, EventSink watcher)
        : file_(std::move(file)), host_(host), watcher_(std::move(watcher)) {}
    Result<> write(Event event);

    File file_;
    Host host_;
    EventSink watcher_;
    std::int64_t sequence_ = 0;
    std::vector<std::string> found_;
};

/// A journal whose run is dead and has not finished it.
struct DeadJournal {
    fs::path file;
    RunHead head;
    Outcomes outcomes;
    std::string last_step;
    std::vector<std::string> found;
    std::optional<ServiceDown> service_down;  ///< stopped by the run, and not started again
    Time last_sign{};
};

/// Every dead journal in the state directory, oldest first. A last line that was cut off is
/// passed over; a journal whose first line cannot be read belongs to a run that did nothing yet.
Result<std::vector<DeadJournal>> dead_journals(const StateFolder& state);

/// Marks a dead journal as finished: its record is stored.
Result<> close_dead_journal(const DeadJournal& journal, const std::string& record, Time now);

}  // namespace muster
