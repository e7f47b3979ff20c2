#include "engine/policy/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <unordered_map>

#include "engine/codec/overlay.h"
#include "engine/codec/tree_builder.h"
#include "engine/codec/yaml.h"
#include "engine/policy/fill.h"
#include "engine/policy/presets.h"

namespace muster::codec {
namespace {

constexpr std::size_t most_files = 64;
constexpr std::size_t longest_chain = 16;
constexpr std::size_t most_bytes = std::size_t{4} << 20U;  ///< of all files together
constexpr std::string_view preset_mark = "preset:";

void mark_source(Node& node, int source) {
    node.place.source = source;
    if (auto* sequence = std::get_if<Sequence>(&node.value))
        for (auto& item : *sequence) mark_source(item, source);
    if (auto* mapping = std::get_if<Mapping>(&node.value))
        for (auto& member : *mapping) {
            member.place.source = source;
            mark_source(member.value, source);
        }
}

bool same_text(const Node& left, const Node& right) {
    const auto* one = std::get_if<Scalar>(&left.value);
    const auto* other = std::get_if<Scalar>(&right.value);
    return one && other && one->text == other->text;
}

/// A name in a policy as the file it means: beside the file that names it.
std::string file_of(const std::string& named_in, const std::string& name) {
    if (name.starts_with(preset_mark)) return name;
    return (std::filesystem::path{named_in}.parent_path() / name).lexically_normal().string();
}

/// Reads the files of one policy; lives for one call of gather.
class Gatherer {
public:
    explicit Gatherer(const PolicyInputs& inputs) : inputs_(inputs) {}

    /// `file` with all it includes and extends. `named_at` is where another file
    /// names it.
    std::optional<Node> read_whole(const std::string& file, const Scalar* name,
                                   TextPlace named_at) {
        auto own = read_one(file, name, named_at);
        if (!own) return std::nullopt;
        chain_.push_back(file);
        auto whole = join(file, *std::move(own));
        chain_.pop_back();
        return whole;
    }

    Gathered take(std::optional<Node> root) {
        return {std::move(root), std::move(sources_), std::move(problems_)};
    }

private:
    void problem(TextPlace at, std::string path, std::string message, std::string hint) {
        problems_.push_back({sources_.at(static_cast<std::size_t>(at.source)).file, at.line,
                             at.column, std::move(path), std::move(message), std::move(hint)});
    }

    Result<std::string> text_of(const std::string& file) const {
        if (!file.starts_with(preset_mark)) return inputs_.read(file);
        const auto name = std::string_view{file}.substr(preset_mark.size());
        if (const auto text = preset_text(name)) return std::string{*text};
        return fail(ErrorCode::not_found, fmt::format("there is no preset {}", in_quotes(name)),
                    suggestion(name, preset_names()));
    }

    std::optional<Node> read_one(const std::string& file, const Scalar* name, TextPlace named_at) {
        if (name && std::ranges::find(chain_, file) != chain_.end()) {
            problem(named_at, "", fmt::format("{} is part of itself", in_quotes(file)),
                    fmt::format("the chain is {} -> {}", fmt::join(chain_, " -> "), file));
            return std::nullopt;
        }
        if (chain_.size() >= longest_chain || sources_.size() >= most_files) {
            problem(named_at, "",
                    fmt::format("more than {} files, or a chain of more than {}", most_files,
                                longest_chain),
                    "join some of them");
            return std::nullopt;
        }
        if (name && bytes_ > most_bytes) return std::nullopt;  // told once, at the first too many
        auto text = text_of(file);
        if (!text) {
            if (name)
                problem(named_at, "", text.error().message, text.error().hint);
            else
                problems_.push_back({file, 0, 0, "", text.error().message, text.error().hint});
            return std::nullopt;
        }
        bytes_ += text->size();
        if (name && bytes_ > most_bytes) {
            problem(named_at, "",
                    fmt::format("with {} the policy has more than {} MiB", in_quotes(file),
                                most_bytes >> 20U),
                    "is this the right file?");
            return std::nullopt;
        }
        const auto source = static_cast<int>(sources_.size());
        sources_.push_back({file, *std::move(text)});
        auto parsed = parse_yaml(sources_.back().text, file);
        if (auto* wrong = std::get_if<Problems>(&parsed)) {
            std::ranges::move(*wrong, std::back_inserter(problems_));
            return std::nullopt;
        }
        auto root = std::get<Node>(std::move(parsed));
        mark_source(root, source);
        return root;
    }

    /// Takes the key out of the mapping.
    static std::optional<Member> take_key(Mapping& mapping, std::string_view key) {
        const auto found = std::ranges::find(mapping, key, &Member::key);
        if (found == mapping.end()) return std::nullopt;
        auto out = std::move(*found);
        mapping.erase(found);
        return out;
    }

    /// The file that a value of `extends` or `include` names; nothing, and a
    /// problem, where it is no name.
    std::optional<std::string> named_file(const std::string& in, Node& value,
                                          const std::string& path) {
        auto* name = std::get_if<Scalar>(&value.value);
        if (name == nullptr || meaning_of(*name) != Meaning::text || name->text.empty()) {
            problem(value.place, path, fmt::format("expected a file, found {}", describe(value)),
                    "name a file, relative to this one");
            return std::nullopt;
        }
        Filler filler{inputs_.environment, nullptr};
        const auto filled = filler.fill(name->text);
        if (!filled) {
            problem(value.place, path, filled.error().message, filled.error().hint);
            return std::nullopt;
        }
        return file_of(in, *filled);
    }

    std::optional<Node> join(const std::string& file, Node own) {
        auto* mapping = std::get_if<Mapping>(&own.value);
        if (mapping == nullptr) return own;
        auto base = take_key(*mapping, "extends");
        auto parts = take_key(*mapping, "include");
        if (parts) add_parts(file, own, parts->value);
        if (!base) return own;
        const auto name = named_file(file, base->value, "extends");
        if (!name) return own;
        auto below = read_whole(*name, std::get_if<Scalar>(&base->value.value), base->value.place);
        return below ? overlay<Policy>(*std::move(below), own) : own;
    }

    void add_parts(const std::string& file, Node& own, Node& list) {
        auto* names = std::get_if<Sequence>(&list.value);
        if (names == nullptr)
            return problem(list.place, "include",
                           fmt::format("expected a list, found {}", describe(list)),
                           "write [FILE, …]");
        for (std::size_t i = 0; i < names->size() && problems_.size() < most_problems; ++i) {
            auto& value = (*names)[i];
            const auto name = named_file(file, value, item_path("include", i));
            if (!name) continue;
            if (auto part = read_whole(*name, std::get_if<Scalar>(&value.value), value.place))
                add_part(own, *std::move(part));
        }
    }

    /// Sections are joined entry by entry; nothing may stand twice, but for the
    /// language's version.
    void add_part(Node& own, Node part) {
        auto* into = std::get_if<Mapping>(&own.value);
        auto* from = std::get_if<Mapping>(&part.value);
        if (into == nullptr || from == nullptr)
            return problem(part.place, "",
                           fmt::format("expected a mapping, found {}", describe(part)),
                           "a part has sections of a policy, such as targets");
        for (auto& section : *from) {
            const auto here = std::ranges::find(*into, section.key, &Member::key);
            if (here == into->end()) {
                into->push_back(std::move(section));
                continue;
            }
            auto* entries = std::get_if<Mapping>(&here->value.value);
            auto* more = std::get_if<Mapping>(&section.value.value);
            if (section.key == "muster" && same_text(section.value, here->value)) continue;
            if (entries == nullptr || more == nullptr) {
                stands_twice(section, here->place, section.key);
                continue;
            }
            std::unordered_map<std::string, TextPlace> known;
            for (const auto& entry : *entries) known.emplace(entry.key, entry.place);
            for (auto& entry : *more) {
                if (problems_.size() >= most_problems) return;
                const auto there = known.find(entry.key);
                if (there == known.end())
                    entries->push_back(std::move(entry));
                else
                    stands_twice(entry, there->second, child_path(section.key, entry.key));
            }
        }
    }

    void stands_twice(const Member& second, TextPlace first, const std::string& path) {
        const auto& where = sources_.at(static_cast<std::size_t>(first.source)).file;
        problem(second.place, path,
                fmt::format("{} stands in {}:{} too", in_quotes(second.key), where, first.line),
                "keep one of them; only 'extends' lays one file over another");
    }

    const PolicyInputs& inputs_;
    std::vector<std::string> chain_;
    std::vector<PolicySource> sources_;
    Problems problems_;
    std::size_t bytes_ = 0;
};

}  // namespace

Gathered gather(const std::string& file, const PolicyInputs& inputs) {
    Gatherer gatherer{inputs};
    auto root = gatherer.read_whole(file, nullptr, {});
    return gatherer.take(std::move(root));
}

}  // namespace muster::codec
