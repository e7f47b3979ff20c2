// How systemd writes times and words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reporters/timetable.h"

namespace muster {

/// Values of OnCalendar=, two where either of day and weekday is enough: "Mon *-*-* 02:15:00 UTC".
std::vector<std::string> calendar_lines(const Firing& firing, std::string_view zone);

/// A word of ExecStart= or of a list of paths: quoted where needed, nothing in it is expanded.
std::string unit_word(std::string_view word);

/// Text of a setting that is no list: only % means something there.
std::string unit_text(std::string_view text);

}  // namespace muster
