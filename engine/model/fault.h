// A fault that a drill injects on purpose, and which check caught it.
#pragma once

#include <string>
#include <vector>

#include "engine/base/fields.h"

namespace muster {

/// Those up to changed_row are of a database file itself.
enum class Fault {
    page_bit,
    index_bit,
    overflow_bit,
    freelist_bit,
    header_bit,
    value_bit,
    unused_bit,
    truncated,
    zeroed,
    swapped_pages,
    orphaned_page,
    full_text,
    rtree,
    foreign_key,
    changed_row,
    stale_wal,
    encoded_bit,
    missing_manifest,
    torn_manifest,
    edited_manifest,
    wrong_hash_file,
    lost_key,
    lost_former,
    newer_schema,
    newer_major,
    half_uploaded,
    clock_skew,
    wrong_target,
    wrong_owner,
    full_disk,
    killed_restore
};
template <>
struct Names<Fault> {
    static constexpr std::array list{
        std::pair{Fault::page_bit, std::string_view{"page-bit"}},
        std::pair{Fault::index_bit, std::string_view{"index-bit"}},
        std::pair{Fault::overflow_bit, std::string_view{"overflow-bit"}},
        std::pair{Fault::freelist_bit, std::string_view{"freelist-bit"}},
        std::pair{Fault::header_bit, std::string_view{"header-bit"}},
        std::pair{Fault::value_bit, std::string_view{"value-bit"}},
        std::pair{Fault::unused_bit, std::string_view{"unused-bit"}},
        std::pair{Fault::truncated, std::string_view{"truncated"}},
        std::pair{Fault::zeroed, std::string_view{"zeroed"}},
        std::pair{Fault::swapped_pages, std::string_view{"swapped-pages"}},
        std::pair{Fault::orphaned_page, std::string_view{"orphaned-page"}},
        std::pair{Fault::full_text, std::string_view{"full-text"}},
        std::pair{Fault::rtree, std::string_view{"rtree"}},
        std::pair{Fault::foreign_key, std::string_view{"foreign-key"}},
        std::pair{Fault::changed_row, std::string_view{"changed-row"}},
        std::pair{Fault::stale_wal, std::string_view{"stale-wal"}},
        std::pair{Fault::encoded_bit, std::string_view{"encoded-bit"}},
        std::pair{Fault::missing_manifest, std::string_view{"missing-manifest"}},
        std::pair{Fault::torn_manifest, std::string_view{"torn-manifest"}},
        std::pair{Fault::edited_manifest, std::string_view{"edited-manifest"}},
        std::pair{Fault::wrong_hash_file, std::string_view{"wrong-hash-file"}},
        std::pair{Fault::lost_key, std::string_view{"lost-key"}},
        std::pair{Fault::lost_former, std::string_view{"lost-former"}},
        std::pair{Fault::newer_schema, std::string_view{"newer-schema"}},
        std::pair{Fault::newer_major, std::string_view{"newer-major"}},
        std::pair{Fault::half_uploaded, std::string_view{"half-uploaded"}},
        std::pair{Fault::clock_skew, std::string_view{"clock-skew"}},
        std::pair{Fault::wrong_target, std::string_view{"wrong-target"}},
        std::pair{Fault::wrong_owner, std::string_view{"wrong-owner"}},
        std::pair{Fault::full_disk, std::string_view{"full-disk"}},
        std::pair{Fault::killed_restore, std::string_view{"killed-restore"}}};
};

/// Where a fault strikes. A stored checksum would tell every damage to an artifact, and hide
/// whether the checks behind it tell it too: hence `resealed`.
enum class Strike { source, artifact, resealed, restored };
template <>
struct Names<Strike> {
    static constexpr std::array list{std::pair{Strike::source, std::string_view{"source"}},
                                     std::pair{Strike::artifact, std::string_view{"artifact"}},
                                     std::pair{Strike::resealed, std::string_view{"resealed"}},
                                     std::pair{Strike::restored, std::string_view{"restored"}}};
};

struct FaultTrial {
    Fault fault = Fault::page_bit;
    Strike strike = Strike::source;
    std::string injected;
    std::string expected;
    std::vector<std::string> caught_by;
    bool applies = true;
    bool caught = false;
    bool operator==(const FaultTrial&) const = default;
};
template <>
struct Fields<FaultTrial> {
    static constexpr std::string_view doc =
        "A fault that was injected on purpose, and which checks caught it.";
    static constexpr auto list = FieldList{
        required("fault", &FaultTrial::fault, "What was broken."),
        required(
            "strike", &FaultTrial::strike,
            "source: the copy of the database that a snapshot is then taken of; artifact: the artifact as it is stored; resealed: the same, with a manifest and a .sha256 file made anew for the damaged bytes; restored: the restored copy."),
        required("injected", &FaultTrial::injected,
                 "The very place, for people; where the fault does not apply, why not."),
        required("expected", &FaultTrial::expected,
                 "Code of the finding or error that ought to catch it."),
        required("caught_by", &FaultTrial::caught_by,
                 "Codes of all findings and errors that told it, sorted."),
        required("applies", &FaultTrial::applies, "There is a place where it can be injected."),
        required("caught", &FaultTrial::caught, "What ought to catch it did.")};
};

}  // namespace muster
