// A document written while it is encoded and checked, some elements of a list at a time.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <vector>

#include "engine/base/sink.h"
#include "engine/base/workers.h"
#include "engine/codec/documents.h"
#include "engine/codec/encode.h"
#include "engine/codec/json_writer.h"
#include "engine/codec/schema.h"
#include "engine/codec/schema_check.h"

namespace muster::codec {

template <Documented T>
std::string mark() {
    return fmt::format("muster/{}/v{}", Document<T>::name, Document<T>::version);
}

template <Documented T>
std::string schema_of();

/// What T's schema asks of each element of a list of E.
template <Documented T, class E>
std::string schema_of_element() {
    SchemaBuilder builder{Document<T>::by_people};
    Mapping root;
    add(root, "allOf", {Sequence{{builder.template of<E>(), {}}}, {}});
    add(root, "definitions", {builder.take_definitions(), {}});
    return json_text({std::move(root), {}}, Layout::line);
}

/// The document without the elements of its lists.
template <Documented T>
Node frame_of(const T& value) {
    Mapping frame;
    if constexpr (Document<T>::marked)
        frame.push_back({std::string{schema_key}, text_node(mark<T>()), {}});
    for_each_field<T>([&]<class Field>(const Field& field) {
        if (is_left_out(field, value)) return;
        Node node{Sequence{}, {}};
        if constexpr (!is_list<MemberType<Field>>) node = encode(value.*field.member);
        frame.push_back({std::string{field.name}, std::move(node), {}});
    });
    return {std::move(frame), {}};
}

/// Hands over what was written in blocks.
class BlockSink {
public:
    explicit BlockSink(const Sink& sink) : sink_(sink) {}

    std::string text;

    Result<> hand_over_when_full() { return text.size() < block_size ? Result<>{} : hand_over(); }
    Result<> hand_over() {
        auto taken = sink_(text);
        text.clear();
        return taken;
    }

private:
    static constexpr std::size_t block_size = std::size_t{64} << 10U;
    const Sink& sink_;
};

/// Elements of a list that are encoded and checked beside each other before they are written, and
/// how many of them make threads worth it.
inline constexpr std::size_t elements_at_once = 512, worth_threads = 64;

template <Documented T, class E>
Result<> stream_elements(const std::vector<E>& list, std::string_view name, JsonWriter& writer,
                         BlockSink& blocks) {
    static const SchemaCheck schema{schema_of_element<T, E>()};
    writer.open('[');
    std::vector<Node> nodes(std::min(list.size(), elements_at_once));
    std::vector<Result<>> verdicts(nodes.size());
    for (std::size_t from = 0; from < list.size(); from += nodes.size()) {
        const auto count = std::min(nodes.size(), list.size() - from);
        const std::size_t most = count < worth_threads ? 1 : std::thread::hardware_concurrency();
        in_parallel(count, most, [&](std::size_t i) {
            nodes[i] = encode(list[from + i]);
            verdicts[i] = schema.accepts(nodes[i], fmt::format("[{}][{}]", name, from + i));
            return verdicts[i].has_value();
        });
        for (std::size_t i = 0; i < count; ++i) {
            MUSTER_CHECK(verdicts[i]);
            writer.begin_item();
            writer.write(nodes[i]);
            MUSTER_CHECK(blocks.hand_over_when_full());
        }
    }
    writer.close(']');
    return {};
}

/// Whether `key` names a list, which is then written.
template <Documented T>
Result<bool> stream_list(const T& value, std::string_view key, JsonWriter& writer,
                         BlockSink& blocks) {
    bool found = false;
    Result<> written;
    for_each_field<T>([&]<class Field>(const Field& field) {
        if constexpr (is_list<MemberType<Field>>) {
            if (field.name != key) return;
            found = true;
            written = stream_elements<T>(value.*field.member, key, writer, blocks);
        }
    });
    MUSTER_CHECK(written);
    return found;
}

template <Documented T>
Result<> stream(const T& value, const Sink& sink) {
    static const SchemaCheck schema{schema_of<T>()};
    const Node frame = frame_of(value);
    MUSTER_CHECK(schema.accepts(frame));
    BlockSink blocks{sink};
    JsonWriter writer{Layout::pretty, blocks.text};
    writer.open('{');
    for (const auto& [key, node, place] : std::get<Mapping>(frame.value)) {
        writer.key(key);
        MUSTER_TRY(const bool streamed, stream_list(value, key, writer, blocks));
        if (!streamed) writer.write(node);
        MUSTER_CHECK(blocks.hand_over_when_full());
    }
    writer.close('}');
    writer.finish();
    return blocks.hand_over();
}

}  // namespace muster::codec
