#include "engine/snapshot/leaves_cache.h"

#include <algorithm>

namespace muster {

LeavesCache::LeavesCache(const fs::path& folder, const std::string& store_root,
                         const std::string& volume_id) {
    if (folder.empty()) return;
    folder_ = folder / "leaves" / sha256_of(store_root + "\n" + volume_id).hex().substr(0, 32);
}

std::optional<File> LeavesCache::find(const Sha256& content) const {
    if (folder_.empty()) return std::nullopt;
    auto file = File::open_read(folder_ / content.hex());
    if (!file) return std::nullopt;
    return *std::move(file);
}

void LeavesCache::keep(const fs::path& leaves, const Sha256& content,
                       const std::vector<Sha256>& others) const {
    if (folder_.empty() || !make_folder(folder_)) return;
    std::error_code failed;
    fs::rename(leaves, folder_ / content.hex(), failed);
    if (failed) return;
    for (fs::directory_iterator each{folder_, failed}; !failed && each != fs::directory_iterator{};
         each.increment(failed)) {
        const auto name = each->path().filename().string();
        const auto wanted = [&](const Sha256& state) { return state.hex() == name; };
        std::error_code stays;
        if (!wanted(content) && std::ranges::none_of(others, wanted))
            fs::remove(each->path(), stays);
    }
}

}  // namespace muster
