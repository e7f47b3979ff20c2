#include "engine/sqlite/holders.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>

namespace muster {
namespace {

constexpr std::size_t longest_command = 80;

std::string command_of(const fs::path& process) {
    std::ifstream stream{process / "cmdline", std::ios::binary};
    std::string command(longest_command, '\0');
    stream.read(command.data(), static_cast<std::streamsize>(command.size()));
    command.resize(static_cast<std::size_t>(stream.gcount()));
    while (!command.empty() && command.back() == '\0') command.pop_back();
    std::ranges::replace_if(
        command, [](char c) { return static_cast<unsigned char>(c) < ' '; }, ' ');
    return command;
}

bool holds_one_of(const fs::path& process, const std::vector<FileStatus>& files) {
    std::error_code ignored;
    for (const auto& descriptor : fs::directory_iterator(process / "fd", ignored)) {
        const auto status = status_of(descriptor.path());
        if (status && std::ranges::any_of(
                          files, [&](const FileStatus& file) { return file.same_file(*status); }))
            return true;
    }
    return false;
}

}  // namespace

std::vector<Holder> holders_of(const fs::path& database) {
    const auto real = real_path(database).string();
    std::vector<FileStatus> files;
    for (const char* suffix : {"", "-wal", "-shm"}) {
        const auto status = status_of(real + suffix);
        if (status && status->exists) files.push_back(*status);
    }
    std::vector<Holder> holders;
    if (files.empty()) return holders;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator("/proc", ignored)) {
        const std::string name = entry.path().filename();
        pid_t pid = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), pid);
        if (error != std::errc{} || end != name.data() + name.size() || pid == ::getpid()) continue;
        if (holds_one_of(entry.path(), files)) holders.push_back({pid, command_of(entry.path())});
    }
    std::ranges::sort(holders, {}, &Holder::pid);
    return holders;
}

std::string spell_holders(const std::vector<Holder>& holders) {
    std::string text;
    for (const auto& holder : holders)
        text += fmt::format("{}pid {} ({})", text.empty() ? "" : ", ", holder.pid, holder.command);
    return text;
}

Error stayed_locked(const fs::path& database, Duration wait) {
    const auto holders = holders_of(database);
    return {ErrorCode::exclusive_holder,
            fmt::format("{} stayed locked for {}{}", database.string(), spell_duration(wait),
                        holders.empty() ? "" : " by " + spell_holders(holders)),
            "end its long transactions, or stop the application and restore without --in-place",
            {}};
}

}  // namespace muster
