#include "operators/registry/built_in.h"

#include "operators/aggregate/group_aggregate.h"
#include "operators/changelog/changelog_normalize.h"
#include "operators/changelog/upsert_materialize.h"
#include "operators/connectors/blackhole/blackhole_connector.h"
#include "operators/connectors/datagen/datagen_connector.h"
#include "operators/connectors/filesystem/filesystem_connector.h"
#include "operators/connectors/kafka/kafka_connector.h"
#include "operators/connectors/nexmark/nexmark_connector.h"
#include "operators/connectors/print/print_connector.h"
#include "operators/connectors/values/values.h"
#include "operators/formats/csv/csv_format.h"
#include "operators/formats/json/json_format.h"
#include "operators/formats/raw/raw_format.h"
#include "operators/join/join.h"
#include "operators/stateless/calc.h"
#include "operators/stateless/collect.h"
#include "operators/stateless/union.h"
#include "operators/table/sink_operator.h"
#include "operators/table/source_operator.h"
#include "operators/window/window_aggregate.h"
#include "operators/window/window_assign.h"

namespace millrace {
namespace {

void AddOperators(Registry& registry) {
  registry.AddOperator(TableSourceFactory(registry));
  registry.AddOperator(TableSinkFactory(registry));
  registry.AddOperator(CalcFactory());
  registry.AddOperator(UnionFactory());
  registry.AddOperator(WindowAssignFactory());
  registry.AddOperator(WindowAggregateFactory());
  registry.AddOperator(GroupAggregateFactory());
  registry.AddOperator(JoinFactory());
  registry.AddOperator(ChangelogNormalizeFactory());
  registry.AddOperator(UpsertMaterializeFactory());
  registry.AddOperator(CollectFactory());
}

void AddConnectors(Registry& registry) {
  registry.AddConnector(ValuesConnector());
  registry.AddConnector(MakeFilesystemConnector());
  registry.AddConnector(MakeDatagenConnector());
  registry.AddConnector(MakeNexmarkConnector());
  registry.AddConnector(MakePrintConnector());
  registry.AddConnector(MakeKafkaConnector());
  registry.AddConnector(MakeUpsertKafkaConnector());
  registry.AddConnector(MakeBlackholeConnector());
}

void AddFormats(FormatRegistry& formats) {
  formats.Add(MakeJsonFormat());
  formats.Add(MakeCsvFormat());
  formats.Add(MakeRawFormat());
}

}  // namespace

std::unique_ptr<Registry> CreateBuiltInRegistry() {
  auto registry = std::make_unique<Registry>();
  AddFormats(registry->formats);
  AddConnectors(*registry);
  AddOperators(*registry);
  return registry;
}

}  // namespace millrace
