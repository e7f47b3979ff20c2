#include "engine/codec/document_stream.h"

#include <catch2/catch.hpp>

#include "engine/codec/document_codec.h"
#include "engine/model/handoff.h"
#include "engine/model/plan.h"
#include "engine/model/record.h"
#include "tests/unit/codec/sample.h"

using namespace muster;

namespace {

constexpr std::size_t block_size = 65536;

/// Keeps what it was given, and refuses the block after the first `allowed`.
struct Receiver {
    std::vector<std::string> blocks;
    std::size_t allowed = 1000;

    Sink sink() {
        return [this](std::string_view block) -> Result<> {
            if (blocks.size() == allowed)
                return fail(ErrorCode::no_space, "the disk is full", "free space");
            blocks.emplace_back(block);
            return {};
        };
    }
    std::string all() const {
        std::string out;
        for (const auto& block : blocks) out += block;
        return out;
    }
};

Plan plan_of(std::size_t steps) {
    auto plan = sample<Plan>(Fill::full);
    const auto few = plan.steps;
    plan.steps.clear();
    for (std::size_t i = 0; i < steps; ++i) plan.steps.push_back(few[i % few.size()]);
    return plan;
}

std::string whole_text(const Plan& plan) {
    return codec::json_text(codec::tree_of(plan), codec::Layout::pretty);
}

}  // namespace

TEMPLATE_TEST_CASE("a document is the same in blocks, in one text and from its whole tree", "",
                   Plan, Record, Handoff) {
    for (const auto fill : {Fill::full, Fill::lean}) {
        const auto value = sample<TestType>(fill);
        Receiver receiver;
        REQUIRE(stream_document(value, receiver.sink()));
        CHECK(receiver.all() == codec::json_text(codec::tree_of(value), codec::Layout::pretty));
        CHECK(to_document(value).value() == receiver.all());
        CHECK(to_line(value) == codec::json_text(codec::tree_of(value), codec::Layout::line));
    }
}

TEST_CASE("a long list is handed over as it grows") {
    const auto plan = plan_of(2'000);
    Receiver receiver;
    REQUIRE(stream_document(plan, receiver.sink()));
    CHECK(receiver.all() == whole_text(plan));
    REQUIRE(receiver.blocks.size() > 10);
    receiver.blocks.pop_back();
    for (const auto& block : receiver.blocks) {
        CHECK(block.size() >= block_size);
        CHECK(block.size() < block_size + 16'384);  // by one step at most
    }
}

TEST_CASE("what stands outside the lists is checked before anything is written") {
    auto plan = plan_of(10);
    plan.policy_hash = Sha256{};
    Receiver receiver;
    const auto written = stream_document(plan, receiver.sink());
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ErrorCode::internal);
    CHECK(written.error().message.find("[policy_hash]") != std::string::npos);
    CHECK(receiver.blocks.empty());
}

TEST_CASE("an element that breaks the schema is named and not written") {
    auto plan = plan_of(2'000);
    auto& step = plan.steps[1'502];
    REQUIRE(std::holds_alternative<PruneStep>(step.action));
    step.id = "the broken one";
    std::get<PruneStep>(step.action).checksum = {};
    Receiver receiver;
    const auto written = stream_document(plan, receiver.sink());
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ErrorCode::internal);
    CHECK(written.error().message.find("<root>[steps][1502][action]") != std::string::npos);
    CHECK(written.error().text().find("\"plan\"") != std::string::npos);
    CHECK(receiver.blocks.size() > 1);
    CHECK(receiver.all().find("the broken one") == std::string::npos);
    CHECK_FALSE(to_document(plan));
}

TEST_CASE("where the sink fails the writing ends") {
    Receiver receiver;
    receiver.allowed = 3;
    const auto written = stream_document(plan_of(2'000), receiver.sink());
    REQUIRE_FALSE(written);
    CHECK(written.error().code == ErrorCode::no_space);
    CHECK(receiver.blocks.size() == 3);
}
