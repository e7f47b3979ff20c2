// Where the steps of a plan stand.
#pragma once

#include "engine/base/bytes.h"
#include "engine/base/fields.h"

namespace muster {

enum class Bucket { planned, blocked, filtered, deferred };
template <>
struct Names<Bucket> {
    static constexpr std::array list{std::pair{Bucket::planned, std::string_view{"planned"}},
                                     std::pair{Bucket::blocked, std::string_view{"blocked"}},
                                     std::pair{Bucket::filtered, std::string_view{"filtered"}},
                                     std::pair{Bucket::deferred, std::string_view{"deferred"}}};
};

struct BucketTotal {
    Bucket bucket = Bucket::planned;
    int steps = 0;
    Bytes bytes;
    bool operator==(const BucketTotal&) const = default;
};
template <>
struct Fields<BucketTotal> {
    static constexpr std::string_view doc = "One bucket, added up.";
    static constexpr auto list = FieldList{required("bucket", &BucketTotal::bucket, "The bucket."),
                                           required("steps", &BucketTotal::steps, "Steps in it."),
                                           required("bytes", &BucketTotal::bytes, "Their bytes.")};
};

}  // namespace muster
