#include "operators/table/connector_context.h"

#include "operators/api/operator.h"
#include "operators/api/registry.h"

namespace millrace {

ConnectorContext MakeConnectorContext(const Registry& registry, OperatorContext& context) {
  ConnectorContext made;
  made.job_id = context.job_id();
  made.job_name = context.JobOption("pipeline.name");
  made.operator_uid = context.operator_uid();
  made.subtask = context.subtask();
  made.parallelism = context.parallelism();
  made.max_parallelism = context.max_parallelism();
  made.formats = &registry.formats;
  made.env = &context.env();
  made.metrics = &context.metrics();
  made.staging_store = context.staging_store();
  made.staging_prefix = context.staging_prefix();
  return made;
}

}  // namespace millrace
