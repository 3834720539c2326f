#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>

namespace millrace {

/// An integer that cannot be mixed up with another kind of integer.
template <class Tag, class Representation>
struct StrongId {
  Representation value{};
  friend auto operator<=>(const StrongId&, const StrongId&) = default;
};

/// A number of a checkpoint of one job: grows by one, never reused. 0 means "before the first checkpoint".
using Epoch = StrongId<struct EpochTag, uint64_t>;
/// A number of a leader (job manager start). Workers and durable records refuse older ones.
using Generation = StrongId<struct GenerationTag, uint64_t>;
/// The unit of routing and rescaling: hash(key) % max_parallelism.
using KeyGroup = StrongId<struct KeyGroupTag, uint32_t>;
/// 32 hex digits, as Flink prints them.
struct JobId {
  std::string value;
  friend auto operator<=>(const JobId&, const JobId&) = default;
};

/// Key groups first..last, both included; empty when first > last.
struct KeyGroupRange {
  uint32_t first = 0;
  uint32_t last = 0;
  bool Contains(KeyGroup group) const { return group.value >= first && group.value <= last; }
  friend bool operator==(const KeyGroupRange&, const KeyGroupRange&) = default;
};

/// The range of subtask `index` of `parallelism`, as Flink cuts it; needs index < parallelism <=
/// max_parallelism.
KeyGroupRange KeyGroupRangeOf(uint32_t max_parallelism, uint32_t parallelism, uint32_t index);
/// The subtask whose range contains `group`.
uint32_t SubtaskOfKeyGroup(uint32_t max_parallelism, uint32_t parallelism, KeyGroup group);

}  // namespace millrace

template <class Tag, class Representation>
struct std::hash<millrace::StrongId<Tag, Representation>> {
  size_t operator()(const millrace::StrongId<Tag, Representation>& id) const {
    return std::hash<Representation>()(id.value);
  }
};
template <>
struct std::hash<millrace::JobId> {
  size_t operator()(const millrace::JobId& id) const { return std::hash<std::string>()(id.value); }
};
