// Two states of a database and what lies between them.
#pragma once

#include <random>

#include "engine/snapshot/delta/delta_file.h"
#include "engine/snapshot/delta/merkle.h"
#include "tests/support/artifacts.h"
#include "tests/support/temp_folder.h"

namespace muster::test {

inline std::string_view page_of(const std::string& content, std::uint64_t number,
                                std::uint32_t page_size) {
    return std::string_view{content}.substr((number - 1) * page_size, page_size);
}

inline PageNumbers changed_pages(const std::string& former, const std::string& latter,
                                 std::uint32_t page_size) {
    PageNumbers out;
    for (std::uint32_t number = 1; number <= latter.size() / page_size; ++number)
        if (std::uint64_t{number} * page_size > former.size() ||
            page_of(former, number, page_size) != page_of(latter, number, page_size))
            out.push_back(number);
    return out;
}

inline DeltaFacts facts_between(const std::string& former, const std::string& latter,
                                std::uint32_t page_size) {
    DeltaFacts facts;
    facts.page_size = page_size;
    facts.pages = latter.size() / page_size;
    facts.former_pages = former.size() / page_size;
    facts.former_sha256 = sha256_of(former);
    facts.latter_sha256 = sha256_of(latter);
    MerkleRoot root;
    for (std::uint64_t number = 1; number <= facts.pages; ++number) {
        const auto page = page_of(latter, number, page_size);
        root.add(leaf_of(std::as_bytes(std::span{page.data(), page.size()})));
    }
    facts.merkle_root = root.finish();
    return facts;
}

/// A state that came of another one of pages of so many bytes, by what databases do to them.
inline std::string changed_by_chance(std::string content, std::size_t page,
                                     std::mt19937_64& random) {
    const auto below = [&](std::size_t most) { return static_cast<std::size_t>(random() % most); };
    for (auto turns = below(6); turns > 0; --turns) {
        const auto pages = content.size() / page;
        switch (pages == 0 ? 5 : below(7)) {
            case 0: content[below(content.size())] = static_cast<char>(random()); break;
            case 1: {  // a page moves
                const auto from = below(pages) * page;
                content += content.substr(from, page);
                content.replace(from, page, noise(page, static_cast<unsigned>(random())));
                break;
            }
            case 2: {  // everything behind a place shifts
                content.insert(below(content.size()), prose(1 + below(40)));
                content.resize(content.size() / page * page);
                break;
            }
            case 3: content.resize(below(pages + 1) * page); break;
            case 4: content.replace(below(pages) * page, page, page, '\0'); break;
            case 5: content += prose(page * (1 + below(5))); break;
            default:
                std::ranges::rotate(
                    content, content.begin() + static_cast<std::ptrdiff_t>(below(pages) * page));
                break;
        }
    }
    return content;
}

/// Former, latter and delta as files of one folder.
struct DeltaScene {
    TempFolder folder;
    std::string former, latter;
    std::uint32_t page_size;

    DeltaScene(std::string before, std::string after, std::uint32_t size)
        : former(std::move(before)), latter(std::move(after)), page_size(size) {
        write_all(folder / "former", former);
        write_all(folder / "latter", latter);
    }

    Result<> write(const DeltaOptions& options = {}) const {
        fs::remove(folder / "delta");
        MUSTER_TRY(const auto from, File::open_read(folder / "former"));
        MUSTER_TRY(const auto to, File::open_read(folder / "latter"));
        MUSTER_TRY(auto artifact, File::create(folder / "delta"));
        const auto state = file_state(from, {former.size()});
        return write_delta(*state, to, changed_pages(former, latter, page_size),
                           facts_between(former, latter, page_size), artifact, options);
    }

    /// The latter state, made of the former's file and the delta's.
    Result<std::string> apply() const {
        MUSTER_TRY(const auto from, File::open_read(folder / "former"));
        MUSTER_TRY(const auto artifact, File::open_read(folder / "delta"));
        MUSTER_TRY(const auto index, read_delta_index(artifact));
        auto out = former;
        out.resize(index.facts.pages * index.facts.page_size);
        const auto state = file_state(from, {index.facts.former_pages * index.facts.page_size});
        FormerBytes bytes{*state};
        for (const auto& frame : index.frames) {
            MUSTER_TRY(const auto pages, read_delta_frame(artifact, index, frame, bytes));
            for (std::size_t i = 0; i < frame.pages.size(); ++i)
                out.replace((std::uint64_t{frame.pages[i]} - 1) * page_size, page_size,
                            reinterpret_cast<const char*>(pages.data()) + i * page_size, page_size);
        }
        return out;
    }
    std::uintmax_t bytes() const { return fs::file_size(folder / "delta"); }
};

}  // namespace muster::test
