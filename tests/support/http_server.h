// A real HTTP server beside the test, one caller at a time.
#pragma once

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>

#include "tests/support/child.h"

namespace muster::test {

class HttpServer {
public:
    using Answer = std::function<void(int caller, const std::string& request)>;

    explicit HttpServer(const Answer& answer)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto* plain = reinterpret_cast<sockaddr*>(&address);
        if (::bind(socket_, plain, length) != 0 || ::listen(socket_, 8) != 0 ||
            ::getsockname(socket_, plain, &length) != 0)
            throw std::runtime_error("no port to listen on");
        port_ = ntohs(address.sin_port);
        server_.emplace([this, answer](const Child::Ready& ready) {
            ready();
            for (;;) {
                const int caller = ::accept(socket_, nullptr, nullptr);
                answer(caller, request_of(caller));
                ::close(caller);
            }
        });
    }
    ~HttpServer() { ::close(socket_); }
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(port_) + path;
    }

    static void send(int caller, const std::string& text) {
        static_cast<void>(::send(caller, text.data(), text.size(), MSG_NOSIGNAL));
    }

    static std::string whole(const std::string& head, const std::string& body) {
        return "HTTP/1.1 " + head + "\r\nContent-Length: " + std::to_string(body.size()) +
               "\r\nConnection: close\r\n\r\n" + body;
    }

    /// The same bytes to everybody.
    static Answer always(const std::string& head, const std::string& body) {
        return [text = whole(head, body)](int caller, const std::string&) { send(caller, text); };
    }

private:
    static std::string request_of(int caller) {
        std::string out;
        std::size_t wanted = std::string::npos;
        while (out.size() < wanted) {
            std::array<char, 4096> piece{};
            const auto length = ::read(caller, piece.data(), piece.size());
            if (length <= 0) break;
            out.append(piece.data(), static_cast<std::size_t>(length));
            const auto end = out.find("\r\n\r\n");
            if (wanted != std::string::npos || end == std::string::npos) continue;
            const std::string key = "Content-Length: ";
            const auto at = out.find(key);
            wanted = end + 4 + (at < end ? std::stoul(out.substr(at + key.size())) : 0);
        }
        return out;
    }

    int socket_;
    int port_ = 0;
    std::optional<Child> server_;
};

}  // namespace muster::test
