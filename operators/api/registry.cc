#include "operators/api/registry.h"

#include <utility>

#include "core/check.h"

namespace millrace {
namespace {

template <class Map>
const typename Map::mapped_type* FindIn(const Map& map, const std::string& name) {
  const auto found = map.find(name);
  return found == map.end() ? nullptr : &found->second;
}

template <class Map>
std::vector<std::string> NamesOf(const Map& map) {
  std::vector<std::string> names;
  names.reserve(map.size());
  for (const auto& entry : map) names.push_back(entry.first);
  return names;
}

}  // namespace

void FormatRegistry::Add(FormatFactory factory) {
  std::string name = factory.descriptor.name;
  CHECK(factories_.emplace(std::move(name), std::move(factory)).second);
}

const FormatFactory* FormatRegistry::Find(const std::string& name) const {
  return FindIn(factories_, name);
}

std::vector<std::string> FormatRegistry::Names() const {
  return NamesOf(factories_);
}

void Registry::AddConnector(ConnectorFactory factory) {
  std::string name = factory.descriptor.name;
  CHECK(connectors_.emplace(std::move(name), std::move(factory)).second);
}

void Registry::AddOperator(OperatorFactory factory) {
  std::string kind = factory.kind;
  CHECK(operators_.emplace(std::move(kind), std::move(factory)).second);
}

const ConnectorFactory* Registry::FindConnector(const std::string& name) const {
  return FindIn(connectors_, name);
}

const OperatorFactory* Registry::FindOperator(const std::string& kind) const {
  return FindIn(operators_, kind);
}

std::vector<std::string> Registry::ConnectorNames() const {
  return NamesOf(connectors_);
}

}  // namespace millrace
