#include "engine/snapshot/copy_encoding.h"

#include <unistd.h>

namespace muster {

CopyEncoding::CopyEncoding(fs::path content, fs::path artifact, const EncodeOptions& options)
    : content_(std::move(content)),
      artifact_(std::move(artifact)),
      options_(options),
      work_([this](Arrival* arrival) { return encode_all(arrival); },
            [this] { ::unlink(artifact_.c_str()); }) {}

Result<Encoded> CopyEncoding::encode_all(Arrival* arrival) const {
    MUSTER_TRY(const auto from, File::open_read(content_));
    MUSTER_TRY(auto to, File::create(artifact_));
    auto options = options_;
    options.arrival = arrival;
    if (arrival != nullptr && options_.progress)
        options.progress = [&](std::uint64_t done, std::uint64_t total) {
            return arrival->is_complete() ? options_.progress(done, total) : Result<>{};
        };
    return encode(from, to, options);
}

}  // namespace muster
