// The flags that shape a plan: kept as they were given, so that a saved plan is made anew with the same.
#include <fmt/format.h>

#include <algorithm>

#include "tables.hpp"
#include "values.hpp"

namespace descopectl::cli {
namespace {

std::vector<std::string> texts_of(const FlagRow& row, const FlagValue& value) {
  if (row.is_switch()) return value.is_on ? std::vector<std::string>{"true"} : std::vector<std::string>{};
  if (row.type == FlagType::kNumber) return {std::to_string(value.number)};
  return value.texts;
}

const FlagRow* find_shaping(std::string_view name) {
  const auto table = flag_table();
  const auto row = std::find_if(table.begin(), table.end(),
                                [&](const FlagRow& one) { return one.shapes_plan && one.name == name; });
  return row == table.end() ? nullptr : &*row;
}

}  // namespace

void keep_plan_flag(Options& options, const FlagRow& row, const FlagValue& value) {
  if (!row.shapes_plan) return;
  PlanFlag flag{std::string(row.name), texts_of(row, value)};
  if (!flag.texts.empty()) options.plan_flags.push_back(std::move(flag));
}

void take_plan_flags(Options& options, const std::vector<PlanFlag>& saved, std::string_view file,
                     std::span<const std::string_view> kinds, diag::Sink& sink) {
  for (const PlanFlag& given : options.plan_flags)
    if (std::find(saved.begin(), saved.end(), given) == saved.end())
      sink.error("conflicting-flags", {},
                 fmt::format("'--{}' is not what the plan in '{}' was made with", given.name, file),
                 "a saved plan is applied with the flags that it was made with: leave this one out, or plan "
                 "again");
  for (const PlanFlag& flag : saved) {
    const FlagRow* row = find_shaping(flag.name);
    std::optional<FlagValue> value;
    if (row != nullptr && !flag.texts.empty())
      value = check_value({row, fmt::format("--{} of '{}'", flag.name, file), flag.texts, false},
                          options.command, kinds, sink);
    if (value)
      row->store(options, *value);
    else
      sink.error("not-a-plan", {},
                 fmt::format("'{}' was made with the flag '--{}', which this version does not take so", file,
                             flag.name),
                 "plan again with this version");
  }
  options.plan_flags = saved;
}

}  // namespace descopectl::cli
