// Whether output is coloured, decided from flags, variables and terminals.
#pragma once

#include "descopectl/base/environment.hpp"

namespace descopectl::config {

enum class ColorMode : unsigned char { kAuto, kAlways, kNever };

/// Whether one of the two output streams is a terminal.
enum class StreamKind : unsigned char { kTerminal, kOther };

/// `always` and `never` decide by themselves. For `auto`: NO_COLOR (any value but empty) says no,
/// CLICOLOR_FORCE (any value but empty and "0") says yes, TERM=dumb says no, else a terminal gets colours.
[[nodiscard]] bool wants_color(ColorMode mode, const base::Environment& environment, StreamKind stream);

}  // namespace descopectl::config
