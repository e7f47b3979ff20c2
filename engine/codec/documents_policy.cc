#include "engine/codec/document_codec.h"
#include "engine/model/policy.h"

MUSTER_INSTANTIATE_DOCUMENT(muster::Policy);
template muster::codec::Draft<muster::Policy> muster::codec::draft_from_yaml<muster::Policy>(
    std::string_view, const std::string&);
template std::string muster::codec::spell<muster::Policy>(const muster::Policy&);
