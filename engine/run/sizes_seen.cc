#include "engine/run/sizes_seen.h"

#include <fmt/format.h>

#include <map>
#include <sstream>

namespace muster {
namespace {

constexpr Bytes most_remembered{std::uint64_t{64} << 20U};

struct Seen {
    std::int64_t bytes = 0;
    Time at{};
};
using SizesSeen = std::map<std::string, Seen>;

SizesSeen read_sizes(const fs::path& file) {
    SizesSeen out;
    const auto text = read_text(file, most_remembered);
    if (!text) return out;
    std::istringstream lines{*text};
    std::int64_t bytes = 0;
    std::string at, path;
    while (lines >> bytes >> at && lines.get() == ' ' && std::getline(lines, path))
        if (const auto time = TextForm<Time>::parse(at)) out[path] = {bytes, *time};
    return out;
}

}  // namespace

void compare_with_last_look(HealthReport& report, const fs::path& file) {
    auto sizes = read_sizes(file);
    for (auto& each : report.databases) {
        if (!each.pages || each.path.find('\n') != std::string::npos) continue;
        const auto bytes = *each.pages * *each.page_size;
        if (const auto known = sizes.find(each.path); known != sizes.end())
            each.growth = Growth{known->second.at, bytes - known->second.bytes};
        sizes[each.path] = {bytes, report.at};
    }
    static_cast<void>(write_durably(file, [&](const Sink& sink) -> Result<> {
        for (const auto& [path, seen] : sizes) {
            MUSTER_CHECK(sink(fmt::format("{} {} {}\n", seen.bytes, format_time(seen.at), path)));
        }
        return {};
    }));
}

}  // namespace muster
