// A database that is to be copied, and where to.
#pragma once

#include "engine/sqlite/copy.h"
#include "tests/support/database_files.h"
#include "tests/support/temp_folder.h"

namespace muster::test {

struct CopyScene {
    TempFolder folder;
    fs::path data = folder / "data";
    fs::path db = data / "app.db";
    fs::path out = folder / "out";
    fs::path copy = out / "copy.db";
    CopyOptions options;
    CopyScene() {
        fs::create_directories(data);
        fs::create_directories(out);
        options.scratch = folder / "scratch";
        options.wait = std::chrono::seconds{5};
    }
    std::size_t files_out() const {
        return static_cast<std::size_t>(
            std::distance(fs::directory_iterator{out}, fs::directory_iterator{}));
    }
};

}  // namespace muster::test
