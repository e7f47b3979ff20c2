// Values for any type that has a field table: every field set, each value different from its
// neighbours, so that a field that is lost or swapped shows.
#pragma once

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/digest.h"
#include "engine/base/time.h"
#include "engine/codec/shapes.h"
#include "engine/model/expectation.h"
#include "engine/model/plan.h"

namespace muster {

enum class Fill {
    full,  ///< optionals hold a value, lists hold several
    lean,  ///< optionals and lists are empty
};

class Sampler {
public:
    explicit Sampler(Fill fill) : fill_(fill) {}

    template <class T>
    void fill(T& out) {
        using namespace codec;
        const int number = ++count_;
        if constexpr (is_optional<T>) {
            out.reset();
            if (fill_ == Fill::full) fill(out.emplace());
        } else if constexpr (is_list<T>) {
            out.clear();
            // Five, so that a list of variants holds every alternative.
            for (int i = 0; fill_ == Fill::full && i < 5; ++i) fill(out.emplace_back());
        } else if constexpr (is_map<T>) {
            out.clear();
            for (const auto* key : {"first", "second"}) fill(out[key]);
        } else if constexpr (is_variant<T>) {
            fill_alternative(out, std::make_index_sequence<std::variant_size_v<T>>{});
        } else if constexpr (Described<T>) {
            for_each_field<T>([&](const auto& field) { fill(out.*field.member); });
            if constexpr (HasChoice<T>) choose_one(out, number);
        } else if constexpr (std::same_as<T, bool>) {
            out = fill_ == Fill::full;
        } else if constexpr (std::is_arithmetic_v<T>) {
            out = static_cast<T>(number);
        } else if constexpr (std::same_as<T, Bytes>) {
            out = Bytes{(std::uint64_t{1} << 53U) + static_cast<std::uint64_t>(number)};
        } else if constexpr (std::same_as<T, std::string>) {
            out = fmt::format("text {} \"quoted\" \\ \n\t \x01 äöü 日本", number);
        } else if constexpr (std::same_as<T, Time>) {
            out = Time{std::chrono::seconds{1'700'000'000 + number}};
        } else if constexpr (std::same_as<T, Duration>) {
            out = Duration{1'000 + number};
        } else if constexpr (std::same_as<T, Sha256>) {
            out = sha256_of(std::to_string(number));
        } else if constexpr (std::same_as<T, Expectation>) {
            out = {static_cast<Expectation::Relation>(number % 6), std::to_string(number)};
        } else if constexpr (std::same_as<T, JsonText>) {
            out.text = fmt::format("{{\"n\":{},\"list\":[true,null,\"x\"]}}", number);
        } else if constexpr (std::same_as<T, Cron>) {
            out = *TextForm<Cron>::parse(fmt::format("{} 2 * * mon-fri", number % 60));
        } else if constexpr (std::same_as<T, MonthDay>) {
            out = {MonthDay::Kind::day, number % 28 + 1, std::chrono::weekday{0U}};
        } else if constexpr (std::same_as<T, TimeOfDay>) {
            out = {std::chrono::minutes{number % (24 * 60)}};
        } else if constexpr (std::same_as<T, TimeWindow>) {
            out = {{std::chrono::minutes{number % 60}}, {std::chrono::minutes{60 + number % 60}}};
        } else if constexpr (std::same_as<T, DateSpan>) {
            out = *TextForm<DateSpan>::parse(fmt::format("2026-12-{:02}", number % 31 + 1));
        } else if constexpr (std::same_as<T, KeyPlace>) {
            out = {fmt::format("file:/keys/{}", number)};
        } else if constexpr (std::same_as<T, Shard>) {
            out = {number, number + 1};
        } else {
            static_assert(Named<T>, "teach the sampler this type");
            constexpr auto& names = Names<T>::list;
            out = names[static_cast<std::size_t>(number) % names.size()].first;
        }
    }

private:
    /// One of the keys of a choice is given, also where little is filled in.
    template <class T>
    void choose_one(T& out, int number) {
        const auto chosen =
            Fields<T>::one_of[static_cast<std::size_t>(number) % Fields<T>::one_of.size()];
        for_each_field<T>([&](const auto& field) {
            if (std::ranges::find(Fields<T>::one_of, field.name) == Fields<T>::one_of.end()) return;
            out.*field.member = {};
            if (field.name != chosen) return;
            Sampler whole{Fill::full};
            whole.count_ = number;
            whole.fill(out.*field.member);
        });
    }

    template <class Variant, std::size_t... Index>
    void fill_alternative(Variant& out, std::index_sequence<Index...>) {
        const auto wanted = alternative_++ % sizeof...(Index);
        ((Index == wanted ? fill(out.template emplace<Index>()) : void()), ...);
    }

    Fill fill_;
    int count_ = 0;
    std::size_t alternative_ = 0;
};

template <class T>
T sample(Fill fill) {
    T value{};
    Sampler{fill}.fill(value);
    return value;
}

}  // namespace muster
