// Processes as the system tells of them, for tests that ask whether one is left.
#pragma once

#include <signal.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>

#include "engine/base/file.h"

namespace muster::test {

/// 0 until the file holds one.
inline pid_t pid_in(const fs::path& file) {
    pid_t pid = 0;
    std::string line;
    if (std::ifstream in{file}; std::getline(in, line) && !in.eof()) pid = std::stoi(line);
    return pid;
}

/// Waits for a program to write its pid and a line break.
inline pid_t await_pid(const fs::path& file) {
    for (int tries = 0; tries < 1000; ++tries) {
        if (const pid_t pid = pid_in(file); pid > 0) return pid;
        std::this_thread::sleep_for(std::chrono::milliseconds{10});
    }
    return 0;
}

inline bool is_alive(pid_t pid) {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
    std::string number, name, letter;
    return pid > 0 && (file >> number >> name >> letter) && letter != "Z" && letter != "X";
}

inline pid_t parent_of(pid_t pid) {
    std::ifstream file{"/proc/" + std::to_string(pid) + "/stat"};
    std::string number, name, letter;
    pid_t parent = 0;
    file >> number >> name >> letter >> parent;
    return parent;
}

/// Whether it has ended within so long; it is killed otherwise, so that no test leaves it.
inline bool ends_within(pid_t pid, std::chrono::milliseconds time) {
    const auto deadline = std::chrono::steady_clock::now() + time;
    while (is_alive(pid)) {
        if (std::chrono::steady_clock::now() > deadline) {
            ::kill(pid, SIGKILL);
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return true;
}

}  // namespace muster::test
