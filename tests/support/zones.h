// Zones written out by hand, so that tests of pure code need no time zone database.
#pragma once

#include "engine/model/schedule/zone.h"

namespace muster::test {

using std::chrono::hours;
using std::chrono::minutes;

inline Time utc(std::string_view text) {
    return *TextForm<Time>::parse(text);
}

/// Clocks go forward on 2026-03-29 from 02:00 to 03:00, back on 2026-10-25 from 03:00 to 02:00.
inline Zone berlin() {
    return {"Europe/Berlin",
            {{utc("2025-10-26T01:00:00Z"), hours{1}},
             {utc("2026-03-29T01:00:00Z"), hours{2}},
             {utc("2026-10-25T01:00:00Z"), hours{1}}}};
}

/// Forward on 2026-03-08 from 02:00 to 03:00, back on 2026-11-01 from 02:00 to 01:00.
inline Zone new_york() {
    return {"America/New_York",
            {{utc("2025-11-02T06:00:00Z"), hours{-5}},
             {utc("2026-03-08T07:00:00Z"), hours{-4}},
             {utc("2026-11-01T06:00:00Z"), hours{-5}}}};
}

/// Half an hour: back on 2026-04-05 from 02:00 to 01:30, forward on 2026-10-04 from 02:00 to 02:30.
inline Zone lord_howe() {
    return {"Australia/Lord_Howe",
            {{utc("2025-10-04T15:30:00Z"), hours{11}},
             {utc("2026-04-04T15:00:00Z"), minutes{630}},
             {utc("2026-10-03T15:30:00Z"), hours{11}}}};
}

inline Zone kathmandu() {
    return {"Asia/Kathmandu", {{utc("1986-01-01T00:00:00Z"), minutes{345}}}};
}

/// The gap is at midnight: 2018-11-04 begins at 01:00. Back on 2019-02-17 from 00:00 to the 16th,
/// 23:00.
inline Zone sao_paulo() {
    return {"America/Sao_Paulo",
            {{utc("2018-02-18T02:00:00Z"), hours{-3}},
             {utc("2018-11-04T03:00:00Z"), hours{-2}},
             {utc("2019-02-17T02:00:00Z"), hours{-3}}}};
}

/// The gap is at midnight: 2026-04-24 begins at 01:00. Back on 2026-10-30 from 00:00 to the 29th,
/// 23:00.
inline Zone cairo() {
    return {"Africa/Cairo",
            {{utc("2025-10-30T21:00:00Z"), hours{2}},
             {utc("2026-04-23T22:00:00Z"), hours{3}},
             {utc("2026-10-29T21:00:00Z"), hours{2}}}};
}

}  // namespace muster::test
