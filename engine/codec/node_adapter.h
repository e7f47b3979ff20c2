// Shows a document tree to valijson, so that nothing is printed and parsed again to be checked.
// The names in lower camel case are those that valijson asks for.
#pragma once

#include <algorithm>
#include <concepts>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <valijson/internal/basic_adapter.hpp>
#include <valijson/internal/frozen_value.hpp>

#include "engine/codec/node.h"

namespace muster::codec {

class NodeAdapter;
struct NodeMember;

/// Over the elements of a vector; gives what `Shown` makes of each.
template <class Element, class Shown>
class NodeIterator {
public:
    using iterator_category = std::bidirectional_iterator_tag;
    using value_type = Shown;
    using difference_type = std::ptrdiff_t;
    using pointer = Shown*;
    using reference = Shown&;

    explicit NodeIterator(const Element* at) : at_(at) {}
    Shown operator*() const;
    valijson::adapters::DerefProxy<Shown> operator->() const {
        return valijson::adapters::DerefProxy<Shown>{**this};
    }
    bool operator==(const NodeIterator& other) const = default;
    NodeIterator& operator++() {
        ++at_;
        return *this;
    }
    NodeIterator operator++(int) {
        const NodeIterator before = *this;
        ++at_;
        return before;
    }
    NodeIterator& operator--() {
        --at_;
        return *this;
    }
    void advance(std::ptrdiff_t count) { at_ += count; }

private:
    const Element* at_;
};

template <class Element, class Shown>
class NodeRange {
public:
    using iterator = NodeIterator<Element, Shown>;
    using const_iterator = iterator;

    NodeRange() = default;
    explicit NodeRange(const std::vector<Element>& elements) : elements_(&elements) {}
    iterator begin() const { return iterator{elements_ ? elements_->data() : nullptr}; }
    iterator end() const { return iterator{elements_ ? elements_->data() + size() : nullptr}; }
    std::size_t size() const { return elements_ ? elements_->size() : 0; }
    iterator find(const std::string& key) const requires std::same_as<Element, Member> {
        if (!elements_) return end();
        const auto found = std::ranges::find(*elements_, key, &Member::key);
        return iterator{elements_->data() + (found - elements_->begin())};
    }

private:
    const std::vector<Element>* elements_ = nullptr;
};

using NodeArray = NodeRange<Node, NodeAdapter>;
using NodeObject = NodeRange<Member, NodeMember>;

/// A plain scalar is what it is in JSON; one that is no JSON is of no type, and so breaks any rule.
class NodeValue {
public:
    explicit NodeValue(const Node& node) : node_(&node) {
        const auto* scalar = std::get_if<Scalar>(&node.value);
        if (!scalar) return;
        meaning_ = meaning_of(*scalar);
        whole_ = to_integer<std::int64_t>(*scalar);
    }

    valijson::adapters::FrozenValue* freeze() const;

    // NOLINTBEGIN(readability-identifier-naming): valijson calls them by these names.
    std::optional<NodeArray> getArrayOptional() const {
        return isArray() ? std::optional{NodeArray{as<Sequence>()}} : std::nullopt;
    }
    std::optional<NodeObject> getObjectOptional() const {
        return isObject() ? std::optional{NodeObject{as<Mapping>()}} : std::nullopt;
    }
    bool getArraySize(std::size_t& size) const {
        if (isArray()) size = as<Sequence>().size();
        return isArray();
    }
    bool getObjectSize(std::size_t& size) const {
        if (isObject()) size = as<Mapping>().size();
        return isObject();
    }
    bool getBool(bool& value) const {
        if (isBool()) value = to_boolean(as<Scalar>()).value_or(false);
        return isBool();
    }
    bool getDouble(double& value) const {
        if (isDouble()) value = to_real(as<Scalar>()).value_or(0);
        return isDouble();
    }
    bool getInteger(std::int64_t& value) const {
        value = whole_.value_or(0);
        return isInteger();
    }
    bool getString(std::string& value) const {
        if (isString()) value = as<Scalar>().text;
        return isString();
    }

    static bool hasStrictTypes() { return true; }
    bool isArray() const { return holds<Sequence>(); }
    bool isObject() const { return holds<Mapping>(); }
    bool isString() const { return holds<Scalar>() && as<Scalar>().quoted; }
    bool isNull() const { return meaning_ == Meaning::null; }
    bool isBool() const { return meaning_ == Meaning::boolean; }
    bool isInteger() const { return whole_.has_value(); }
    /// Also a whole number beyond 64 bits.
    bool isDouble() const {
        return meaning_ == Meaning::real || (meaning_ == Meaning::integer && !isInteger());
    }
    bool isNumber() const { return isInteger() || isDouble(); }
    // NOLINTEND(readability-identifier-naming)

private:
    template <class T>
    bool holds() const {
        return std::holds_alternative<T>(node_->value);
    }
    template <class T>
    const T& as() const {
        return std::get<T>(node_->value);
    }

    const Node* node_;
    std::optional<Meaning> meaning_;
    std::optional<std::int64_t> whole_;
};

class NodeAdapter : public valijson::adapters::BasicAdapter<NodeAdapter, NodeArray, NodeMember,
                                                            NodeObject, NodeValue> {
public:
    explicit NodeAdapter(const Node& node) : BasicAdapter(NodeValue{node}) {}
};

struct NodeMember {
    const std::string& first;
    NodeAdapter second;
};

class FrozenNode : public valijson::adapters::FrozenValue {
public:
    explicit FrozenNode(Node node) : node_(std::move(node)) {}
    FrozenValue* clone() const override { return new FrozenNode{node_}; }
    bool equalTo(const valijson::adapters::Adapter& other, bool strict) const override {
        return NodeAdapter{node_}.equalTo(other, strict);
    }

private:
    Node node_;
};

inline valijson::adapters::FrozenValue* NodeValue::freeze() const {
    return new FrozenNode{*node_};  // valijson owns it
}

template <class Element, class Shown>
Shown NodeIterator<Element, Shown>::operator*() const {
    if constexpr (std::same_as<Element, Member>)
        return {at_->key, NodeAdapter{at_->value}};
    else
        return NodeAdapter{*at_};
}

}  // namespace muster::codec
