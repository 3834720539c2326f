#include "operators/api/registry.h"

namespace millrace {

DescriptorCatalog DescribeRegistry(const Registry& registry) {
  DescriptorCatalog catalog;
  for (const std::string& name : registry.ConnectorNames()) {
    catalog.connectors.emplace(name, registry.FindConnector(name)->descriptor);
  }
  for (const std::string& name : registry.formats.Names()) {
    catalog.formats.emplace(name, registry.formats.Find(name)->descriptor);
  }
  return catalog;
}

}  // namespace millrace
