#include "cli/console.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "engine/codec/documents.h"
#include "engine/model/error_report.h"
#include "reporters/act_line.h"
#include "reporters/progress_line.h"

namespace muster {
namespace {

void print(std::FILE* stream, std::string_view text) {
    std::fwrite(text.data(), 1, text.size(), stream);
    std::fflush(stream);
}

/// Which of `allowed` the flag has; the first when it was not given.
Result<std::size_t> one_of(const Arguments& arguments, std::string_view flag,
                           const std::vector<std::string>& allowed) {
    const auto value = arguments.value(flag, allowed.front());
    const auto found = std::ranges::find(allowed, value);
    if (found == allowed.end())
        return fail(ErrorCode::usage, fmt::format("{} cannot be '{}'", flag, value),
                    fmt::format("it takes one of: {}", fmt::join(allowed, ", ")));
    return static_cast<std::size_t>(found - allowed.begin());
}

std::string paint(const Style& style, std::string_view code, std::string_view text) {
    return style.color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string{text};
}

Result<> print_checked(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size()) return {};
    return Failure(system_error(errno, "write to", "standard output"));
}

/// The document goes to --output and, with --json, to standard output; a failure to write it is a
/// failure.
int hand_over(const Style& style, const JsonDocument& document, int status) {
    const auto worst_of = [&](std::string_view where, const Result<>& written) {
        if (written) return;
        print(stderr, fmt::format("muster: {}: {}\n", where, written.error().text()));
        status = worst_exit_status(status, exit_status_of(written.error().code));
    };
    if (style.json) {
        worst_of("--json", document.write_to(print_checked));
        std::fflush(stdout);
    }
    if (!style.output.empty() && !document.empty())
        worst_of("--output", write_durably(fs::absolute(style.output), [&](const Sink& sink) {
                     return document.write_to(sink);
                 }));
    return status;
}

/// Verdict words stand out on a terminal; the text itself is the same everywhere.
std::string painted(const Style& style, std::string text) {
    if (!style.color) return text;
    struct Word {
        std::string_view word, code;
    };
    for (const auto& [word, code] :
         {Word{"PROVEN", "32"}, Word{"PASSED", "32"}, Word{"FAILED", "31"}, Word{"BAD", "31"},
          Word{"BLOCKED", "33"}, Word{"UNCHECKED", "33"}})
        for (std::size_t at = text.find(word); at != std::string::npos;) {
            const bool whole =
                (at == 0 || std::isalpha(static_cast<unsigned char>(text[at - 1])) == 0);
            const auto shown =
                whole ? fmt::format("\x1b[{}m{}\x1b[0m", code, word) : std::string{word};
            text.replace(at, word.size(), shown);
            at = text.find(word, at + shown.size());
        }
    return text;
}

}  // namespace

Result<> require_replaceable(std::string_view flag, const fs::path& path, char beginning) {
    const auto refused = [&](ErrorCode code, std::string_view reason, std::string hint) {
        return fail(code, fmt::format("{}: {} {}", flag, path.string(), reason), std::move(hint));
    };
    MUSTER_TRY(const auto there, status_of(path));
    if (there.directory || path.filename().empty())
        return refused(ErrorCode::not_a_file, "is a folder", "name a file in it");
    if (there.exists && !there.regular)
        return refused(ErrorCode::not_a_file, "is no regular file",
                       "name a file that may be replaced");
    if (there.exists && there.size.count > 0) {
        MUSTER_TRY(const auto former, File::open_read(path));
        std::array<std::byte, 1> first{};
        MUSTER_TRY(const auto count, former.read_at(0, first));
        if (count == 1 && static_cast<char>(first[0]) != beginning)
            return refused(ErrorCode::target_exists,
                           "holds something else than what this command writes; it stays",
                           "name another file");
    }
    return {};
}

Result<> require_writable(std::string_view flag, const std::string& file, char beginning) {
    const auto path = fs::absolute(file).lexically_normal();
    MUSTER_CHECK(require_replaceable(flag, path, beginning));
    const auto folder = path.parent_path();
    MUSTER_TRY(const auto place, status_of(folder));
    if (!place.directory)
        return fail(ErrorCode::not_found,
                    fmt::format("{}: there is no folder {}", flag, folder.string()),
                    "make it, or name a file somewhere else");
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        return Failure(system_error(errno, fmt::format("write {} in", flag), folder));
    return {};
}

/// Other documents begin with that bracket too, such as the manifest of a backup.
Result<> require_events(const std::string& file) {
    constexpr Bytes enough{std::uint64_t{1} << 30U};
    MUSTER_TRY(const auto there, status_of(file));
    if (!there.regular || there.size.count == 0) return {};
    MUSTER_TRY(const auto text, read_text(file, enough));
    if (text.starts_with("{\"schema\":\"muster/journal-event/")) return {};
    return fail(ErrorCode::target_exists,
                fmt::format("--events: {} holds something else than events; it stays", file),
                "name another file");
}

Result<Style> read_style(const Arguments& arguments) {
    Style style;
    style.json = arguments.has("--json");
    style.quiet = arguments.has("--quiet");
    style.output = arguments.value("--output");
    if (arguments.has("--output")) MUSTER_CHECK(require_writable("--output", style.output, '{'));
    style.events = arguments.value("--events");
    if (arguments.has("--events")) {
        MUSTER_CHECK(require_writable("--events", style.events, '{'));
        MUSTER_CHECK(require_events(style.events));
    }
    MUSTER_TRY(const auto color, one_of(arguments, "--color", {"auto", "always", "never"}));
    style.color = color == 1 || (color == 0 && ::isatty(STDOUT_FILENO) == 1 &&
                                 std::getenv("NO_COLOR") == nullptr);
    MUSTER_TRY(const auto progress, one_of(arguments, "--progress", {"auto", "never"}));
    style.progress = progress == 0 && ::isatty(STDERR_FILENO) == 1 && !style.quiet;
    using enum Style::Level;
    static constexpr std::array levels{warning, error, info};
    MUSTER_TRY(const auto level, one_of(arguments, "--log-level", {"warning", "error", "info"}));
    style.level = levels[level];
    MUSTER_TRY(const auto format, one_of(arguments, "--log-format", {"text", "json"}));
    style.log_json = format == 1;
    return style;
}

int deliver(const Style& style, const Reply& reply) {
    if (!reply) return deliver(style, reply.error());
    if (!style.quiet && (!style.json || reply->document.empty()))
        print(stdout, painted(style, reply->text));
    if (style.quiet && reply->exit_status != 0) print(stderr, painted(style, reply->complaint));
    return hand_over(style, reply->document, reply->exit_status);
}

int deliver(const Style& style, const Refusal& refusal) {
    const auto& error = refusal.error;
    std::string text;
    for (const auto& problem : refusal.problems) text += text_with_line(problem);
    std::string context;
    for (const auto& what : error.context) context += fmt::format(" (while {})", what);
    text += fmt::format("{} {}{}\n",
                        paint(style, "31", fmt::format("muster: {}:", name_of(error.code))),
                        error.message, context);
    if (!error.hint.empty())
        text += fmt::format("  {} {}\n", paint(style, "36", "next:"), error.hint);
    print(stderr, text);
    const auto document = to_document(report_of(error, refusal.problems));
    return hand_over(style, document.value_or(""), exit_status_of(error.code));
}

namespace {

void log_event(const Style& style, const Event& event) {
    const bool warning = event.kind == EventKind::found;
    if (style.level == Style::Level::error || (style.level == Style::Level::warning && !warning))
        return;
    if (style.log_json) {
        print(stderr, to_line(event) + "\n");
        return;
    }
    std::string text = fmt::format("{} {} {}", format_time(event.at), warning ? "warning" : "info",
                                   name_of(event.kind));
    if (!event.step.empty()) text += " " + event.step;
    if (event.act) text += fmt::format(": {} ({})", event.act->name, event.act->act);
    if (event.kind == EventKind::act_finished)
        text += fmt::format(": {}: {}", name_of(event.act->status), event.act->told);
    if (event.outcome) text += fmt::format(": {}", name_of(event.outcome->status));
    if (event.outcome && event.outcome->trouble)
        text += fmt::format(": {}", event.outcome->trouble->message);
    if (!event.message.empty()) text += ": " + event.message;
    print(stderr, text + "\n");
}

/// One event a line, as they come.
class EventsFile {
public:
    explicit EventsFile(const std::string& path) : path_(path) {
        if (path.empty()) return;
        constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
        const int descriptor = ::open(path.c_str(), flags, S_IRUSR | S_IWUSR);
        if (descriptor >= 0) file_ = ::fdopen(descriptor, "w");
        if (file_ == nullptr) tell_lost();
    }
    ~EventsFile() {
        if (file_ != nullptr) std::fclose(file_);
    }
    EventsFile(const EventsFile&) = delete;
    EventsFile& operator=(const EventsFile&) = delete;

    void write(const Event& event) {
        if (file_ == nullptr) return;
        const auto line = to_line(event) + "\n";
        if (std::fwrite(line.data(), 1, line.size(), file_) == line.size() &&
            std::fflush(file_) == 0)
            return;
        tell_lost();
        std::fclose(file_);
        file_ = nullptr;
    }

private:
    /// The run goes on: its journal has them all.
    void tell_lost() const {
        print(stderr,
              fmt::format("muster: --events: cannot write {}: {}\n", path_, std::strerror(errno)));
    }

    std::string path_;
    std::FILE* file_ = nullptr;
};

}  // namespace

EventSink event_sink(const Style& style) {
    return [style, file = std::make_shared<EventsFile>(style.events),
            shown = std::make_shared<std::string>()](const Event& event) {
        file->write(event);
        log_event(style, event);
        if (!style.progress || event.kind != EventKind::act_finished ||
            style.level == Style::Level::info)
            return;
        if (std::exchange(*shown, event.step) != event.step)
            print(stderr, "\r\x1b[K" + event.step + "\n");
        print(stderr, "\r\x1b[K" + painted(style, act_line(*event.act)));
    };
}

std::function<void(std::string_view, std::uint64_t, std::uint64_t)> progress_bar(
    const Style& style) {
    if (!style.progress) return [](std::string_view, std::uint64_t, std::uint64_t) {};
    using Clock = std::chrono::steady_clock;
    struct Bar {
        std::string what;
        Clock::time_point began, drawn;
        bool shown = false;
    };
    return [bar = std::make_shared<Bar>()](std::string_view what, std::uint64_t done,
                                           std::uint64_t total) {
        const auto now = Clock::now();
        if (bar->what != what) {
            if (bar->shown) print(stderr, "\r\x1b[K");
            *bar = {std::string{what}, now, now, false};
        }
        const bool ended = done >= total;
        if (ended && bar->shown) {
            print(stderr, "\r\x1b[K");
            bar->shown = false;
            return;
        }
        if (ended || total == 0 || now - bar->began < std::chrono::seconds{1} ||
            now - bar->drawn < std::chrono::milliseconds{100})
            return;
        print(stderr, "\r\x1b[K" + progress_line(what, done, total,
                                                 std::chrono::floor<Duration>(now - bar->began)));
        bar->drawn = now;
        bar->shown = true;
    };
}

}  // namespace muster
