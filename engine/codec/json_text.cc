#include "engine/codec/json_text.h"

#include "engine/codec/json_writer.h"

namespace muster::codec {
Node as_json(const Node& node) {
    if (const auto* sequence = std::get_if<Sequence>(&node.value)) {
        Sequence out;
        for (const auto& item : *sequence) out.push_back(as_json(item));
        return {std::move(out), node.place};
    }
    if (const auto* mapping = std::get_if<Mapping>(&node.value)) {
        Mapping out;
        for (const auto& [key, value, place] : *mapping)
            out.push_back({key, as_json(value), place});
        return {std::move(out), node.place};
    }
    const auto& scalar = std::get<Scalar>(node.value);
    switch (meaning_of(scalar)) {
        case Meaning::null: return null_node();
        case Meaning::boolean: return boolean_node(*to_boolean(scalar));
        case Meaning::integer:
            if (const auto value = to_integer<std::int64_t>(scalar)) return number_node(*value);
            break;
        case Meaning::real:
            if (const auto value = to_real(scalar)) return real_node(*value);
            break;
        case Meaning::text: break;
    }
    return text_node(scalar.text);
}

std::string json_text(const Node& node, Layout layout) {
    std::string out;
    JsonWriter writer{layout, out};
    writer.write(node);
    writer.finish();
    return out;
}

}  // namespace muster::codec
