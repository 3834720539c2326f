#pragma once

#include "core/functions/function_entry.h"

namespace millrace {

/// Arguments whose element types are brought to a common one.
enum class ArrayShape {
  kElement,  // an array and an element
  kArrays,   // one array or more
  kPair,     // two arrays
};

/// The result of such a function, of the array type and its arguments.
using ArrayResult = DataType (*)(const DataType& array, std::span<const DataType> arguments);
DataType GivesBoolean(const DataType& array, std::span<const DataType> arguments);
DataType GivesInteger(const DataType& array, std::span<const DataType> arguments);
/// The array; NULL when an argument is.
DataType GivesFirstArray(const DataType& array, std::span<const DataType> arguments);
/// The array; NULL when the first argument is.
DataType GivesWidenedArray(const DataType& array, std::span<const DataType> arguments);

Result<ResolvedCall> ResolveArrays(std::string_view signature, ArrayShape shape, ArrayResult result,
                                   std::span<const ArgumentInfo> arguments);

template <class Fn>
void AddArrayFunction(FunctionFamily* family, std::string_view signature, std::string_view description,
                      ArrayShape shape, ArrayResult result, Fn fn, OnNull on_null = OnNull::kReturnNull) {
  family->AddResolved(
      signature, description,
      [name = std::string(signature), shape, result](std::span<const ArgumentInfo> arguments) {
        return ResolveArrays(name, shape, result, arguments);
      },
      [kernel = RowKernel(fn, on_null)](const ResolvedCall&, std::span<const ArgumentInfo>,
                                        const SessionSettings&) -> Result<Kernel> { return kernel; });
}

}  // namespace millrace
