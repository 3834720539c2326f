#include "operators/registry/built_in.h"

#include "operators/connectors/values/values.h"
#include "operators/stateless/calc.h"
#include "operators/stateless/collect.h"
#include "operators/stateless/union.h"
#include "operators/table/source_operator.h"

namespace millrace {
namespace {

void AddOperators(Registry& registry) {
  registry.AddOperator(TableSourceFactory(registry));
  registry.AddOperator(CalcFactory());
  registry.AddOperator(UnionFactory());
  registry.AddOperator(CollectFactory());
}

void AddConnectors(Registry& registry) {
  registry.AddConnector(ValuesConnector());
}

void AddFormats(FormatRegistry& formats) {
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
