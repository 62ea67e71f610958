// What the caller says about how a result is shown.
#pragma once

#include <string>
#include <vector>

#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/diag/exit_status.hpp"
#include "descopectl/diag/source.hpp"

namespace descopectl::render {

/// For people.
struct TextOptions {
  bool color = false;
  bool show_noop = false;                      ///< objects without a change too
  bool is_summary = false;                     ///< one line an object, no fields
  bool is_destroy = false;                     ///< the command destroy: its own last lines
  const diag::SourceTable* sources = nullptr;  ///< may be null: no places are shown
};

/// For programs: what a document holds besides the result itself.
struct JsonContext {
  std::string version;    ///< of this program
  std::string timestamp;  ///< RFC 3339; the one member that may differ between two runs on the same input
  diag::ExitStatus exit = diag::ExitStatus::kDone;
  std::vector<diag::Diagnostic> diagnostics;   ///< sorted by the caller; refusals have a list of their own
  const diag::SourceTable* sources = nullptr;  ///< may be null: no places are given
  bool is_complete = true;                     ///< false: only a part was looked at
};

}  // namespace descopectl::render
