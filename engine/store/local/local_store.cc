#include "engine/store/local/local_store.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

namespace muster {

Result<> LocalStore::can_be_written() const {
    const auto refuse = [&](const Error& error) {
        return fail(ErrorCode::store_unreachable,
                    fmt::format("store {} cannot be written: {}", root_.string(), error.message),
                    error.hint);
    };
    for (fs::path folder = fs::absolute(root_).lexically_normal();; folder = folder.parent_path()) {
        const auto status = status_of(folder);
        if (!status) return refuse(status.error());
        if (status->exists && !status->directory)
            return refuse(system_error(ENOTDIR, "use", folder));
        if (!status->exists) continue;
        if (::access(folder.c_str(), R_OK | W_OK | X_OK) != 0)
            return refuse(system_error(errno, "write in", folder));
        return {};
    }
}

Result<std::vector<StoredFile>> LocalStore::list() const {
    std::vector<StoredFile> out;
    std::error_code error;
    if (!fs::exists(root_, error)) return out;
    fs::recursive_directory_iterator each{root_, fs::directory_options::skip_permission_denied,
                                          error},
        end;
    for (; !error && each != end; each.increment(error)) {
        const auto status = each->symlink_status(error);
        if (error == std::errc::no_such_file_or_directory) {  // removed while we were looking
            error.clear();
            continue;
        }
        if (error) break;
        if (!fs::is_regular_file(status)) continue;
        std::error_code gone;
        const auto size = each->file_size(gone);
        if (!gone) out.push_back({each->path().lexically_relative(root_).string(), Bytes{size}});
    }
    if (error)
        return fail(ErrorCode::store_unreachable,
                    fmt::format("store {} cannot be listed: {}", root_.string(), error.message()),
                    "check that it is mounted and readable");
    std::ranges::sort(out, {}, &StoredFile::key);
    return out;
}

}  // namespace muster
