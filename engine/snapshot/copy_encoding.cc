#include "engine/snapshot/copy_encoding.h"

#include <unistd.h>

#include <chrono>

namespace muster {
namespace {

/// Less is encoded sooner than a thread for it begins.
constexpr Bytes worth_following{std::uint64_t{16} << 20U};

}  // namespace

CopyEncoding::CopyEncoding(fs::path content, fs::path artifact, const EncodeOptions& options)
    : content_(std::move(content)), artifact_(std::move(artifact)), options_(options) {}

CopyFollower CopyEncoding::follower() {
    return {[this](Bytes bytes, Bytes total) { return follow(bytes, total); },
            [this] { give_up(); }};
}

void CopyEncoding::copied() {
    if (following_) following_->arrival.complete();
}

Result<Encoded> CopyEncoding::finish() {
    return following_ ? following_->encoded.get() : encode_all(nullptr);
}

Result<> CopyEncoding::follow(Bytes bytes, Bytes total) {
    if (total < worth_following) return {};
    if (!following_) {
        following_ = std::make_unique<Following>(total);
        following_->encoded =
            std::async(std::launch::async | std::launch::deferred,
                       [this, arrival = &following_->arrival] { return encode_all(arrival); });
    }
    // Before all has come it is ready for one reason only: it failed, and the copy is for nothing.
    if (following_->encoded.wait_for(std::chrono::seconds{0}) == std::future_status::ready)
        MUSTER_CHECK(following_->encoded.get());
    following_->arrival.reached(bytes.count);
    return {};
}

void CopyEncoding::give_up() {
    if (!following_) return;
    following_.reset();
    ::unlink(artifact_.c_str());
}

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
