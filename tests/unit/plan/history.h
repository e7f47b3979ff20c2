// A history of one target in one store, and what becomes of it.
#pragma once

#include <initializer_list>

#include "engine/plan/retention.h"
#include "tests/support/world.h"

namespace muster::test {

using Texts = std::vector<std::string>;

inline const Time history_now = at("2026-11-20T10:00:00Z");

inline Texts texts_of(const std::vector<Reason>& reasons) {
    Texts out;
    for (const auto& reason : reasons) out.push_back(reason.text);
    return out;
}

/// At history_now, in UTC and with proof asked for unless a test says else. Snapshots are named by
/// their times.
class History {
public:
    explicit History(std::vector<SnapshotFacts> all) : all_(std::move(all)) {}
    History(std::initializer_list<std::string> times) {
        for (const auto& time : times) all_.push_back(snapshot_at(time));
    }

    SnapshotFacts& operator[](std::size_t i) { return all_[i]; }

    /// Points into this history.
    std::vector<Retained> retained(const KeepSpec& keep, const Zone& zone = {},
                                   bool need_proof = true) const {
        std::vector<const SnapshotFacts*> group;
        for (const auto& each : all_) group.push_back(&each);
        return retain({keep, zone, history_now, need_proof}, group);
    }
    Texts kept(const KeepSpec& keep, const Zone& zone = {}, bool need_proof = true) const {
        Texts out;
        for (const auto& each : retained(keep, zone, need_proof))
            if (each.stays) out.push_back(format_time(each.snapshot->created_at));
        return out;
    }
    Texts reasons(const KeepSpec& keep, const std::string& time, const Zone& zone = {}) const {
        for (const auto& each : retained(keep, zone))
            if (each.snapshot->created_at == at(time)) return texts_of(each.reasons);
        return {"no such snapshot"};
    }

private:
    std::vector<SnapshotFacts> all_;
};

/// One a day at noon UTC, the newest on 19 November 2026, each of 10 bytes.
inline History daily_history(int count) {
    std::vector<SnapshotFacts> out;
    for (int i = 0; i < count; ++i) {
        out.push_back(snapshot_at(format_time(at("2026-11-19T12:00:00Z") - std::chrono::days{i})));
        out.back().bytes = Bytes{10};
    }
    return History{std::move(out)};
}

}  // namespace muster::test
