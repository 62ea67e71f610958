// Checks of flag values by their type; nothing here knows a particular flag.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "descopectl/diag/diagnostic.hpp"
#include "tables.hpp"

namespace descopectl::cli {

/// A flag's raw values and what a message calls it: "--log-level" or "DESCOPECTL_LOG_LEVEL".
struct GivenFlag {
  const FlagRow* row = nullptr;
  std::string name;
  std::vector<std::string> texts;  ///< in the order given; at least one
  bool is_from_variable = false;
};

/// The checked value, or none with every problem in `sink`. `kinds`: what KIND may be; empty: anything.
[[nodiscard]] std::optional<FlagValue> check_value(const GivenFlag& given, Command command,
                                                   std::span<const std::string_view> kinds, diag::Sink& sink);

}  // namespace descopectl::cli
