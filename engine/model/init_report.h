// What `init` found in a folder, and the targets it made of it.
#pragma once

#include <string>
#include <vector>

#include "engine/base/bytes.h"
#include "engine/base/fields.h"

namespace muster {

struct FoundDatabase {
    std::string path;  ///< below the folder that was looked through
    Bytes bytes;
    /// Nothing else in its folder has its extension: a pattern would match databases only.
    bool uniform = false;

    bool operator==(const FoundDatabase&) const = default;
};
template <>
struct Fields<FoundDatabase> {
    static constexpr std::string_view doc = "A database that was found.";
    static constexpr auto list =
        FieldList{required("path", &FoundDatabase::path, "Where it lies, below the folder."),
                  required("bytes", &FoundDatabase::bytes, "Length of its main file."),
                  required("uniform", &FoundDatabase::uniform,
                           "Every file of its folder with its extension is a database too.")};
};

struct StarterTarget {
    std::string name;  ///< a good name, unique among the targets
    std::string
        sqlite;  ///< path or pattern, relative to the policy file, as a file name is spelled
    std::vector<FoundDatabase> databases;

    bool operator==(const StarterTarget&) const = default;
};
template <>
struct Fields<StarterTarget> {
    static constexpr std::string_view doc = "A target of the starter policy.";
    static constexpr auto list = FieldList{
        required("name", &StarterTarget::name, "Name of the target."),
        required("sqlite", &StarterTarget::sqlite,
                 "Its path or pattern, relative to the policy file."),
        required("databases", &StarterTarget::databases, "The databases it stands for now.")};
};

struct InitReport {
    std::string folder;  ///< absolute
    std::string policy;  ///< the file that was written; empty when the policy was only printed
    std::vector<StarterTarget> targets;
    std::vector<std::string> notes;

    bool operator==(const InitReport&) const = default;
};
template <>
struct Fields<InitReport> {
    static constexpr std::string_view doc = "What init found, and the policy it wrote.";
    static constexpr auto list =
        FieldList{required("folder", &InitReport::folder, "The folder that was looked through."),
                  optional("policy", &InitReport::policy,
                           "The policy file that was written; empty when the policy was printed."),
                  required("targets", &InitReport::targets, "The targets of the policy."),
                  required("notes", &InitReport::notes,
                           "What was not looked at, not followed or left out, and why.")};
};

}  // namespace muster
