// A restic repository whose snapshots have the times a test chooses, to ask the real restic what
// it would forget.
#pragma once

#include <fmt/format.h>
#include <openssl/evp.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>

#include "engine/base/digest.h"
#include "engine/base/time.h"
#include "tests/support/temp_folder.h"

namespace muster::test {

/// Throws, with restic's own words, when restic fails or is not installed.
class ResticRepository {
public:
    ResticRepository() {
        restic("init --repository-version 1");
        std::ofstream{folder_ / "file"} << "content";
        restic("backup --host model '" + (folder_ / "file").string() + "'");
        model_ = json(restic("snapshots --json")).at(0);
        const auto keys = json(restic("cat masterkey"));
        encryption_key_ = from_base64(keys.at("encrypt"));
        mac_key_ = from_base64(keys.at("mac").at("k"));
        mac_mask_ = from_base64(keys.at("mac").at("r"));
    }

    /// A snapshot as `restic backup --time` takes it on a machine whose clock is `offset` ahead of
    /// UTC; returns its id. restic derives its key from the password again in each process, which
    /// takes half a second, so the file is written here: the snapshot of a real backup with another
    /// time, sealed with the repository's own key.
    std::string add(const std::string& host, Time time, std::chrono::seconds offset, bool pinned) {
        auto snapshot = model_;
        const auto minutes = std::chrono::floor<std::chrono::minutes>(std::chrono::abs(offset));
        auto local = format_time(time + offset);
        local.pop_back();  // the Z of UTC
        snapshot["time"] = fmt::format("{}{}{:02}:{:02}", local, offset < offset.zero() ? '-' : '+',
                                       minutes.count() / 60, minutes.count() % 60);
        snapshot["hostname"] = host;
        if (pinned) snapshot["tags"] = {"pinned"};
        const auto bytes = sealed(snapshot.dump());
        const auto id = sha256_of(bytes).hex();
        std::ofstream{folder_ / "repository" / "snapshots" / id, std::ios::binary} << bytes;
        return id;
    }

    using Matches = std::set<std::string>;
    /// What keeps each snapshot, by the first word of restic's reason: "daily", "within", "has" (a
    /// tag); empty when it goes. Each host is a group. `time_zone` is that of the asking machine.
    std::map<std::string, Matches> forget(const std::string& rules,
                                          const std::string& time_zone = "UTC") const {
        std::map<std::string, Matches> out;
        const auto groups =
            json(restic("forget --no-lock --dry-run --json --group-by host " + rules, time_zone));
        for (const auto& group : groups) {
            for (std::size_t i = 0; i < group.at("keep").size(); ++i)
                for (const auto& match : group.at("reasons").at(i).at("matches")) {
                    const std::string text = match;
                    out[group["keep"][i].at("id")].insert(text.substr(0, text.find(' ')));
                }
            for (const auto& gone : group.at("remove")) out[gone.at("id")];
        }
        return out;
    }

private:
    static nlohmann::json json(const std::string& text) { return nlohmann::json::parse(text); }

    static void check(bool fine, const std::string& what) {
        if (!fine) throw std::runtime_error(what);
    }

    std::string restic(const std::string& arguments, const std::string& time_zone = "UTC") const {
        const auto command = fmt::format(
            "RESTIC_PASSWORD=muster TZ={} restic --no-cache --quiet -r '{}' {} 2>'{}'", time_zone,
            (folder_ / "repository").string(), arguments, (folder_ / "errors").string());
        std::FILE* pipe = ::popen(command.c_str(), "r");
        check(pipe != nullptr, "popen");
        std::string out;
        std::array<char, 65536> buffer{};
        while (const auto count = std::fread(buffer.data(), 1, buffer.size(), pipe))
            out.append(buffer.data(), count);
        const int status = ::pclose(pipe);
        std::ifstream errors{folder_ / "errors"};
        check(status == 0, "restic " + arguments + ": " +
                               std::string{std::istreambuf_iterator<char>{errors}, {}});
        return out;
    }

    static unsigned char* bytes_of(std::string& text) {
        return reinterpret_cast<unsigned char*>(text.data());
    }
    static const unsigned char* bytes_of(const std::string& text) {
        return reinterpret_cast<const unsigned char*>(text.data());
    }

    static std::string from_base64(const std::string& text) {
        std::string out(text.size(), '\0');
        const int length =
            ::EVP_DecodeBlock(bytes_of(out), bytes_of(text), static_cast<int>(text.size()));
        check(length > 0, "base64");
        const auto padding = text.size() - text.find_last_not_of('=') - 1;
        out.resize(static_cast<std::size_t>(length) - padding);
        return out;
    }

    static std::string encrypted(const EVP_CIPHER* cipher, const std::string& key,
                                 const std::string& start, const std::string& text) {
        const std::unique_ptr<EVP_CIPHER_CTX, decltype(&::EVP_CIPHER_CTX_free)> context{
            ::EVP_CIPHER_CTX_new(), ::EVP_CIPHER_CTX_free};
        std::string out(text.size() + 16, '\0');
        int length = 0;
        check(::EVP_EncryptInit_ex(context.get(), cipher, nullptr, bytes_of(key),
                                   bytes_of(start)) == 1 &&
                  ::EVP_EncryptUpdate(context.get(), bytes_of(out), &length, bytes_of(text),
                                      static_cast<int>(text.size())) == 1,
              "encrypt");
        out.resize(text.size());
        return out;
    }

    /// restic's design.rst: start value, AES-256-CTR, Poly1305-AES over what was encrypted.
    std::string sealed(const std::string& text) {
        std::string start = fmt::format("{:016}", ++sealed_);
        const auto secret = encrypted(::EVP_aes_256_ctr(), encryption_key_, start, text);
        const auto mac_key =
            mac_mask_ + encrypted(::EVP_aes_128_ecb(), mac_key_, std::string(16, '\0'), start);
        std::string mac(16, '\0');
        std::size_t length = 0;
        check(::EVP_Q_mac(nullptr, "POLY1305", nullptr, nullptr, nullptr, mac_key.data(),
                          mac_key.size(), bytes_of(secret), secret.size(), bytes_of(mac),
                          mac.size(), &length) != nullptr,
              "poly1305");
        return start + secret + mac;
    }

    TempFolder folder_;
    nlohmann::json model_;  ///< a snapshot as restic wrote it
    std::string encryption_key_;
    std::string mac_key_;
    std::string mac_mask_;
    int sealed_ = 0;
};

}  // namespace muster::test
