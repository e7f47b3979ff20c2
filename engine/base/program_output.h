// What a program says, kept in a file of which only the end matters.
#pragma once

#include <string>

namespace muster {

/// A file without a name, not a pipe: a service that keeps its starter's output would die of a
/// closed pipe as soon as we end.
class ProgramOutput {
public:
    ProgramOutput();
    ~ProgramOutput();
    ProgramOutput(ProgramOutput&& other) noexcept;
    ProgramOutput& operator=(ProgramOutput&& other) noexcept;
    ProgramOutput(const ProgramOutput&) = delete;
    ProgramOutput& operator=(const ProgramOutput&) = delete;

    /// Not one of the standard ones. Negative where there is no room for a file: a service is not
    /// left stopped for that.
    int descriptor() const { return descriptor_; }

    /// Its last 4 KiB.
    std::string tail() const;

private:
    int descriptor_ = -1;
};

/// Gives back the disk of all but the end of such a file. Async-signal-safe.
void keep_output_short(int descriptor);

/// The same open file at a descriptor that no standard one and no small number of a guard's own
/// takes; the given one is closed. Negative stays negative.
int lifted_descriptor(int descriptor);

}  // namespace muster
