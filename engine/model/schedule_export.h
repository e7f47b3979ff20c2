// What the exporters need to know to have another program start muster on time.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/model/schedule/schedule_spec.h"
#include "engine/model/schedule/zone.h"

namespace muster {

struct ExportJob {
    std::string name;  ///< "protect.finance", as `apply --job` takes it
    ScheduleSpec schedule;
    std::vector<std::string> writes;  ///< folders it writes besides ScheduleExport::writes
    bool runs_programs = false;       ///< commands of the policy, such as a drill's services
};

/// No text in it holds a control character: one line stays one line in every format.
struct ScheduleExport {
    std::string policy_name;
    std::string policy_path;  ///< absolute
    std::string binary;       ///< absolute path of muster
    std::string tool_version;
    std::string state;  ///< state directory, absolute
    Zone zone;          ///< of the policy, with the clock changes of many years to come
    Zone machine;       ///< of the machine that will run the jobs, over the same years
    CalendarSpec calendar;
    std::vector<ExportJob> jobs;           ///< those with a schedule
    std::vector<std::string> writes;       ///< folders that every job writes, but for `state`
    std::vector<std::string> reads;        ///< files and folders with databases and secrets
    std::vector<std::string> credentials;  ///< names of systemd credentials
    std::vector<std::string> environment;  ///< names of variables that hold secrets
    bool network = false;                  ///< a store or a notification is reached over it
};

/// Stands in the first line of every exported file; a file without it is not overwritten.
inline constexpr std::string_view export_mark = "made by 'muster schedule export'";

struct ExportFile {
    std::string name;
    std::string text;
};

}  // namespace muster
