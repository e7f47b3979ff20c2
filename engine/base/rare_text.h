// A text that most values of a large set do not have: a word each instead of a string.
#pragma once

#include <memory>
#include <string>

namespace muster {

class RareText {
public:
    RareText() = default;
    RareText(std::string text)  // NOLINT(google-explicit-constructor): it stands for a string
        : text_(text.empty() ? nullptr : std::make_unique<std::string>(std::move(text))) {}
    RareText(const char* text) : RareText(std::string{text}) {}  // NOLINT: the same
    RareText(const RareText& other) : RareText(other.text()) {}
    RareText(RareText&&) noexcept = default;
    RareText& operator=(const RareText& other) { return *this = RareText{other}; }
    RareText& operator=(RareText&&) noexcept = default;
    ~RareText() = default;

    bool empty() const { return text_ == nullptr; }
    const std::string& text() const {
        static const std::string none;
        return text_ ? *text_ : none;
    }
    bool operator==(const RareText& other) const { return text() == other.text(); }

private:
    std::unique_ptr<std::string> text_;
};

}  // namespace muster
