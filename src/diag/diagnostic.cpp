// Diagnostics: collecting, ordering, and their two forms.
#include "descopectl/diag/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <limits>
#include <tuple>

#include "descopectl/base/text.hpp"

namespace descopectl::diag {
namespace {

constexpr std::size_t kTextLimit = 4000;  // per line; a message is never that long unless a file is hostile

/// `name:line:column`.
std::string place(const Span& span, const SourceTable& sources) {
  const auto begin = sources.begin_of(span);
  return fmt::format("{}:{}:{}", base::printable(sources.name(span.source), kTextLimit), begin.line,
                     begin.column);
}

json::object position_json(const Position& position) {
  return {{"line", position.line}, {"column", position.column}, {"byte", position.byte}};
}

void append_quote(std::string& out, const Span& span, const SourceTable& sources) {
  const auto quote = sources.quote(span);
  if (base::is_blank(quote.text)) return;
  fmt::format_to(std::back_inserter(out), "  {}\n  {:>{}}^{:~>{}}\n", quote.text, "", quote.first, "",
                 quote.count - 1);
}

/// Each line of `text` on its own, made safe to show.
void append_lines(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    out += base::printable(text.substr(0, end), kTextLimit);
    out += '\n';
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

/// "Nowhere" has the number 0, but is shown last.
std::uint32_t source_rank(const Diagnostic& diagnostic) {
  return diagnostic.span.is_known() ? diagnostic.span.source : std::numeric_limits<std::uint32_t>::max();
}

/// Everything that is shown besides the source, so that the order never hangs on the order of finding.
auto shown_parts(const Diagnostic& it) {
  return std::tie(it.span.begin, it.span.end, it.severity, it.code, it.summary, it.detail, it.hint);
}

bool comes_before(const Diagnostic& left, const Diagnostic& right) {
  const auto left_rank = source_rank(left);
  const auto right_rank = source_rank(right);
  return left_rank != right_rank ? left_rank < right_rank : shown_parts(left) < shown_parts(right);
}

bool is_double(const Diagnostic& left, const Diagnostic& right) {
  return left.span == right.span && shown_parts(left) == shown_parts(right);
}

}  // namespace

std::string_view to_string(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      return "note";
  }
  return "error";
}

namespace {

Diagnostic make(Severity severity, std::string code, Span span, std::string summary, std::string hint,
                std::string detail) {
  return {.severity = severity,
          .code = std::move(code),
          .summary = std::move(summary),
          .detail = std::move(detail),
          .hint = std::move(hint),
          .span = span};
}

}  // namespace

void Sink::add(Diagnostic diagnostic) {
  if (diagnostic.severity == Severity::kError) ++errors_;
  if (diagnostic.severity == Severity::kWarning) ++warnings_;
  diagnostics_.push_back(std::move(diagnostic));
}

void Sink::error(std::string code, Span span, std::string summary, std::string hint, std::string detail) {
  add(make(Severity::kError, std::move(code), span, std::move(summary), std::move(hint), std::move(detail)));
}

void Sink::error(std::string code, Span span, std::string summary, std::string hint, Mark mark) {
  Diagnostic diagnostic =
      make(Severity::kError, std::move(code), span, std::move(summary), std::move(hint), {});
  diagnostic.mark = mark;
  add(std::move(diagnostic));
}

void Sink::warning(std::string code, Span span, std::string summary, std::string hint, std::string detail) {
  add(make(Severity::kWarning, std::move(code), span, std::move(summary), std::move(hint),
           std::move(detail)));
}

void Sink::merge(Sink&& other) {
  diagnostics_.insert(diagnostics_.end(), std::make_move_iterator(other.diagnostics_.begin()),
                      std::make_move_iterator(other.diagnostics_.end()));
  errors_ += std::exchange(other.errors_, 0);
  warnings_ += std::exchange(other.warnings_, 0);
  other.diagnostics_.clear();
}

std::vector<Diagnostic> sorted(std::vector<Diagnostic> diagnostics) {
  std::stable_sort(diagnostics.begin(), diagnostics.end(), comes_before);
  diagnostics.erase(std::unique(diagnostics.begin(), diagnostics.end(), is_double), diagnostics.end());
  return diagnostics;
}

std::string to_text(const Diagnostic& diagnostic, const SourceTable& sources) {
  std::string out;
  const bool has_place = diagnostic.span.is_known();
  if (has_place) out = place(diagnostic.span, sources) + ": ";
  out += fmt::format("{}: {} [{}]\n", to_string(diagnostic.severity),
                     base::printable(diagnostic.summary, kTextLimit), diagnostic.code);
  if (has_place) append_quote(out, diagnostic.span, sources);
  append_lines(out, diagnostic.detail);
  for (const auto& [span, word] : diagnostic.related) {
    if (span.is_known()) out += place(span, sources) + ": ";
    out += fmt::format("note: {}\n", base::printable(word, kTextLimit));
  }
  if (!diagnostic.hint.empty())
    out += fmt::format("hint: {}\n", base::printable(diagnostic.hint, kTextLimit));
  return out;
}

json::object to_json(const Diagnostic& diagnostic, const SourceTable& sources) {
  json::object out{{"severity", to_string(diagnostic.severity)},
                   {"code", diagnostic.code},
                   {"summary", diagnostic.summary}};
  if (!diagnostic.detail.empty()) out["detail"] = diagnostic.detail;
  if (!diagnostic.hint.empty()) out["hint"] = diagnostic.hint;
  if (diagnostic.span.is_known()) {
    out["range"] = json::object{{"filename", sources.name(diagnostic.span.source)},
                                {"start", position_json(sources.begin_of(diagnostic.span))},
                                {"end", position_json(sources.end_of(diagnostic.span))}};
  }
  return out;
}

}  // namespace descopectl::diag
