#include "reporters/systemd_sandbox.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "reporters/schedule_words.h"
#include "reporters/systemd_calendar.h"

namespace muster {
namespace {

bool lies_in(std::string_view path, std::string_view folder) {
    return path == folder ||
           (path.starts_with(folder) && path.substr(folder.size()).starts_with('/'));
}

/// Every path of the job.
std::set<std::string> paths_of(const ScheduleExport& from, const ExportJob& job) {
    std::set<std::string> out{from.binary, from.policy_path, from.state};
    out.insert(from.reads.begin(), from.reads.end());
    out.insert(from.writes.begin(), from.writes.end());
    out.insert(job.writes.begin(), job.writes.end());
    return out;
}

bool touches(const std::set<std::string>& paths, std::initializer_list<std::string_view> folders) {
    return std::ranges::any_of(paths, [&](const auto& path) {
        return std::ranges::any_of(folders, [&](auto folder) { return lies_in(path, folder); });
    });
}

std::string writable(const ScheduleExport& from, const ExportJob& job) {
    static constexpr std::string_view managed = "/var/lib/";
    std::set<std::string> folders{from.writes.begin(), from.writes.end()};
    folders.insert(job.writes.begin(), job.writes.end());
    std::string out;
    if (from.state.starts_with(managed) && from.state.find_first_of(" \"\\:%") == from.state.npos) {
        out = fmt::format("StateDirectory={}\nStateDirectoryMode=0700\n",
                          from.state.substr(managed.size()));
    } else {
        folders.insert(from.state);
    }
    std::erase_if(folders, [&](const auto& folder) {
        return (folder != from.state && lies_in(folder, from.state)) ||
               std::ranges::any_of(folders, [&](const auto& other) {
                   return other != folder && lies_in(folder, other);
               });
    });
    if (folders.empty()) return out;
    std::string make, allow;
    for (const auto& folder : folders) {
        make += " " + shell_word(folder);
        allow += fmt::format("ReadWritePaths={}\n", unit_word(folder));
    }
    return out + fmt::format("# They must be there: mkdir -p -m 0700{}\n{}", make, allow);
}

constexpr std::array always{"ProtectSystem=strict",
                            "ProtectControlGroups=yes",
                            "ProtectClock=yes",
                            "ProtectHostname=yes",
                            "ProtectKernelLogs=yes",
                            "ProtectKernelModules=yes",
                            "ProtectKernelTunables=yes",
                            "PrivateDevices=yes",
                            "NoNewPrivileges=yes",
                            "RestrictRealtime=yes",
                            "RestrictSUIDSGID=yes",
                            "RemoveIPC=yes",
                            "KeyringMode=private",
                            "LockPersonality=yes",
                            "SystemCallArchitectures=native",
                            "UMask=0077"};

/// What programs of the policy may need, whatever they are.
constexpr std::array without_programs{
    "MemoryDenyWriteExecute=yes",
    "RestrictNamespaces=yes",
    "SystemCallFilter=@system-service",
    "SystemCallErrorNumber=EPERM",
    "# Reads databases of any owner; gives files the owner they had.",
    "CapabilityBoundingSet=CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_CHOWN CAP_FOWNER"};

}  // namespace

std::string sandbox_lines(const ScheduleExport& from, const ExportJob& job) {
    const auto paths = paths_of(from, job);
    auto out = writable(from, job);
    for (const auto* line : always) out += fmt::format("{}\n", line);
    out += fmt::format("PrivateTmp={}\n", touches(paths, {"/tmp", "/var/tmp"}) ? "no" : "yes");
    const bool homes = touches(paths, {"/home", "/root", "/run/user"}) || job.runs_programs;
    out += fmt::format("ProtectHome={}\n", homes ? "read-only" : "yes");
    const bool network = from.network || job.runs_programs;
    out += fmt::format("RestrictAddressFamilies=AF_UNIX{}\n", network ? " AF_INET AF_INET6" : "");
    if (!network) out += "PrivateNetwork=yes\n";
    if (job.runs_programs) {
        return out +
               "# The policy has programs run: they keep their capabilities and system calls.\n";
    }
    for (const auto* line : without_programs) out += fmt::format("{}\n", line);
    return out;
}

}  // namespace muster
