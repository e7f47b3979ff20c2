// Damage to the pages of one b-tree.
#pragma once

#include "drills/faults/database_pages.h"
#include "engine/model/fault.h"

namespace muster {

/// Of page_bit, index_bit, overflow_bit, value_bit, zeroed and swapped_pages, what damage_pages()
/// says of them; nothing for every other fault. `path` is the file of `pages`.
Result<std::optional<Injection>> damage_tree(Fault fault, DatabasePages& pages,
                                             const fs::path& path, Dice& dice);

}  // namespace muster
