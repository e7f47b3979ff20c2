// One line of a run's journal.
#pragma once

#include <optional>
#include <string>

#include "engine/model/record.h"

namespace muster {

enum class EventKind {
    run_started,
    found,
    step_started,
    service_stopping,
    service_started,
    act_started,
    act_finished,
    step_finished,
    run_finished
};
template <>
struct Names<EventKind> {
    static constexpr std::array list{
        std::pair{EventKind::run_started, std::string_view{"run_started"}},
        std::pair{EventKind::found, std::string_view{"found"}},
        std::pair{EventKind::step_started, std::string_view{"step_started"}},
        std::pair{EventKind::service_stopping, std::string_view{"service_stopping"}},
        std::pair{EventKind::service_started, std::string_view{"service_started"}},
        std::pair{EventKind::act_started, std::string_view{"act_started"}},
        std::pair{EventKind::act_finished, std::string_view{"act_finished"}},
        std::pair{EventKind::step_finished, std::string_view{"step_finished"}},
        std::pair{EventKind::run_finished, std::string_view{"run_finished"}}};
};

struct Event {
    std::int64_t sequence = 0;
    Time at{};
    EventKind kind = EventKind::run_started;
    std::string step;
    std::string message;
    std::optional<RunHead> head;
    std::optional<ServiceDown> service;
    std::optional<DrilledStep> act;
    std::optional<Outcome> outcome;
    bool operator==(const Event&) const = default;
};
template <>
struct Fields<Event> {
    static constexpr std::string_view doc =
        "One line of a run's journal; what was done is synced to disk before the work goes on.";
    static constexpr auto list = FieldList{
        required("sequence", &Event::sequence, "Line number, from 1."),
        required("at", &Event::at, "UTC."),
        required("kind", &Event::kind, "What happened."),
        optional("step", &Event::step, "Id of the step."),
        optional("message", &Event::message, "For people."),
        optional("head", &Event::head, "With run_started: what is known of the run."),
        optional("service", &Event::service,
                 "With service_stopping and service_started: the service."),
        optional("act", &Event::act, "With act_started and act_finished: the step of a rehearsal."),
        optional("outcome", &Event::outcome, "With step_finished: what the step did.")};
};

}  // namespace muster
