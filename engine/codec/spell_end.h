// How a program ended, for people and for JSON.
#pragma once

#include <string>

#include "engine/base/program.h"

namespace muster {

/// With its last lines: "exit status 5 after 0.2 s; its last words: Unit shop not found". Control
/// characters are left out, and what is no UTF-8 is replaced.
std::string spell_end(const ProgramEnd& end);

}  // namespace muster
