// Where muster means to run at other times than systemd and croner; docs/schedules.md says so too.
#pragma once

#include <string>
#include <vector>

namespace muster::test {

struct Difference {
    std::string other;
    std::string stretch;
    std::string line;
    std::string only_muster;
    std::string only_other;

    std::string text() const {
        return "{\"" + other + "\", \"" + stretch + "\", \"" + line + "\", \"" + only_muster +
               "\", \"" + only_other + "\"},";
    }
};

struct Reason {
    std::string why;
    std::vector<Difference> rows;
};

inline const std::vector<Reason> deliberate_differences{
    {"systemd passes over a time of day that the clock skips. muster runs right after the gap, so that no night goes without.",
     {{"systemd", "Berlin forward", "30 2 * * *", "2026-03-29T01:00:00Z", ""},
      {"systemd", "Berlin forward", "15 2 * * *", "2026-03-29T01:00:00Z", ""},
      {"systemd", "Berlin forward", "0,30 2 * * *", "2026-03-29T01:00:00Z", ""},
      {"systemd", "Berlin forward", "15 2 * * sat,sun", "2026-03-29T01:00:00Z", ""},
      {"systemd", "New York forward", "30 2 * * *", "2026-03-08T07:00:00Z", ""},
      {"systemd", "New York forward", "15 2 * * *", "2026-03-08T07:00:00Z", ""},
      {"systemd", "New York forward", "0,30 2 * * *", "2026-03-08T07:00:00Z", ""},
      {"systemd", "New York forward", "15 2 * * sat,sun", "2026-03-08T07:00:00Z", ""},
      {"systemd", "Lord Howe forward", "15 2 * * *", "2026-10-03T15:30:00Z", ""},
      {"systemd", "Lord Howe forward", "*/20 1-3 * * *", "2026-10-03T15:30:00Z", ""},
      {"systemd", "Lord Howe forward", "15 2 * * sat,sun", "2026-10-03T15:30:00Z", ""}}},
    {"systemd takes a time of day that comes twice once, so that what runs each hour pauses for two. muster follows the real clock there.",
     {{"systemd", "Berlin back", "@hourly", "2026-10-25T01:00:00Z", ""},
      {"systemd", "Berlin back", "30 * * * *", "2026-10-25T01:30:00Z", ""},
      {"systemd", "Berlin back", "*/15 * * * *",
       "2026-10-25T01:00:00Z 2026-10-25T01:15:00Z 2026-10-25T01:30:00Z 2026-10-25T01:45:00Z", ""},
      {"systemd", "Berlin back", "30 */2 * * *", "2026-10-25T01:30:00Z", ""},
      {"systemd", "New York back", "@hourly", "2026-11-01T06:00:00Z", ""},
      {"systemd", "New York back", "30 * * * *", "2026-11-01T06:30:00Z", ""},
      {"systemd", "New York back", "*/15 * * * *",
       "2026-11-01T06:00:00Z 2026-11-01T06:15:00Z 2026-11-01T06:30:00Z 2026-11-01T06:45:00Z", ""},
      {"systemd", "Lord Howe back", "30 * * * *", "2026-04-04T15:00:00Z", ""},
      {"systemd", "Lord Howe back", "*/15 * * * *", "2026-04-04T15:00:00Z 2026-04-04T15:15:00Z",
       ""}}},
    {"systemd passes over months without a day 31. muster takes their last day.",
     {{"systemd", "February", "31", "2026-02-28T05:00:00Z", ""}}},
    {"croner takes only a line with one hour and one minute for a fixed time: a list of them in the gap runs never. muster runs once, right after it.",
     {{"croner", "Berlin forward", "0,30 2 * * *", "2026-03-29T01:00:00Z", ""},
      {"croner", "New York forward", "0,30 2 * * *", "2026-03-08T07:00:00Z", ""},
      {"croner", "Lord Howe forward", "*/20 1-3 * * *", "2026-10-03T15:30:00Z", ""}}},
    {"croner runs such a list both times where the clock repeats itself. muster takes a fixed hour the first time only.",
     {{"croner", "Berlin back", "0,30 2 * * *", "", "2026-10-25T01:00:00Z 2026-10-25T01:30:00Z"},
      {"croner", "Berlin back", "*/20 1-3 * * *", "",
       "2026-10-25T01:00:00Z 2026-10-25T01:20:00Z 2026-10-25T01:40:00Z"},
      {"croner", "New York back", "*/20 1-3 * * *", "",
       "2026-11-01T06:00:00Z 2026-11-01T06:20:00Z 2026-11-01T06:40:00Z"},
      {"croner", "Lord Howe back", "*/20 1-3 * * *", "", "2026-04-04T15:10:00Z"}}},
    {"croner takes a day field with a step for a restricted one and so lets either day field do. Vixie's cron, and muster, look at its first character: with a star both must fit.",
     {{"croner", "February", "0 12 */2 * mon", "",
       "2026-02-21T11:00:00Z 2026-02-25T11:00:00Z 2026-02-27T11:00:00Z 2026-03-01T11:00:00Z 2026-03-02T11:00:00Z"}}},
};

}  // namespace muster::test
