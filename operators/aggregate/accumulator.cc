#include "operators/aggregate/accumulator.h"

#include "operators/api/error_codes.h"

namespace millrace {

Result<std::unique_ptr<Accumulator>> MakeAccumulator(const AccumulatorSpec& spec) {
  using Make = std::unique_ptr<Accumulator> (*)(const AccumulatorSpec&);
  for (const Make make : {&MakeCountAccumulator, &MakeSumAccumulator, &MakeMinMaxAccumulator,
                          &MakeVarianceAccumulator, &MakeListAccumulator}) {
    if (std::unique_ptr<Accumulator> accumulator = make(spec)) return accumulator;
  }
  std::string call = spec.function + "(";
  for (const DataType& type : spec.arguments) {
    if (call.back() != '(') call += ", ";
    call += type.ToStringWithoutNullability();
  }
  return Status(kUnsupportedAggregate, "no aggregate function for these argument types: " + call + ")")
      .WithSuggestion("cast the argument to a type that the function takes");
}

}  // namespace millrace
