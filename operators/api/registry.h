#pragma once

#include <map>
#include <string>
#include <vector>

#include "operators/api/connector.h"
#include "operators/api/format.h"
#include "operators/api/operator.h"

namespace millrace {

/// Formats by name. Filled once at start, then read-only and thread-safe.
class FormatRegistry {
 public:
  void Add(FormatFactory factory);
  const FormatFactory* Find(const std::string& name) const;  // null when unknown
  std::vector<std::string> Names() const;

 private:
  std::map<std::string, FormatFactory> factories_;
};

/// Names to operators, connectors and formats: filled in one place (operators/registry/built_in.h), then
/// read-only.
class Registry {
 public:
  FormatRegistry formats;
  void AddConnector(ConnectorFactory factory);
  void AddOperator(OperatorFactory factory);
  const ConnectorFactory* FindConnector(const std::string& name) const;
  const OperatorFactory* FindOperator(const std::string& kind) const;
  std::vector<std::string> ConnectorNames() const;

 private:
  std::map<std::string, ConnectorFactory> connectors_;
  std::map<std::string, OperatorFactory> operators_;
};

/// The descriptors alone, for SQL and the validator.
DescriptorCatalog DescribeRegistry(const Registry& registry);

}  // namespace millrace
