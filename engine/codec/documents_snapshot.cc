#include "engine/codec/document_codec.h"
#include "engine/model/inspection.h"
#include "engine/model/swap_intent.h"

MUSTER_INSTANTIATE_DOCUMENT(muster::Manifest);
MUSTER_INSTANTIATE_DOCUMENT(muster::Inspection);
MUSTER_INSTANTIATE_DOCUMENT(muster::SwapIntent);
