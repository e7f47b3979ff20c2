// When systemd and croner (a cron library of npm) would run, asked of the real ones.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "tests/support/temp_folder.h"

namespace muster::test {

using Runs = std::vector<Time>;

/// One thing to ask: the runs of a line r with from < r <= until.
struct Asked {
    std::string line;
    std::string zone;
    Time from{};
    Time until{};
};

/// What a command printed. Throws, with the command's own words, when it fails; `missing` says what
/// to do where there is no such command.
inline std::string output_of(const std::string& command, const std::string& missing) {
    const TempFolder folder;
    const auto errors = (folder / "errors").string();
    std::FILE* pipe = ::popen((command + " 2>'" + errors + "'").c_str(), "r");
    if (pipe == nullptr) throw std::runtime_error("popen");
    std::string out;
    std::array<char, 65536> buffer{};
    while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe))
        out.append(buffer.data(), count);
    const int status = ::pclose(pipe);
    if (status != 0) {
        std::ifstream file{errors};
        throw std::runtime_error(command.substr(0, command.find('\'')) + "... failed: " +
                                 std::string{std::istreambuf_iterator<char>{file}, {}} + missing);
    }
    return out;
}

inline std::vector<std::string> split(const std::string& text, char between) {
    std::vector<std::string> out;
    for (std::size_t start = 0; start < text.size();) {
        const auto end = std::min(text.find(between, start), text.size());
        out.push_back(text.substr(start, end - start));
        start = end + 1;
    }
    return out;
}

/// All must be asked with the same zone and `from`, of which systemd-analyze takes one. In the
/// order asked, at most `at_most` runs of each.
inline std::vector<Runs> systemd_runs(const std::vector<Asked>& all, std::size_t at_most) {
    // A zone in the line itself costs a process for each run.
    auto command =
        fmt::format("TZ={} LC_ALL=C systemd-analyze calendar --iterations={} --base-time='@{}'",
                    all.front().zone, at_most, all.front().from.time_since_epoch().count());
    for (const auto& asked : all) command += fmt::format(" '{}'", asked.line);
    const auto output =
        output_of(command, "systemd-analyze is needed: 'scripts/install-deps test' installs it");
    std::vector<Runs> out;
    for (const auto& line : split(output, '\n')) {
        const auto colon = line.find(": ");
        const auto name = line.substr(0, colon);
        if (name == "Normalized form") out.emplace_back();
        // "(in UTC): Sat 2026-03-28 01:30:00 UTC"
        if (!name.ends_with("(in UTC)")) continue;
        const auto run = TextForm<Time>::parse(line.substr(colon + 6, 10) + "T" +
                                               line.substr(colon + 17, 8) + "Z");
        if (!run) throw std::runtime_error("systemd-analyze printed " + line);
        if (*run <= all[out.size() - 1].until) out.back().push_back(*run);
    }
    if (out.size() != all.size()) throw std::runtime_error("systemd-analyze printed " + output);
    return out;
}

/// In the order asked.
inline std::vector<Runs> croner_runs(const std::vector<Asked>& all) {
    const TempFolder folder;
    const auto cases = (folder / "cases").string();
    std::ofstream file{cases};
    for (const auto& asked : all)
        file << asked.line << '|' << asked.zone << '|' << format_time(asked.from) << '|'
             << format_time(asked.until) << '\n';
    file.close();
    const std::string script =
        std::string{std::getenv("MUSTER_SOURCE_DIR")} + "/tests/schema/cron_runs.mjs";
    const auto output = output_of(fmt::format("node '{}' < '{}'", script, cases),
                                  "node and croner are needed: 'scripts/install-deps test' "
                                  "installs them");
    std::vector<Runs> out;
    for (const auto& line : split(output, '\n')) {
        out.emplace_back();
        for (const auto& run : split(line, ' '))
            out.back().push_back(TextForm<Time>::parse(run).value());
    }
    if (out.size() != all.size()) throw std::runtime_error("cron_runs.mjs printed " + output);
    return out;
}

}  // namespace muster::test
