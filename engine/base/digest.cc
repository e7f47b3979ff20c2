#include "engine/base/digest.h"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <tuple>

namespace muster {

namespace {

/// Looked up once: for a short text that takes as long as the digest.
const EVP_MD* algorithm() {
    static const EVP_MD* const fetched = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return fetched != nullptr ? fetched : EVP_sha256();
}

}  // namespace

struct Sha256Stream::Context {
    EVP_MD_CTX* evp = EVP_MD_CTX_new();
    Context() { begin(); }
    void begin() { EVP_DigestInit_ex2(evp, algorithm(), nullptr); }
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

void Sha256Stream::begin_anew() {
    context_->begin();
}

Sha256 Sha256Stream::finish() {
    Sha256 out;
    static_assert(std::tuple_size_v<decltype(out.bytes)> == SHA256_DIGEST_LENGTH);
    EVP_DigestFinal_ex(context_->evp, out.bytes.data(), nullptr);
    return out;
}

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

}  // namespace

std::string Sha256::hex() const {
    if (empty()) return {};
    std::string out;
    out.reserve(2 * bytes.size());
    for (const unsigned char byte : bytes) {
        out += hex_digits[byte >> 4U];
        out += hex_digits[byte & 15U];
    }
    return out;
}

std::optional<Sha256> TextForm<Sha256>::parse(std::string_view text) {
    Sha256 out;
    if (text.size() != 2 * out.bytes.size()) return std::nullopt;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto value = hex_digits.find(text[i]);
        if (value == std::string_view::npos) return std::nullopt;
        out.bytes[i / 2] =
            static_cast<unsigned char>((std::size_t{out.bytes[i / 2]} << 4U) | value);
    }
    if (out.empty()) return std::nullopt;  // nothing has this digest
    return out;
}

Sha256 sha256_of(std::string_view text) {
    Sha256Stream stream;
    stream.add(text);
    return stream.finish();
}

}  // namespace muster
