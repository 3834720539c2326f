#pragma once

#include <memory>

#include "operators/api/registry.h"

namespace millrace {

/// The one place that names every operator, connector and format. The registry must stay where it is
/// (operators of tables point to it).
std::unique_ptr<Registry> CreateBuiltInRegistry();

}  // namespace millrace
