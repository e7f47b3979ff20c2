#include "engine/codec/document_codec.h"
#include "engine/model/policy.h"

MUSTER_INSTANTIATE_DOCUMENT(muster::Policy);
MUSTER_INSTANTIATE_DOCUMENT(muster::ScenarioSpec);
template muster::codec::Draft<muster::Policy> muster::codec::draft_from_tree<muster::Policy>(
    Node, std::vector<std::string>, Author);
template muster::codec::Node muster::codec::tree_of<muster::Policy>(const muster::Policy&);
