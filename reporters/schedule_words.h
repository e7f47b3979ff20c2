// Words that all exported timers share.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "reporters/timetable.h"

namespace muster {

/// "every 4h, jitter 5m": the schedule as the policy has it.
std::string schedule_words(const ScheduleSpec& schedule);

/// How the timer compares with the schedule, one sentence without a full stop.
std::string_view coverage_words(const Timetable& timetable);

/// What a firing is for: "the schedule", "right after the clock went forward" and so on.
std::string_view cause_words(FiringCause cause);

/// `written` with each byte that is no letter, digit or one of `also` replaced by -, at most
/// `longest` bytes. Where that loses something, the end is a piece of its hash, so that two names
/// stay two.
std::string plain_name(std::string_view written, std::string_view also, std::size_t longest);

/// A word of a shell command.
std::string shell_word(std::string_view word);

}  // namespace muster
