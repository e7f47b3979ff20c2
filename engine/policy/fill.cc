#include "engine/policy/fill.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/codec/nearest.h"
#include "engine/codec/tree_builder.h"

namespace muster::codec {
namespace {

constexpr std::size_t longest_text = std::size_t{64} << 10U;
constexpr std::size_t deepest = 16;

bool is_variable_name(std::string_view name) {
    const auto letter = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    };
    return !name.empty() && letter(name.front()) &&
           std::ranges::all_of(name, [&](char c) { return letter(c) || (c >= '0' && c <= '9'); });
}

/// Past the brace that closes what begins at `from`; npos where none does.
std::size_t end_of_braces(std::string_view text, std::size_t from) {
    int open = 1;
    for (std::size_t at = from; at < text.size(); ++at) {
        if (text.substr(at).starts_with("${")) {
            ++open;
            ++at;
        } else if (text[at] == '}' && --open == 0) {
            return at + 1;
        }
    }
    return std::string_view::npos;
}

Failure wrong(std::string message, std::string hint) {
    return fail(ErrorCode::invalid_policy, std::move(message), std::move(hint));
}

}  // namespace

Result<std::string> Filler::fill(std::string_view text) {
    std::string out;
    while (true) {
        const auto at = text.find("${");
        if (at == std::string_view::npos) return out + std::string{text};
        const bool escaped = at > 0 && text[at - 1] == '$';
        out += text.substr(0, escaped ? at - 1 : at);
        if (escaped) {
            out += "${";
            text.remove_prefix(at + 2);
            continue;
        }
        const auto end = end_of_braces(text, at + 2);
        if (end == std::string_view::npos)
            return wrong("\"${\" has no closing brace", "write $${ where it stands for itself");
        MUSTER_TRY(const auto value, fill_one(text.substr(at + 2, end - at - 3)));
        out += value;
        if (out.size() > longest_text)
            return wrong(
                fmt::format("what is filled in is longer than {} KiB", longest_text >> 10U),
                "do vars name each other many times?");
        text.remove_prefix(end);
    }
}

Result<std::string> Filler::fill_one(std::string_view inside) {
    const auto mark = inside.find(":-");
    const auto name = inside.substr(0, mark);
    if (!is_variable_name(name))
        return wrong(fmt::format("{} is no name of a variable", in_quotes(name)),
                     "write ${NAME} or ${NAME:-default}; $${ stands for itself");
    return value_of(std::string{name}, mark == std::string_view::npos
                                           ? std::nullopt
                                           : std::optional{inside.substr(mark + 2)});
}

Result<std::string> Filler::value_of(const std::string& name,
                                     std::optional<std::string_view> otherwise) {
    if (const auto found = known_.find(name); found != known_.end()) return found->second;
    if (under_way_.size() >= deepest || !under_way_.insert(name).second)
        return wrong(fmt::format("${{{}}} stands for itself, or for a chain of more than {} vars",
                                 name, deepest),
                     fmt::format("the chain holds {}", fmt::join(under_way_, ", ")));
    const auto* var = vars_ ? find(*vars_, name) : nullptr;
    const auto* written = var ? std::get_if<Scalar>(&var->value) : nullptr;
    const auto finish = [&](Result<std::string> value) {
        under_way_.erase(name);
        return value;
    };
    if (written) {
        auto value = fill(written->text);
        if (value) known_[name] = *value;
        return finish(std::move(value));
    }
    const auto set = environment_ ? environment_(name) : std::nullopt;
    if (set && (!set->empty() || !otherwise)) return finish(*set);
    if (otherwise) return finish(fill(*otherwise));
    Words known;
    if (vars_)
        for (const auto& each : *vars_) known.push_back(each.key);
    const auto close = nearest(name, known);
    return finish(wrong(
        fmt::format("{} is no var of the policy, and not set in the environment", in_quotes(name)),
        close ? fmt::format("did you mean \"{}\"?", *close)
              : fmt::format("set it, or give a default: ${{{}:-…}}", name)));
}

namespace {

constexpr std::size_t most_filled = std::size_t{4} << 20U;

class TreeFiller {
public:
    TreeFiller(Filler& filler, const std::vector<PolicySource>& sources, Problems& problems,
               std::map<std::string, std::string>& filled)
        : filler_(filler), sources_(sources), problems_(problems), filled_(filled) {}

    void visit(Node& node, const std::string& path) {
        if (auto* sequence = std::get_if<Sequence>(&node.value)) {
            for (std::size_t i = 0; i < sequence->size(); ++i)
                visit((*sequence)[i], item_path(path, i));
        } else if (auto* mapping = std::get_if<Mapping>(&node.value)) {
            for (auto& member : *mapping) visit(member.value, child_path(path, member.key));
        } else if (auto& scalar = std::get<Scalar>(node.value);
                   scalar.text.find("${") != std::string::npos) {
            fill(scalar, node.place, path);
        }
    }

private:
    void fill(Scalar& scalar, TextPlace at, const std::string& path) {
        if (total_ > most_filled || problems_.size() >= most_problems) return;
        auto value = filler_.fill(scalar.text);
        if (!value) {
            problems_.push_back({sources_.at(static_cast<std::size_t>(at.source)).file, at.line,
                                 at.column, path, value.error().message, value.error().hint});
            return;
        }
        total_ += value->size();
        if (total_ > most_filled) {
            problems_.push_back({sources_.at(static_cast<std::size_t>(at.source)).file, at.line,
                                 at.column, path, "all that is filled in is longer than 4 MiB",
                                 ""});
            return;
        }
        filled_[path] = std::move(scalar.text);
        scalar = {*std::move(value), false, true};
    }

    Filler& filler_;
    const std::vector<PolicySource>& sources_;
    Problems& problems_;
    std::map<std::string, std::string>& filled_;
    std::size_t total_ = 0;
};

}  // namespace

void fill_tree(Node& root, const PolicyInputs& inputs, const std::vector<PolicySource>& sources,
               Problems& problems, std::map<std::string, std::string>& filled) {
    auto* sections = std::get_if<Mapping>(&root.value);
    if (sections == nullptr) return;
    const auto* vars = find(*sections, "vars");
    Filler filler{inputs.environment, vars ? std::get_if<Mapping>(&vars->value) : nullptr};
    TreeFiller visitor{filler, sources, problems, filled};
    for (auto& section : *sections)
        if (section.key != "vars") visitor.visit(section.value, child_path("", section.key));
}

}  // namespace muster::codec
