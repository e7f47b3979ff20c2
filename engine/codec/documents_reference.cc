#include <cctype>

#include "engine/codec/documents.h"
#include "engine/codec/reference.h"
#include "engine/model/policy.h"

namespace muster::codec {

template <Documented T>
std::string reference_of() {
    const std::string name{Document<T>::name};
    std::string title = name;
    title.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(title.front())));
    return fmt::format(
               "# {0} reference\n\n"
               "Every key of a {1}, from the tables that muster reads it by. Made by\n"
               "`muster schema {1} --reference`; a change here is lost.\n",
               title, name) +
           ReferenceBuilder{}.page<T>();
}

template std::string reference_of<Policy>();
template std::string reference_of<ScenarioSpec>();

}  // namespace muster::codec
