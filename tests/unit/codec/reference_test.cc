#include "engine/codec/reference.h"

#include <catch2/catch.hpp>

#include "engine/base/time.h"

namespace muster {
namespace {

enum class Colour { red, blue };

struct Sail {
    int area = 1;
};
struct Row {
    int oars = 2;
};
struct Trip {
    std::variant<Sail, Row> by;
};

struct Rope {
    std::vector<std::string> names;
    std::optional<Duration> lasts;
};

struct Boat {
    std::string name;
    std::optional<std::string> sail;
    std::vector<std::string> oars;
    Colour colour = Colour::blue;
    Duration trip = std::chrono::hours{4};
    std::vector<Colour> flags{Colour::red};
    bool afloat = true;
    Bytes hold;
    Rope rope;
    std::map<std::string, Rope> spare;
    std::optional<int> crew;
};

}  // namespace

template <>
struct Names<Colour> {
    static constexpr std::array list{std::pair{Colour::red, std::string_view{"red"}},
                                     std::pair{Colour::blue, std::string_view{"blue"}}};
};
template <>
struct Kind<Sail> {
    static constexpr std::string_view name = "under_sail";
};
template <>
struct Fields<Sail> {
    static constexpr std::string_view doc = "With the wind.";
    static constexpr auto list = FieldList{optional("area", &Sail::area, "Square metres.")};
};
template <>
struct Kind<Row> {
    static constexpr std::string_view name = "rowed";
};
template <>
struct Fields<Row> {
    static constexpr std::string_view doc = "By hand.";
    static constexpr auto list = FieldList{optional("oars", &Row::oars, "How many.")};
};
template <>
struct Fields<Trip> {
    static constexpr std::string_view doc = "A trip.";
    static constexpr auto list = FieldList{required("by", &Trip::by, "How.")};
};
template <>
struct Fields<Rope> {
    static constexpr std::string_view doc = "A rope | or a line.";
    static constexpr std::string_view shorthand = "names";
    static constexpr std::string_view instead = "write { names: [NAME] }";
    static constexpr auto list =
        FieldList{optional("names", &Rope::names, "Names, * and ? allowed."),
                  optional("lasts", &Rope::lasts, "See https://example.org/a_b; or not.")};
};
template <>
struct Fields<Boat> {
    static constexpr std::string_view doc = "A boat.";
    static constexpr std::array one_of{std::string_view{"sail"}, std::string_view{"oars"}};
    static constexpr auto list = FieldList{required("name", &Boat::name, "Its name."),
                                           optional("sail", &Boat::sail, "The sail."),
                                           optional("oars", &Boat::oars, "The oars."),
                                           optional("colour", &Boat::colour, "Its colour."),
                                           optional("trip", &Boat::trip, "How long."),
                                           optional("flags", &Boat::flags, "Flags."),
                                           optional("afloat", &Boat::afloat, "Whether it swims."),
                                           optional("hold", &Boat::hold, "Room."),
                                           optional("rope", &Boat::rope, "The rope."),
                                           optional("spare", &Boat::spare, "Others, by name."),
                                           required("crew", &Boat::crew, "Heads.")};
};

TEST_CASE("the reference page tells every key of every struct once", "[codec]") {
    CHECK(codec::ReferenceBuilder{}.page<Boat>() == R"(
## Boat

A boat.

Choice: exactly one of `sail`, `oars` is given.

| key | type | default | what it is |
|---|---|---|---|
| `name` | text | required | Its name. |
| `sail` | text | choice | The sail. |
| `oars` | list: text | choice | The oars. |
| `colour` | `red`, `blue` | `"blue"` | Its colour. |
| `trip` | a duration such as 4h, 30m or 200ms | `"4h"` | How long. |
| `flags` | list: `red`, `blue` | `["red"]` | Flags. |
| `afloat` | true or false | `true` | Whether it swims. |
| `hold` | bytes such as 4096, 16MiB or 1.5GiB | `0` | Room. |
| `rope` | [Rope](#rope) | its defaults | The rope. |
| `spare` | mapping of names: [Rope](#rope) | none | Others, by name. |
| `crew` | whole number | required, may be null | Heads. |

## Rope

A rope \| or a line.

Shorthand: the value of `names` may stand for the whole mapping.

Always a mapping: write { names: \[NAME\] }.

| key | type | default | what it is |
|---|---|---|---|
| `names` | list: text | none | Names, \* and ? allowed. |
| `lasts` | a duration such as 4h, 30m or 200ms | none | See `https://example.org/a_b`; or not. |
)");
}

TEST_CASE("the alternatives of a variant have sections that tell their kind", "[codec]") {
    CHECK(codec::ReferenceBuilder{}.page<Trip>() == R"(
## Trip

A trip.

| key | type | default | what it is |
|---|---|---|---|
| `by` | [Sail under\_sail](#sail-under_sail) or [Row rowed](#row-rowed) | required | How. |

## Sail under\_sail

With the wind.

| key | type | default | what it is |
|---|---|---|---|
| `kind` | `under_sail` | required | Tells the alternatives apart. |
| `area` | whole number | `1` | Square metres. |

## Row rowed

By hand.

| key | type | default | what it is |
|---|---|---|---|
| `kind` | `rowed` | required | Tells the alternatives apart. |
| `oars` | whole number | `2` | How many. |
)");
}

}  // namespace muster
