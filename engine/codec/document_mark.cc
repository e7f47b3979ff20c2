#include <algorithm>

#include "engine/codec/decoder.h"
#include "engine/codec/shapes.h"

namespace muster::codec {

void take_mark(Node& root, std::string_view wanted, Decoder& to) {
    auto* mapping = std::get_if<Mapping>(&root.value);
    if (!mapping) return;  // decode() says so
    const auto found = std::ranges::find(*mapping, schema_key, &Member::key);
    const std::string expected = "\"" + std::string{wanted} + "\"";
    if (found == mapping->end())
        return to.problem(root.place, std::string{schema_key}, "the key \"schema\" is missing",
                          "it must be " + expected);
    const auto* scalar = std::get_if<Scalar>(&found->value.value);
    if (!scalar || scalar->text != wanted)
        to.wrong_type(found->value, Spot{"", found->place}.member(*found), expected,
                      "is this the right document?");
    mapping->erase(found);
}

}  // namespace muster::codec
