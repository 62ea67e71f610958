// What a user can fix: a diagnostic with a stable code and a place, and the sink that collects them.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/diag/source.hpp"

namespace descopectl::diag {

enum class Severity : unsigned char { kError, kWarning, kNote };

/// "error", "warning" or "note".
[[nodiscard]] std::string_view to_string(Severity severity);

/// What an error means to who goes on, or explains it.
enum class Mark : unsigned char {
  kNone,
  kBlocksOnlyWrites,    ///< a command that writes nothing (drift) goes on, and shows it as a warning
  kMayLackEnvironment,  ///< what an environment adds or sets may mend it: a note says so where none is chosen
};

/// One finding. `code` is stable ("unknown-field"); `summary` is one line, `detail` may be more sentences,
/// `hint` says what to do. `related` are further places with a word on each ("first declared here").
struct Diagnostic {
  Severity severity = Severity::kError;
  std::string code;
  std::string summary;
  std::string detail;
  std::string hint;
  Span span;
  std::vector<std::pair<Span, std::string>> related;
  Mark mark = Mark::kNone;
};

/// Collects the diagnostics of a run. Not thread-safe: work done side by side uses a sink each, merged in
/// order.
class Sink {
 public:
  void add(Diagnostic diagnostic);
  void error(std::string code, Span span, std::string summary, std::string hint = {},
             std::string detail = {});
  void error(std::string code, Span span, std::string summary, std::string hint, Mark mark);
  void warning(std::string code, Span span, std::string summary, std::string hint = {},
               std::string detail = {});
  /// Appends everything of `other`.
  void merge(Sink&& other);

  [[nodiscard]] bool has_errors() const { return errors_ > 0; }
  [[nodiscard]] std::size_t error_count() const { return errors_; }
  [[nodiscard]] std::size_t warning_count() const { return warnings_; }
  [[nodiscard]] bool empty() const { return diagnostics_.empty(); }
  [[nodiscard]] const std::vector<Diagnostic>& all() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

/// The diagnostics in the order of files as loaded, then of position, those without a place last, doubles
/// dropped: the order does not depend on the order of finding.
[[nodiscard]] std::vector<Diagnostic> sorted(std::vector<Diagnostic> diagnostics);

/// `descope/a.yaml:3:5: error: unknown field 'x' in Connection [unknown-field]`, the line with a caret,
/// related places, and `hint: ...`; ends in a newline. Without a place: `error: ... [code]`.
[[nodiscard]] std::string to_text(const Diagnostic& diagnostic, const SourceTable& sources);

/// The JSON form of contract section 5; `range` is left out where there is no place.
[[nodiscard]] json::object to_json(const Diagnostic& diagnostic, const SourceTable& sources);

}  // namespace descopectl::diag
