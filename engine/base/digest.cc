#include "engine/base/digest.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

namespace muster {

struct Sha256Stream::Context {
    EVP_MD_CTX* evp = EVP_MD_CTX_new();
    Context() { EVP_DigestInit_ex(evp, EVP_sha256(), nullptr); }
    ~Context() { EVP_MD_CTX_free(evp); }
    Context(const Context&) = delete;
    Context& operator=(const Context&) = delete;
};

Sha256Stream::Sha256Stream() : context_(std::make_unique<Context>()) {}
Sha256Stream::~Sha256Stream() = default;
Sha256Stream::Sha256Stream(Sha256Stream&&) noexcept = default;
Sha256Stream& Sha256Stream::operator=(Sha256Stream&&) noexcept = default;

void Sha256Stream::add(std::span<const std::byte> bytes) {
    EVP_DigestUpdate(context_->evp, bytes.data(), bytes.size());
}
void Sha256Stream::add(std::string_view text) {
    add(std::as_bytes(std::span{text.data(), text.size()}));
}

Sha256 Sha256Stream::finish() {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
    unsigned int length = 0;
    EVP_DigestFinal_ex(context_->evp, raw.data(), &length);
    Sha256 out;
    for (unsigned int i = 0; i < length; ++i) {
        out.hex += digits[raw[i] >> 4U];
        out.hex += digits[raw[i] & 15U];
    }
    return out;
}

std::optional<Sha256> TextForm<Sha256>::parse(std::string_view text) {
    const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
    if (text.size() != 64 || !std::ranges::all_of(text, is_hex)) return std::nullopt;
    return Sha256{std::string{text}};
}

Sha256 sha256_of(std::string_view text) {
    Sha256Stream stream;
    stream.add(text);
    return stream.finish();
}

}  // namespace muster
