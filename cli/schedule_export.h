// From a policy and this machine to what the exporters need.
#pragma once

#include "cli/session.h"
#include "engine/model/schedule_export.h"

namespace muster {

/// Which program is to start muster.
enum class TimerFormat { systemd, cron, launchd, kubernetes };
template <>
struct Names<TimerFormat> {
    static constexpr std::array list{
        std::pair{TimerFormat::systemd, std::string_view{"systemd"}},
        std::pair{TimerFormat::cron, std::string_view{"cron"}},
        std::pair{TimerFormat::launchd, std::string_view{"launchd"}},
        std::pair{TimerFormat::kubernetes, std::string_view{"kubernetes"}}};
};

/// `clock` is the zone of the machine that will run the jobs. Fails where this machine does not
/// know a zone, and with ErrorCode::usage where a name or path holds a control character: no
/// format could hold it safely.
Result<ScheduleExport> export_of(const PolicyFile& file, const StateFolder& state,
                                 const std::string& clock, const Host& host);

std::vector<ExportFile> render(TimerFormat format, const ScheduleExport& from);

/// Writes each file into the folder, mode 0644. ErrorCode::target_exists, and nothing is written,
/// where one of the names is taken by a file that muster did not export. Returns their paths.
Result<std::vector<fs::path>> write_files(const std::vector<ExportFile>& files,
                                          const fs::path& folder);

}  // namespace muster
