#include "engine/run/journal.h"

#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>

#include "engine/codec/documents.h"

namespace muster {
namespace {

constexpr Bytes journal_limit{std::uint64_t{1} << 30U};

/// A journal as it lies on disk.
struct Pages {
    std::vector<Event> events;
    std::vector<std::int64_t> unreadable;  ///< numbers of whole lines that are no event, from 1
    std::size_t whole = 0;  ///< bytes of whole lines: what is behind them was cut off
};

Pages read_pages(const std::string& text, const std::string& file) {
    Pages pages;
    for (std::int64_t line = 1;; ++line) {
        const auto end = text.find('\n', pages.whole);
        if (end == std::string::npos) return pages;
        auto event =
            from_json<Event>(std::string_view{text}.substr(pages.whole, end - pages.whole), file);
        if (event.value)
            pages.events.push_back(*std::move(event.value));
        else
            pages.unreadable.push_back(line);
        pages.whole = end + 1;
    }
}

Event service_event(EventKind kind, const ServiceDown& service) {
    Event event;
    event.kind = kind;
    event.service = service;
    event.message = service.name;
    return event;
}

Result<> append_line(File& file, const Event& event) {
    return file.append(to_line(event) + "\n");
}

}  // namespace

Result<Journal> Journal::start(const StateFolder& state, const RunHead& head, const Host& host,
                               EventSink watcher) {
    MUSTER_CHECK(make_folder(state.journals()));
    MUSTER_TRY(auto file, File::create(state.journal(head.run)));
    if (::flock(file.descriptor(), LOCK_EX) != 0)
        return Failure(system_error(errno, "lock", file.path()));
    MUSTER_CHECK(sync_folder(state.journals()));
    Journal journal{std::unique_ptr<Book>{new Book{std::move(file), host, std::move(watcher)}}};
    Event event;
    event.kind = EventKind::run_started;
    event.head = head;
    if (const auto written = journal.write(std::move(event), Sync::yes); !written) {
        ::unlink(state.journal(head.run).c_str());  // a run that never began leaves nothing
        return Failure(written.error());
    }
    return journal;
}

Result<> Journal::found(std::string what) {
    Event event;
    event.kind = EventKind::found;
    event.message = what;
    {
        const std::scoped_lock alone{book_->mutex};
        book_->found.push_back(std::move(what));
    }
    return write(std::move(event), Sync::yes);
}

Result<> Journal::step_started(const std::string& step) {
    Event event;
    event.kind = EventKind::step_started;
    event.step = step;
    return write(std::move(event), Sync::no);
}

Result<> Journal::service_stopping(const ServiceDown& service) {
    return write(service_event(EventKind::service_stopping, service), Sync::yes);
}

Result<> Journal::service_started(const ServiceDown& service) {
    return write(service_event(EventKind::service_started, service), Sync::yes);
}

Result<> Journal::act(const std::string& step, const DrilledStep& act, bool ended) {
    Event event;
    event.kind = ended ? EventKind::act_finished : EventKind::act_started;
    event.step = step;
    event.act = act;
    return write(std::move(event), Sync::no);
}

Result<> Journal::step_finished(const Outcome& outcome) {
    Event event;
    event.kind = EventKind::step_finished;
    event.step = outcome.step;
    event.outcome = outcome;
    return write(std::move(event), Sync::yes);
}

Result<> Journal::finish(const std::string& record) {
    Event event;
    event.kind = EventKind::run_finished;
    event.message = record;
    return write(std::move(event), Sync::yes);
}

Result<> Journal::write(Event event, Sync sync) {
    constexpr auto doing = "writing the journal";
    auto& book = *book_;
    {
        const std::scoped_lock alone{book.mutex};
        event.sequence = ++book.sequence;
        event.at = book.host.now();
        if (auto written = append_line(book.file, event); !written)
            return Failure(written.error().during(doing));
        if (book.watcher) book.watcher(event);
    }
    if (sync == Sync::no) return {};
    return book.syncs.join("", [&]() -> Result<> {
        if (book.lost) return Failure(*book.lost);
        if (auto synced = book.file.sync(); !synced) book.lost = synced.error().during(doing);
        return book.lost ? Result<>{Failure(*book.lost)} : Result<>{};
    });
}

Result<std::vector<DeadJournal>> dead_journals(const StateFolder& state) {
    std::vector<DeadJournal> out;
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator{state.journals(), error})
        if (entry.path().extension() == ".jsonl") files.push_back(entry.path());
    if (error && error != std::errc::no_such_file_or_directory)
        return Failure(system_error(error.value(), "list", state.journals()));
    std::ranges::sort(files);
    for (const auto& path : files) {
        MUSTER_TRY(const auto file, File::open_read(path));
        if (::flock(file.descriptor(), LOCK_SH | LOCK_NB) != 0) continue;  // its run lives
        MUSTER_TRY(const auto text, read_text(path, journal_limit));
        const auto [events, unreadable, whole] = read_pages(text, path.string());
        if (!events.empty() && events.back().kind == EventKind::run_finished) continue;
        DeadJournal dead;
        dead.file = path;
        dead.head.run = path.stem().string();
        std::vector<std::string> under_way;
        for (const auto& event : events) {
            dead.last_sign = event.at;
            if (event.head) dead.head = *event.head;
            if (event.kind == EventKind::found) dead.found.push_back(event.message);
            if (event.kind == EventKind::step_started) under_way.push_back(event.step);
            if (event.kind == EventKind::step_finished) {
                dead.last_step = event.step;
                std::erase(under_way, event.step);
            }
            if (event.kind == EventKind::service_stopping) dead.service_down = event.service;
            if (event.kind == EventKind::service_started) dead.service_down.reset();
            if (event.outcome) dead.outcomes.push_back(*event.outcome);
        }
        for (const auto line : unreadable)
            dead.found.push_back(
                fmt::format("line {} of the journal {} cannot be read", line, path.string()));
        if (!under_way.empty()) dead.last_step = fmt::format("{}", fmt::join(under_way, ", "));
        out.push_back(std::move(dead));
    }
    return out;
}

Result<> close_dead_journal(const DeadJournal& journal, const std::string& record, Time now) {
    MUSTER_TRY(const auto text, read_text(journal.file, journal_limit));
    const auto pages = read_pages(text, journal.file.string());
    Event event;
    event.kind = EventKind::run_finished;
    event.sequence = std::ssize(pages.events) + std::ssize(pages.unreadable) + 1;
    event.at = now;
    event.message = record;
    return write_durably(journal.file, text.substr(0, pages.whole) + to_line(event) + "\n");
}

}  // namespace muster
