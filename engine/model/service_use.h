// The service of a target, as a restore needs it; and what a restore did to it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/model/policy/probe_spec.h"

namespace muster {

/// Carries all that stopping and starting it needs.
struct ServiceUse {
    std::string name;
    ServiceSpec service;
    std::string folder;
    std::vector<std::string> withheld;
    bool left_alone = false;
    bool operator==(const ServiceUse&) const = default;
};
template <>
struct Fields<ServiceUse> {
    static constexpr std::string_view doc = "The service that works on the database.";
    static constexpr auto list = FieldList{
        required("name", &ServiceUse::name, "The target it is the service of."),
        required("service", &ServiceUse::service, "How it is stopped, started and asked."),
        required("folder", &ServiceUse::folder, "Where its programs are run."),
        required("withheld", &ServiceUse::withheld,
                 "Environment variables that its programs do not get: they tell of keys."),
        required("left_alone", &ServiceUse::left_alone,
                 "It is neither stopped nor started: --no-service.")};
};

enum class ServiceAct { stop, start, healthy };
template <>
struct Names<ServiceAct> {
    static constexpr std::array list{std::pair{ServiceAct::stop, std::string_view{"stop"}},
                                     std::pair{ServiceAct::start, std::string_view{"start"}},
                                     std::pair{ServiceAct::healthy, std::string_view{"healthy"}}};
};

struct ServiceCall {
    ServiceAct act = ServiceAct::stop;
    std::vector<std::string> argv;
    std::string url;
    std::optional<int> exit_status;
    bool succeeded = false;
    Duration elapsed{};
    std::string problem;
    bool operator==(const ServiceCall&) const = default;
};
template <>
struct Fields<ServiceCall> {
    static constexpr std::string_view doc = "What was done to a service once.";
    static constexpr auto list = FieldList{
        required("act", &ServiceCall::act,
                 "stop, start, or healthy: it was asked until it worked, or its time was over."),
        optional("argv", &ServiceCall::argv, "The program that was run, and its arguments."),
        optional("url", &ServiceCall::url, "What was asked instead."),
        optional("exit_status", &ServiceCall::exit_status,
                 "Of the program, the last time; left out where it did not end by itself."),
        required("succeeded", &ServiceCall::succeeded, "It did what it was to do."),
        required("elapsed", &ServiceCall::elapsed, "How long it took."),
        optional("problem", &ServiceCall::problem,
                 "Why it did not, with the last lines of the program's output.")};
};

struct ServiceHandled {
    std::string name;
    bool left_alone = false;
    std::vector<ServiceCall> calls;
    bool operator==(const ServiceHandled&) const = default;
};
template <>
struct Fields<ServiceHandled> {
    static constexpr std::string_view doc = "What was done to the service of a target.";
    static constexpr auto list =
        FieldList{required("name", &ServiceHandled::name, "The target it is the service of."),
                  required("left_alone", &ServiceHandled::left_alone,
                           "It was neither stopped nor started: --no-service."),
                  required("calls", &ServiceHandled::calls, "What was done to it, in order.")};
};

/// A service that a run was about to stop, and how it comes back: for whoever finds the run dead.
struct ServiceDown {
    std::string name;
    std::vector<std::string> start;
    std::string folder;
    bool operator==(const ServiceDown&) const = default;
};
template <>
struct Fields<ServiceDown> {
    static constexpr std::string_view doc = "A service, and how it is started.";
    static constexpr auto list =
        FieldList{required("name", &ServiceDown::name, "The target it is the service of."),
                  required("start", &ServiceDown::start, "Program and arguments that start it."),
                  required("folder", &ServiceDown::folder, "Where that is run.")};
};

/// "start it with: systemctl start shop (in /etc/muster)".
std::string how_to_start(const ServiceDown& service);

}  // namespace muster
