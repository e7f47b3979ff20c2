#include "engine/run/zone.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>

#include "engine/codec/nearest.h"

namespace muster {
namespace {

const std::string utc = "UTC";

/// The database, read once; throws where there is none.
const date::time_zone* find_zone(const std::string& name) {
    const auto& zones = date::get_tzdb().zones;
    const auto found = std::ranges::find(zones, name, &date::time_zone::name);
    return found == zones.end() ? nullptr : &*found;
}

Failure unknown_zone(const std::string& name) {
    codec::Words names;
    for (const auto& zone : date::get_tzdb().zones) names.emplace_back(zone.name());
    const auto close = codec::nearest(name, names);
    return fail(ErrorCode::invalid_policy,
                fmt::format("the time zone database holds no zone \"{}\"", name),
                close ? fmt::format("did you mean \"{}\"?", *close)
                      : "name a zone such as Europe/Berlin or UTC");
}

Zone spans_of(const date::time_zone& zone, Time from, Time to) {
    Zone out;
    out.name = zone.name();
    for (auto info = zone.get_info(from);; info = zone.get_info(info.end)) {
        const bool first = out.spans.empty();
        // Not every change of the database moves the clock: some only change the zone's short name.
        if (first || out.spans.back().offset != info.offset)
            out.spans.push_back({first ? std::max(info.begin, from) : info.begin, info.offset});
        if (info.end > to) return out;
    }
}

/// What follows "zoneinfo/" in the path of a zone's file; a text that is no such path as it is.
std::string name_in_path(const std::string& path) {
    constexpr std::string_view folder = "zoneinfo/";
    const auto place = path.find(folder);
    return place == std::string::npos ? path : path.substr(place + folder.size());
}

}  // namespace

Result<Zone> read_zone(const std::string& name, Time from, Time to) {
    if (name == utc) return Zone{};
    try {
        const auto* zone = find_zone(name);
        if (zone == nullptr) return unknown_zone(name);
        return spans_of(*zone, from, to);
    } catch (const std::exception& problem) {
        return fail(ErrorCode::not_found,
                    fmt::format("cannot read the zone \"{}\" from the time zone database: {}", name,
                                problem.what()),
                    "install the package tzdata, or use the zone UTC");
    }
}

std::string system_zone() {
    std::string name;
    if (const char* variable = std::getenv("TZ"); variable != nullptr) {
        name = variable;
        if (name.starts_with(':')) name.erase(0, 1);
    } else {
        std::error_code no_link;
        name = std::filesystem::read_symlink("/etc/localtime", no_link).string();
    }
    name = name_in_path(name);
    try {
        return find_zone(name) == nullptr ? utc : name;
    } catch (const std::exception&) {
        return utc;
    }
}

}  // namespace muster
