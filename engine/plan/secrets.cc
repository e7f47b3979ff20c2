#include "engine/plan/secrets.h"

namespace muster {
namespace {

/// Walks the field tables, so that a secret of a new section is found without a line here.
struct Collector {
    std::vector<SecretRef>& into;

    void see(const SecretRef& secret) const { into.push_back(secret); }

    template <Described T>
    void see(const T& value) const {
        for_each_field<T>([&](const auto& field) { see(value.*(field.member)); });
    }
    template <class T>
    void see(const std::optional<T>& value) const {
        if (value) see(*value);
    }
    template <class T>
    void see(const Rare<T>& value) const {
        if (value) see(*value);
    }
    template <class T>
    void see(const std::vector<T>& values) const {
        for (const auto& each : values) see(each);
    }
    template <class T>
    void see(const std::map<std::string, T>& values) const {
        for (const auto& [name, each] : values) see(each);
    }
    template <class T>
    void see(const T&) const {}  // text, a number or a name
};

}  // namespace

std::vector<SecretRef> secrets_of(const Policy& policy) {
    std::vector<SecretRef> out;
    Collector{out}.see(policy);
    return out;
}

std::vector<std::string> secret_variables_of(const Policy& policy) {
    std::vector<std::string> out;
    for (const auto& secret : secrets_of(policy))
        if (secret.env) out.push_back(*secret.env);
    return out;
}

}  // namespace muster
