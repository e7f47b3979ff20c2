#include "engine/model/fault_catalogue.h"

#include <algorithm>

namespace muster {

const std::vector<FaultRow>& fault_catalogue() {
    using enum Fault;
    using enum Strike;
    static const std::vector<FaultRow> rows{
        {page_bit, source, "integrity"},
        {page_bit, artifact, "checksum"},
        {page_bit, resealed, "integrity"},
        {page_bit, restored, "integrity"},
        {index_bit, source, "integrity"},
        {index_bit, artifact, "checksum"},
        {index_bit, resealed, "integrity"},
        {index_bit, restored, "integrity"},
        {overflow_bit, source, "integrity"},
        {overflow_bit, artifact, "checksum"},
        {overflow_bit, resealed, "integrity"},
        {overflow_bit, restored, "integrity"},
        {freelist_bit, source, "page_census"},
        {freelist_bit, artifact, "checksum"},
        {freelist_bit, resealed, "page_census"},
        {freelist_bit, restored, "page_census"},
        {header_bit, source, "not_a_database"},
        {header_bit, artifact, "checksum"},
        {header_bit, resealed, "readable"},
        {header_bit, restored, "readable"},
        {value_bit, artifact, "checksum"},
        {value_bit, restored, "equality"},
        {unused_bit, artifact, "checksum"},
        {unused_bit, restored, "same_content"},
        {truncated, source, "damaged"},
        {truncated, artifact, "checksum"},
        {truncated, resealed, "readable"},
        {truncated, restored, "readable"},
        {zeroed, source, "integrity"},
        {zeroed, artifact, "checksum"},
        {zeroed, resealed, "integrity"},
        {zeroed, restored, "integrity"},
        {swapped_pages, source, "integrity"},
        {swapped_pages, artifact, "checksum"},
        {swapped_pages, resealed, "integrity"},
        {swapped_pages, restored, "integrity"},
        {orphaned_page, source, "page_census"},
        {orphaned_page, artifact, "checksum"},
        {orphaned_page, resealed, "page_census"},
        {orphaned_page, restored, "page_census"},
        {full_text, source, "full_text"},
        {full_text, artifact, "checksum"},
        {full_text, resealed, "full_text"},
        {full_text, restored, "full_text"},
        {rtree, source, "rtree"},
        {rtree, artifact, "checksum"},
        {rtree, resealed, "rtree"},
        {rtree, restored, "rtree"},
        {foreign_key, source, "foreign_keys"},
        {foreign_key, artifact, "checksum"},
        {foreign_key, resealed, "foreign_keys"},
        {foreign_key, restored, "foreign_keys"},
        {changed_row, artifact, "checksum"},
        {changed_row, restored, "equality"},
        {stale_wal, restored, "equality"},
        {encoded_bit, artifact, "checksum"},
        {encoded_bit, resealed, "content"},
        {missing_manifest, artifact, "manifest"},
        {torn_manifest, artifact, "manifest"},
        {edited_manifest, artifact, "checksum"},
        {wrong_hash_file, artifact, "checksum_file"},
        {lost_key, artifact, "key"},
        {lost_former, artifact, "reference"},
        {newer_schema, artifact, "schema_version"},
        {newer_major, artifact, "tool_version"},
        {half_uploaded, artifact, "manifest"},
        {clock_skew, artifact, "passed_over"},
        {wrong_target, artifact, "volume_id"},
        {wrong_owner, restored, "owner"},
        {full_disk, restored, "no_space"},
        {killed_restore, restored, "interrupted_restore"},
    };
    return rows;
}

const FaultRow* find_row(Fault fault, Strike strike) {
    const auto row = std::ranges::find_if(fault_catalogue(), [&](const FaultRow& each) {
        return each.fault == fault && each.strike == strike;
    });
    return row == fault_catalogue().end() ? nullptr : &*row;
}

}  // namespace muster
