// Colours.
#include "descopectl/config/terminal.hpp"

#include <string>
#include <string_view>

namespace descopectl::config {
namespace {

std::string value_of(const base::Environment& environment, std::string_view name) {
  return environment.find(name).value_or("");
}

}  // namespace

bool wants_color(ColorMode mode, const base::Environment& environment, StreamKind stream) {
  if (mode != ColorMode::kAuto) return mode == ColorMode::kAlways;
  if (!value_of(environment, "NO_COLOR").empty()) return false;
  const auto forced = value_of(environment, "CLICOLOR_FORCE");
  if (!forced.empty() && forced != "0") return true;
  return stream == StreamKind::kTerminal && value_of(environment, "TERM") != "dumb";
}

}  // namespace descopectl::config
