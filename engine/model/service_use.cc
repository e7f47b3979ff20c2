#include "engine/model/service_use.h"

#include <fmt/format.h>

#include "engine/model/command_line.h"

namespace muster {

std::string how_to_start(const ServiceDown& service) {
    return fmt::format("start it with: {} (in {})", command_line(service.start), service.folder);
}

}  // namespace muster
