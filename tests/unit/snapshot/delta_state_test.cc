#include "engine/snapshot/delta/delta_state.h"

#include <catch2/catch.hpp>

#include <deque>
#include <thread>

#include "engine/snapshot/delta/look_through.h"
#include "tests/support/deltas.h"

namespace muster {

using namespace test;

namespace {

constexpr std::uint32_t state_page = 512;

/// States that came of each other: the first one as a file, each other one as a delta.
struct Chain {
    TempFolder folder;
    std::vector<std::string> states;
    std::deque<File> files;         ///< they stay where they are
    mutable std::deque<File> made;  ///< pages of the states that were asked for

    Chain(std::size_t length, unsigned seed)
        : states{noise(state_page * 900, seed) + prose(state_page * 900)} {  // several frames
        write_all(folder / "0", states.front());
        files.push_back(*File::open_read(folder / "0"));
        std::mt19937_64 random{seed};
        while (states.size() < length) add(changed_by_chance(states.back(), state_page, random));
    }
    fs::path path(std::size_t number) const { return folder / std::to_string(number); }

    void add(std::string latter) {
        const auto number = states.size();
        write_all(folder / "latter", latter);
        const auto to = File::open_read(folder / "latter");
        auto artifact = File::create(path(number));
        const auto former = state(number - 1);
        REQUIRE(former);
        const auto written =
            write_delta(**former, *to, changed_pages(states.back(), latter, state_page),
                        facts_between(states.back(), latter, state_page), *artifact, {2, {}});
        if (!written) FAIL(written.error().text());
        files.push_back(*File::open_read(path(number)));
        states.push_back(std::move(latter));
    }
    Result<std::unique_ptr<DatabaseState>> state(std::size_t number) const {
        fs::remove(folder / "pages");
        made.push_back(*File::create(folder / "pages"));
        auto below = file_state(files[0], {states[0].size()});
        for (std::size_t i = 1; i <= number; ++i) {
            MUSTER_TRY(const auto index, read_delta_index(files[i]));
            MUSTER_TRY(below, delta_state(files[i], index, std::move(below), made.back()));
        }
        return below;
    }
    Result<std::string> whole(std::size_t number) const {
        MUSTER_TRY(const auto top, state(number));
        std::string out;
        out.resize(static_cast<std::size_t>(top->size().count));
        MUSTER_CHECK(look_through(*top, [&](std::uint64_t offset, PieceView piece) -> Result<> {
            std::ranges::copy(piece,
                              std::as_writable_bytes(std::span{out}).subspan(offset).begin());
            return {};
        }));
        return proven(number, *top, std::move(out));
    }
    /// The same, by writing one state over the other.
    Result<std::string> written(std::size_t number) const {
        const auto content = folder / "content", spare = folder / "spare";
        for (const auto& path : {content, spare}) fs::remove(path);
        fs::copy_file(path(0), content);
        MUSTER_TRY(auto file, File::open_read_write(content));
        MUSTER_TRY(auto pages, File::create(spare));
        for (std::size_t i = 1; i <= number; ++i) {
            MUSTER_TRY(const auto index, read_delta_index(files[i]));
            MUSTER_CHECK(apply_delta(files[i], index, file, pages));
        }
        MUSTER_TRY(const auto bytes, file.size());
        return proven(number, *file_state(file, bytes), read_all(content));
    }
    Result<std::string> proven(std::size_t number, const DatabaseState& state,
                               std::string content) const {
        std::size_t leaves = 0;
        const auto count = [&](std::span<const Sha256> some) -> Result<> {
            leaves += some.size();
            return {};
        };
        MUSTER_TRY(const auto root, merkle_root_of(state, state_page, count));
        if (root == facts_between("", states[number], state_page).merkle_root &&
            leaves == content.size() / state_page)
            return content;
        return fail(ErrorCode::damaged, "another root", "");
    }
};

std::string part_of(const DatabaseState& state, std::size_t offset, std::size_t count) {
    std::string out(count, '?');
    const auto read = state.read(offset, std::as_writable_bytes(std::span{out}));
    return read ? out : read.error().message;
}

void check_parts(const DatabaseState& state, const std::string& content, unsigned seed) {
    std::mt19937_64 random{seed};
    for (int i = 0; i < 50; ++i) {
        const auto offset = static_cast<std::size_t>(random() % (content.size() + 1));
        const auto most = std::min<std::size_t>(content.size() - offset, 9 * state_page);
        const auto count = static_cast<std::size_t>(random() % (most + 1));
        if (part_of(state, offset, count) != content.substr(offset, count))
            FAIL("seed " << seed << ": other bytes at " << offset << ", " << count);
    }
}

}  // namespace

TEST_CASE("each state of a chain is read here and there, and as a whole", "[snapshot][delta]") {
    for (unsigned seed = 1; seed <= 4; ++seed) {
        const Chain chain{13, seed};
        for (std::size_t number = 0; number < chain.states.size(); ++number) {
            const auto state = chain.state(number);
            REQUIRE(state);
            check_parts(**state, chain.states[number], seed);
            if (chain.whole(number) != chain.states[number]) FAIL("seed " << seed);
            if (chain.written(number) != chain.states[number]) FAIL("seed " << seed);
        }
    }
}

TEST_CASE("a long chain costs what its links hold", "[snapshot][delta]") {
    // Each link changes pages everywhere, so that each frame is told by many of the link below.
    Chain chain{1, 5};
    const auto pages = chain.states[0].size() / state_page;
    for (std::size_t link = 1; link <= 40; ++link) {
        auto latter = chain.states.back();
        for (std::size_t page = link % 3; page < pages; page += 3)
            latter[page * state_page + link] = static_cast<char>(link);
        chain.add(latter);
    }
    CHECK(chain.whole(40) == chain.states[40]);
    CHECK(chain.made.back().size()->count < 41 * chain.states[0].size() / 3);
}

TEST_CASE("several threads read one state", "[snapshot][delta]") {
    const Chain chain{6, 99};
    const auto state = chain.state(5);
    REQUIRE(state);
    std::array<bool, 4> same{};
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < same.size(); ++i)
        threads.emplace_back([&, i] {
            same[i] = true;
            for (std::size_t at = i; at + 700 < chain.states[5].size(); at += 501)
                same[i] = same[i] && part_of(**state, at, 700) == chain.states[5].substr(at, 700);
        });
    threads.clear();
    CHECK(same == std::array{true, true, true, true});
}

TEST_CASE("a chain over another state than it was told by is noticed", "[snapshot][delta]") {
    Chain chain{4, 7};
    SECTION("of another size") {
        const auto below = chain.states[0].size();
        chain.states[0] += prose(state_page);
        write_all(chain.path(0), chain.states[0]);
        const auto state = chain.state(1);
        REQUIRE_FALSE(state);
        const auto written = chain.written(1);
        REQUIRE_FALSE(written);
        CHECK(written.error().message == state.error().message);
        CHECK(state.error().code == ErrorCode::manifest_mismatch);
        CHECK(state.error().message.find(std::to_string(below) + " bytes") != std::string::npos);
    }
    SECTION("cut off") {
        fs::resize_file(chain.path(0), 100);
        const auto whole = chain.whole(3);
        REQUIRE_FALSE(whole);
        CHECK(whole.error().code == ErrorCode::damaged);
        CHECK(whole.error().message.starts_with(chain.path(0).string() + " ends after "));
    }
    SECTION("of other content") {
        for (std::size_t at = 0; at < chain.states[0].size(); at += 9973) {
            auto other = chain.states[0];
            other[at] ^= 1;
            write_all(chain.path(0), other);
            for (std::size_t number = 1; number < 4; ++number)
                for (const auto& made : {chain.whole(number), chain.written(number)}) {
                    // What is gone from the state, and told by nothing that stayed, is no loss.
                    if (made) CHECK(*made == chain.states[number]);
                    if (!made) CHECK(made.error().code == ErrorCode::damaged);
                }
        }
    }
    SECTION("past its end") {
        const auto state = chain.state(3);
        REQUIRE(state);
        CHECK(part_of(**state, chain.states[3].size() - 1, 2)
                  .find("are needed of the state in " + (chain.folder / "pages").string()) !=
              std::string::npos);
        CHECK(part_of(**state, chain.states[3].size(), 0).empty());
    }
}

TEST_CASE("changes are not written against a state of another size", "[snapshot][delta]") {
    const Chain chain{2, 5};
    const auto& former = chain.states[0];
    const auto& latter = chain.states[1];
    const auto shorter = file_state(chain.files[0], {former.size() - state_page});
    const auto to = File::open_read(chain.folder / "latter");
    auto artifact = File::create(chain.folder / "other");
    const auto written = write_delta(*shorter, *to, changed_pages(former, latter, state_page),
                                     facts_between(former, latter, state_page), *artifact);
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ErrorCode::manifest_mismatch);
    CHECK(artifact->size()->count == 0);
}

TEST_CASE("who looks at a whole state can end it", "[snapshot][delta]") {
    const Chain chain{2, 5};
    const auto state = chain.state(1);
    REQUIRE(state);
    const auto enough = [](std::uint64_t, std::uint64_t) -> Result<> {
        return fail(ErrorCode::interrupted, "enough", "go on");
    };
    const auto ended = {look_through(
                            **state, [](auto, auto) { return Result<>{}; }, enough),
                        look_through(**state, [&](auto, auto) { return enough(0, 0); })};
    for (const auto& each : ended) {
        REQUIRE_FALSE(each);
        CHECK(each.error().message == "enough");
    }
}

}  // namespace muster
