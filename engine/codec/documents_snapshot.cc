#include "engine/codec/document_codec.h"
#include "engine/model/inspection.h"
#include "engine/model/snapshot_list.h"
#include "engine/model/swap_intent.h"
#include "engine/model/verification_report.h"

MUSTER_INSTANTIATE_DOCUMENT(muster::Manifest);
MUSTER_INSTANTIATE_DOCUMENT(muster::Inspection);
MUSTER_INSTANTIATE_DOCUMENT(muster::SwapIntent);
MUSTER_INSTANTIATE_DOCUMENT(muster::VerificationReport);
MUSTER_INSTANTIATE_DOCUMENT(muster::SnapshotList);
