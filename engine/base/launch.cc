#include "engine/base/launch.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string_view>

extern char** environ;

namespace muster {
namespace {

std::vector<std::string> places_of(const std::string& name) {
    if (name.empty() || name.find('/') != std::string::npos) return {name};
    const char* set = std::getenv("PATH");
    std::string_view path = set != nullptr ? set : "/bin:/usr/bin";
    std::vector<std::string> out;
    for (;;) {
        const auto end = std::min(path.find(':'), path.size());
        const std::string folder{path.substr(0, end)};
        out.push_back(folder.empty() ? "./" + name : folder + "/" + name);
        if (end == path.size()) return out;
        path.remove_prefix(end + 1);
    }
}

std::vector<std::string> variables_for(const Program& program) {
    std::vector<std::string> out;
    for (char** each = environ; each != nullptr && *each != nullptr; ++each) {
        const std::string entry{*each};
        const auto name = entry.substr(0, entry.find('='));
        if (std::ranges::find(program.withheld, name) == program.withheld.end() &&
            !program.environment.contains(name))
            out.push_back(entry);
    }
    for (const auto& [name, value] : program.environment) out.push_back(name + "=" + value);
    return out;
}

std::vector<char*> pointers_to(const std::vector<std::string>& words) {
    std::vector<char*> out;
    for (const auto& word : words) out.push_back(const_cast<char*>(word.c_str()));
    out.push_back(nullptr);
    return out;
}

}  // namespace

Launch::Launch(const Program& program)
    : program_(program),
      places_(places_of(program.argv.front())),
      variables_(variables_for(program)),
      argv_(pointers_to(program.argv)),
      environment_(pointers_to(variables_)) {}

int Launch::enter_folder() const {
    return program_.folder.empty() || ::chdir(program_.folder.c_str()) == 0 ? 0 : errno;
}

int Launch::become() const {
    int error = ENOENT;
    for (const auto& place : places_) {
        ::execve(place.c_str(), argv_.data(), environment_.data());
        if (errno == EACCES)
            error = EACCES;  // told where no later place has one that may be run
        else if (errno != ENOENT && errno != ENOTDIR && errno != ESTALE && errno != ENODEV &&
                 errno != ETIMEDOUT)
            return errno;
    }
    return error;
}

}  // namespace muster
