// What few values of a large set have: a word each instead of the whole of it.
#pragma once

#include <memory>
#include <optional>

namespace muster {

/// Used as an optional is; what it has lies apart, and is copied with it.
template <class T>
class Rare {
public:
    using value_type = T;

    Rare() = default;
    Rare(T value)  // NOLINT(google-explicit-constructor): it stands for an optional
        : value_(std::make_unique<T>(std::move(value))) {}
    Rare(std::optional<T> value)  // NOLINT(google-explicit-constructor): the same
        : value_(value ? std::make_unique<T>(*std::move(value)) : nullptr) {}
    Rare(const Rare& other) : value_(other ? std::make_unique<T>(*other) : nullptr) {}
    Rare(Rare&&) noexcept = default;
    Rare& operator=(const Rare& other) { return *this = Rare{other}; }
    Rare& operator=(Rare&&) noexcept = default;
    ~Rare() = default;

    bool has_value() const { return value_ != nullptr; }
    explicit operator bool() const { return has_value(); }
    const T& operator*() const { return *value_; }
    T& operator*() { return *value_; }
    const T* operator->() const { return value_.get(); }
    T* operator->() { return value_.get(); }
    void reset() { value_.reset(); }
    T& emplace() { return *(value_ = std::make_unique<T>()); }

    friend bool operator==(const Rare& one, const Rare& other) {
        return one && other ? *one == *other : one.has_value() == other.has_value();
    }

private:
    std::unique_ptr<T> value_;
};

}  // namespace muster
