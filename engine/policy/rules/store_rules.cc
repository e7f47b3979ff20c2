#include <filesystem>

#include "engine/policy/rules/layout_rule.h"
#include "engine/policy/rules/sections.h"

namespace muster::codec {
namespace {

/// What makes two stores one place.
std::string place_of(const StoreSpec& store) {
    if (store.s3)
        return fmt::format("s3 {} {} {}", store.s3->endpoint, store.s3->bucket, store.s3->prefix);
    if (store.azure_blob)
        return fmt::format("azure {} {} {}", store.azure_blob->account, store.azure_blob->container,
                           store.azure_blob->prefix);
    return (std::filesystem::path{store.local} / "").lexically_normal().string();
}

void check_s3(const std::string& path, const S3Spec& s3, RuleReport& report) {
    check_url(path + ".endpoint", s3.endpoint, report);
    report.need_text(path + ".region", s3.region);
    report.need_text(path + ".bucket", s3.bucket);
    check_secret(path + ".access_key", s3.access_key, report);
    check_secret(path + ".secret_key", s3.secret_key, report);
    if (s3.session_token) check_secret(path + ".session_token", *s3.session_token, report);
}

void check_azure(const std::string& path, const AzureBlobSpec& azure, RuleReport& report) {
    report.need_text(path + ".account", azure.account);
    report.need_text(path + ".container", azure.container);
    if (azure.endpoint) check_url(path + ".endpoint", *azure.endpoint, report);
    if (azure.shared_key) check_secret(path + ".shared_key", *azure.shared_key, report);
    if (azure.sas) check_secret(path + ".sas", *azure.sas, report);
    if (azure.token) check_secret(path + ".token", *azure.token, report);
}

void check_store(const std::string& path, const StoreSpec& store, RuleReport& report) {
    const bool object_store = store.s3 || store.azure_blob;
    if (!object_store) report.need_text(path + ".local", store.local);
    if (store.s3) check_s3(path + ".s3", *store.s3, report);
    if (store.azure_blob) check_azure(path + ".azure_blob", *store.azure_blob, report);
    if (const auto complaint = complaint_about_layout(store.layout, store.overwrite, object_store))
        report.add(path + ".layout", complaint->message, complaint->hint);
    if (!store.object_lock) return;
    report.need_time(path + ".object_lock.keep", store.object_lock->keep);
    if (!store.s3)
        report.add(path + ".object_lock", "only S3 can lock objects",
                   "remove it; a local store is protected by its file system");
    if (store.overwrite != Overwrite::never)
        report.add(path + ".object_lock", "what is locked cannot be overwritten",
                   "give each snapshot a name of its own: overwrite: never");
}

}  // namespace

void check_stores(const Policy& policy, RuleReport& report) {
    report.need_names("stores", policy.stores, true);
    std::map<std::string, std::string> seen;
    for (const auto& [name, store] : policy.stores) {
        const auto path = child_path("stores", name);
        check_store(path, store, report);
        if (report.is_broken_inside(path)) continue;
        const auto [other, is_new] = seen.emplace(place_of(store), name);
        if (!is_new)
            report.add(path + (store.s3           ? ".s3"
                               : store.azure_blob ? ".azure_blob"
                                                  : ".local"),
                       fmt::format("the store \"{}\" is the same place", other->second),
                       "two copies in one place are one copy");
    }
}

}  // namespace muster::codec
