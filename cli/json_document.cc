#include "cli/json_document.h"

namespace muster {

JsonDocument::JsonDocument(std::string text) {
    if (!text.empty()) write_ = [text = std::move(text)](const Sink& sink) { return sink(text); };
}

}  // namespace muster
