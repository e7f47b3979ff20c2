#include "engine/codec/document_codec.h"
#include "engine/model/pin.h"
#include "engine/model/retention_report.h"

MUSTER_INSTANTIATE_DOCUMENT(muster::Pin);
MUSTER_INSTANTIATE_DOCUMENT(muster::RetentionReport);
