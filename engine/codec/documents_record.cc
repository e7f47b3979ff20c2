#include "engine/codec/document_codec.h"
#include "engine/model/event.h"
#include "engine/model/handoff.h"

MUSTER_INSTANTIATE_DOCUMENT(muster::Record);
MUSTER_INSTANTIATE_DOCUMENT(muster::Population);
MUSTER_INSTANTIATE_DOCUMENT(muster::Event);
MUSTER_INSTANTIATE_DOCUMENT(muster::Handoff);
