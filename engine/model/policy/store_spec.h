// Where snapshots live.
#pragma once

#include <optional>
#include <string>

#include "engine/base/time.h"
#include "engine/model/policy/secret_ref.h"

namespace muster {

struct S3Spec {
    std::string endpoint;
    std::string region = "us-east-1";
    std::string bucket;
    std::string prefix;
    SecretRef access_key;
    SecretRef secret_key;
    std::optional<SecretRef> session_token;
    bool operator==(const S3Spec&) const = default;
};
template <>
struct Fields<S3Spec> {
    static constexpr std::string_view doc = "A bucket of an S3 object store.";
    static constexpr auto list = FieldList{
        required("endpoint", &S3Spec::endpoint, "URL of the service, http or https."),
        optional("region", &S3Spec::region, "Region that requests are signed for."),
        required("bucket", &S3Spec::bucket, "Name of the bucket."),
        optional("prefix", &S3Spec::prefix, "The word {prefix} of the layout."),
        required("access_key", &S3Spec::access_key, "Access key id."),
        required("secret_key", &S3Spec::secret_key, "Secret access key."),
        optional("session_token", &S3Spec::session_token, "Token of temporary credentials.")};
};

struct AzureBlobSpec {
    std::string account;
    std::string container;
    std::optional<std::string> endpoint;
    std::string prefix;
    std::optional<SecretRef> shared_key;
    std::optional<SecretRef> sas;
    std::optional<SecretRef> token;
    bool operator==(const AzureBlobSpec&) const = default;
};
template <>
struct Fields<AzureBlobSpec> {
    static constexpr std::string_view doc = "A container of Azure Blob Storage.";
    static constexpr std::array one_of{std::string_view{"shared_key"}, std::string_view{"sas"},
                                       std::string_view{"token"}};
    static constexpr auto list = FieldList{
        required("account", &AzureBlobSpec::account, "Storage account."),
        required("container", &AzureBlobSpec::container, "Name of the container."),
        optional("endpoint", &AzureBlobSpec::endpoint,
                 "URL of the service; https://ACCOUNT.blob.core.windows.net when left out."),
        optional("prefix", &AzureBlobSpec::prefix, "The word {prefix} of the layout."),
        optional("shared_key", &AzureBlobSpec::shared_key, "Key of the account."),
        optional("sas", &AzureBlobSpec::sas, "Shared access signature."),
        optional("token", &AzureBlobSpec::token,
                 "OAuth token, such as one that a command prints.")};
};

enum class Overwrite { never, same_day };
template <>
struct Names<Overwrite> {
    static constexpr std::array list{std::pair{Overwrite::never, std::string_view{"never"}},
                                     std::pair{Overwrite::same_day, std::string_view{"same_day"}}};
};

enum class LockMode { governance, compliance };
template <>
struct Names<LockMode> {
    static constexpr std::array list{
        std::pair{LockMode::governance, std::string_view{"governance"}},
        std::pair{LockMode::compliance, std::string_view{"compliance"}}};
};

struct ObjectLockSpec {
    LockMode mode = LockMode::governance;
    Duration keep{};
    bool operator==(const ObjectLockSpec&) const = default;
};
template <>
struct Fields<ObjectLockSpec> {
    static constexpr std::string_view doc =
        "Snapshots that nobody can remove or change for a time.";
    static constexpr auto list =
        FieldList{required("mode", &ObjectLockSpec::mode,
                           "governance: those with a special right may; compliance: nobody."),
                  required("keep", &ObjectLockSpec::keep, "For how long, from the upload on.")};
};

struct StoreSpec {
    std::string local;
    std::optional<S3Spec> s3;
    std::optional<AzureBlobSpec> azure_blob;
    std::string layout = "{target}/{target}-{timestamp}";
    Overwrite overwrite = Overwrite::never;
    std::optional<ObjectLockSpec> object_lock;
    bool operator==(const StoreSpec&) const = default;
};
template <>
struct Fields<StoreSpec> {
    static constexpr std::string_view doc = "A place where snapshots live.";
    static constexpr std::array one_of{std::string_view{"local"}, std::string_view{"s3"},
                                       std::string_view{"azure_blob"}};
    static constexpr auto list = FieldList{
        optional("local", &StoreSpec::local, "A directory; relative to the policy file."),
        optional("s3", &StoreSpec::s3, "A bucket of an S3 object store."),
        optional("azure_blob", &StoreSpec::azure_blob, "A container of Azure Blob Storage."),
        optional(
            "layout", &StoreSpec::layout,
            "Place of a snapshot in the store, without the extension that its format gives. Words: {target} {timestamp} {yyyy} {mm} {dd}, and {prefix} in an object store. In the file's name below a folder named after it, {target} is the last part of tenants/acme. {target} is needed, and {timestamp} unless overwrite is same_day."),
        optional(
            "overwrite", &StoreSpec::overwrite,
            "never: each snapshot has a name of its own; same_day: the last one of a day stands for the day."),
        optional("object_lock", &StoreSpec::object_lock,
                 "Snapshots that nobody can remove for a time; S3 only.")};
};

}  // namespace muster
