// The JSON that a command hands over.
#pragma once

#include <functional>
#include <string>

#include "engine/base/sink.h"

namespace muster {

/// A finished text, or a function that writes it piece by piece each time it is asked: a plan of
/// half a million steps never stands in memory as JSON.
class JsonDocument {
public:
    using Write = std::function<Result<>(const Sink&)>;

    JsonDocument() = default;
    JsonDocument(std::string text);  // implicit: most commands have a text
    explicit JsonDocument(Write write) : write_(std::move(write)) {}

    bool empty() const { return !write_; }
    Result<> write_to(const Sink& sink) const { return write_ ? write_(sink) : Result<>{}; }

private:
    Write write_;
};

}  // namespace muster
