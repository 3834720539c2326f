#pragma once

#include <vector>

#include "core/descriptor/descriptor.h"
#include "sql/ast/query.h"
#include "sql/binder/binder.h"

namespace millrace::sql {

/// A table's connector and formats, looked up, with the options of the table and of this use of it (hints).
struct TableConnector {
  const ConnectorDescriptor* connector = nullptr;
  const FormatDescriptor* value_format = nullptr;  // null when the connector needs none
  const FormatDescriptor* key_format = nullptr;
  Options options;      // for the connector; "connector" excluded
  Options job_options;  // these, and those that steer the job only: scan.parallelism, ...
};

/// Finds connector and formats and checks every option: kUnknownConnector, kUnknownFormat, kUnknownOption,
/// kMissingOption, kBadOptionValue, kUnsupportedByConnector (a sink that is read, a source that is written),
/// all at `place`.
Result<TableConnector> ResolveConnector(const TableDefinition& table, const std::vector<Hint>& hints,
                                        bool as_source, const DescriptorCatalog& descriptors,
                                        const SourcePlace& place);

/// The metadata column `key` of the connector, or of its value format with "value." before it. Null when
/// there is none.
const MetadataDescriptor* FindMetadata(const TableConnector& connector, const std::string& key);
/// Keys of all metadata columns that can be read (or written).
std::vector<std::string> MetadataKeys(const TableConnector& connector, bool written);

/// scan.parallelism and sink.parallelism; 0 when it is not set.
Result<uint32_t> ParallelismOption(const Options& options, const std::string& key, const SourcePlace& place);

}  // namespace millrace::sql
