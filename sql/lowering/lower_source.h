#pragma once

#include "sql/plan/plan_node.h"

namespace millrace::proto {
class SinkConfig;
class SourceConfig;
}  // namespace millrace::proto

namespace millrace::sql {

/// What the source operator of a scan reads and computes: only the physical and metadata columns that its
/// output needs, when the connector can leave columns out.
void LowerScan(const ScanNode& scan, proto::SourceConfig* config);
void LowerValues(const ValuesNode& values, proto::SourceConfig* config);
void LowerSink(const SinkNode& sink, bool input_updating, proto::SinkConfig* config);

}  // namespace millrace::sql
