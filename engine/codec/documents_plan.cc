#include "engine/codec/document_codec.h"
#include "engine/model/plan.h"

MUSTER_INSTANTIATE_DOCUMENT(muster::Plan);
