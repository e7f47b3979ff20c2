// The definitions behind documents.h, for the files of this folder that instantiate them: nobody
// else pays for compiling the walker.
#pragma once

#include <fmt/format.h>

#include "engine/codec/decode.h"
#include "engine/codec/document_stream.h"
#include "engine/codec/documents.h"
#include "engine/codec/draft.h"
#include "engine/codec/encode.h"
#include "engine/codec/json.h"
#include "engine/codec/json_text.h"
#include "engine/codec/schema.h"
#include "engine/codec/schema_check.h"
#include "engine/codec/yaml.h"

namespace muster {
namespace codec {

/// Takes the key `schema` away, and tells where it is not the right one.
void take_mark(Node& root, std::string_view wanted, Decoder& to);

template <Documented T>
Draft<T> draft_from_tree(Node root, std::vector<std::string> files, Author author) {
    Draft<T> draft;
    Decoder decoder{std::move(files), author};
    if constexpr (Document<T>::marked) take_mark(root, mark<T>(), decoder);
    decode(root, {"", root.place}, decoder, draft.value);
    draft.problems = decoder.take_problems();
    draft.places = decoder.take_places();
    return draft;
}

template <Documented T>
Draft<T> draft_of(std::variant<Node, Problems> parsed, const std::string& file, Author author) {
    if (auto* root = std::get_if<Node>(&parsed))
        return draft_from_tree<T>(std::move(*root), {file}, author);
    Draft<T> draft;
    draft.problems = std::move(std::get<Problems>(parsed));
    return draft;
}

template <Documented T>
Loaded<T> loaded(Draft<T> draft) {
    Loaded<T> out{std::nullopt, std::move(draft.problems), std::move(draft.places)};
    if (out.problems.empty()) out.value = std::move(draft.value);
    return out;
}

template <Documented T>
Node tree_of(const T& value) {
    Node root = encode(value);
    if constexpr (Document<T>::marked) {
        auto& mapping = std::get<Mapping>(root.value);
        mapping.insert(mapping.begin(), {std::string{schema_key}, text_node(mark<T>()), {}});
    }
    return root;
}

template <Documented T>
std::string schema_of() {
    SchemaBuilder builder{Document<T>::by_people};
    Mapping root;
    add(root, "$schema", "http://json-schema.org/draft-07/schema#");
    add(root, "$id", fmt::format("{}-v{}.json", Document<T>::name, Document<T>::version));
    add(root, "title",
        fmt::format("muster {}, version {}", Document<T>::name, Document<T>::version));
    const bool marked = Document<T>::marked;
    auto object = builder.template object<T>(marked ? schema_key : "", marked ? mark<T>() : "");
    std::ranges::move(object, std::back_inserter(root));
    add(root, "definitions", {builder.take_definitions(), {}});
    return json_text({std::move(root), {}}, Layout::pretty);
}

template <Documented T>
Result<> stream_checked(const T& value, const Sink& sink) {
    const auto written = stream(value, sink);
    if (!written)
        return Failure(
            written.error().during(fmt::format("writing a document \"{}\"", Document<T>::name)));
    return {};
}

}  // namespace codec

template <Documented T>
Loaded<T> from_yaml(std::string_view text, const std::string& file) {
    return codec::loaded(
        codec::draft_of<T>(codec::parse_yaml(text, file), file, codec::Author::person));
}

template <Documented T>
Loaded<T> from_json(std::string_view text, const std::string& file) {
    return codec::loaded(
        codec::draft_of<T>(codec::parse_json(text, file), file, codec::Author::program));
}

template <Documented T>
Result<> stream_document(const T& value, const Sink& sink) {
    return codec::stream_checked(value, sink);
}

template <Documented T>
Result<std::string> to_document(const T& value) {
    std::string text;
    MUSTER_CHECK(stream_document(value, [&](std::string_view block) -> Result<> {
        text += block;
        return {};
    }));
    return text;
}

template <Documented T>
std::string to_line(const T& value) {
    return json_text(codec::tree_of(value), codec::Layout::line);
}

}  // namespace muster

/// Once for each document, in a .cc that includes its header.
#define MUSTER_INSTANTIATE_DOCUMENT(T)                                                       \
    template ::muster::Loaded<T> muster::from_yaml<T>(std::string_view, const std::string&); \
    template ::muster::Loaded<T> muster::from_json<T>(std::string_view, const std::string&); \
    template ::muster::Result<std::string> muster::to_document<T>(const T&);                 \
    template ::muster::Result<> muster::stream_document<T>(const T&, const ::muster::Sink&); \
    template std::string muster::to_line<T>(const T&);                                       \
    template std::string muster::codec::schema_of<T>()
