// What SQLite says when a database needs something of its application that is not here.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace muster {

/// "collation german", "function slug", "module vec0" or "tokenizer icu" out of SQLite's message;
/// nothing when it speaks of something else.
std::optional<std::string> missing_part(std::string_view message);

}  // namespace muster
