#include "reporters/act_line.h"

#include <fmt/format.h>

#include "reporters/indented.h"

namespace muster {

std::string act_line(const DrilledStep& act) {
    const auto word = [&]() -> std::string_view {
        switch (act.status) {
            case DrillStatus::completed: return "good";
            case DrillStatus::failed:
            case DrillStatus::deviated: return "BAD";
            case DrillStatus::aborted: return "FAILED";
            case DrillStatus::interrupted: return "stopped";
            case DrillStatus::under_way: return "";
        }
        return {};
    }();
    const auto name = act.part == DrillPart::step
                          ? act.name
                          : fmt::format("{} ({})", act.name, name_of(act.part));
    return fmt::format("  {:<10} {:<24} {:>8}  {}\n", word, name, spell_duration(act.elapsed),
                       indented(act.told));
}

}  // namespace muster
