#include "engine/codec/document_codec.h"
#include "engine/model/error_report.h"
#include "engine/model/health_report.h"
#include "engine/model/init_report.h"
#include "engine/model/problem_report.h"
#include "engine/model/schedule_report.h"
#include "engine/model/version_report.h"

MUSTER_INSTANTIATE_DOCUMENT(muster::ProblemReport);
MUSTER_INSTANTIATE_DOCUMENT(muster::ErrorReport);
MUSTER_INSTANTIATE_DOCUMENT(muster::HealthReport);
MUSTER_INSTANTIATE_DOCUMENT(muster::InitReport);
MUSTER_INSTANTIATE_DOCUMENT(muster::ScheduleReport);
MUSTER_INSTANTIATE_DOCUMENT(muster::VersionReport);
