#include "engine/base/free_port.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace muster {

Result<int> free_port() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool found = socket >= 0 && ::bind(socket, plain, length) == 0 &&
                       ::getsockname(socket, plain, &length) == 0;
    const int error = errno;
    if (socket >= 0) ::close(socket);
    if (found) return ntohs(address.sin_port);
    return fail(ErrorCode::io,
                fmt::format("no free port of 127.0.0.1 is to be had: {}", std::strerror(error)),
                "look at what listens there: ss -ltn");
}

}  // namespace muster
