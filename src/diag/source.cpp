// Lines, columns and quoted lines, worked out when a diagnostic is shown.
#include "descopectl/diag/source.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "descopectl/base/text.hpp"
#include "secret_guess.hpp"

namespace descopectl::diag {
namespace {

constexpr std::string_view kSecret = "***";
constexpr std::string_view kUnprintable = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kCut = "...";

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) == 0x80;
}

/// The nearest beginning of a code point at or before `byte`.
std::size_t align(std::string_view text, std::size_t byte) {
  const auto lowest = byte < 3 ? 0 : byte - 3;
  auto aligned = byte;
  while (aligned > lowest && aligned < text.size() && is_continuation(text[aligned]))
    --aligned;
  return aligned;
}

/// Bytes [begin, end) of a text.
struct Window {
  std::size_t begin;
  std::size_t end;
};

/// As much of `line` around `span` as fits `limit`; a third of it before the span.
Window window_around(std::string_view text, Window line, Window span, std::size_t limit) {
  if (line.end - line.begin <= limit) return line;
  Window window = line;
  const auto lead = limit / 3;
  if (span.begin - line.begin > lead) window.begin = align(text, span.begin - lead);
  if (line.end - window.begin <= limit) {
    window.begin = align(text, line.end - limit);
  } else {
    window.end = align(text, window.begin + limit);
  }
  return window;
}

/// Writes the shown form of a window, and notes between which columns the marked bytes came to stand.
class QuoteWriter {
 public:
  using Secrets = std::vector<std::pair<std::uint32_t, std::uint32_t>>;  // sorted by their beginnings

  QuoteWriter(std::string_view text, const Secrets& secrets, Window window, Window mark)
      : text_(text), secrets_(secrets), window_(window), mark_(mark) {}

  void append_cut() { append(kCut, 3); }

  void append_window() {
    auto secret = secrets_.begin();
    for (auto at = window_.begin; at < window_.end;) {
      while (secret != secrets_.end() && secret->second <= at)
        ++secret;
      const auto column = column_;
      const bool is_secret = secret != secrets_.end() && secret->first <= at;
      const auto next =
          is_secret ? std::min<std::size_t>(secret->second, window_.end) : append_code_point(at);
      if (is_secret) append(kSecret, 3);
      if (next > mark_.begin && at < mark_.end) {
        first_ = std::min(first_, column);
        end_ = column_;
      }
      at = next;
    }
  }

  [[nodiscard]] SourceTable::Quote take() {
    const auto first = std::min(first_, column_);
    return {std::move(out_), first, end_ > first ? end_ - first : 1};
  }

 private:
  void append(std::string_view shown, std::uint32_t columns) {
    out_ += shown;
    column_ += columns;
  }

  /// Gives where the next code point begins.
  std::size_t append_code_point(std::size_t at) {
    const auto code_point = base::decode_utf8(text_, at);
    const auto bytes = text_.substr(at, code_point.size);
    const bool is_shown = code_point.is_valid && base::is_printable(code_point.value);
    append(bytes == "\t" ? std::string_view(" ") : is_shown ? bytes : kUnprintable, 1);
    return at + code_point.size;
  }

  std::string_view text_;
  const Secrets& secrets_;
  Window window_;
  Window mark_;
  std::string out_;
  std::uint32_t column_ = 0;
  std::uint32_t first_ = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t end_ = 0;
};

/// The marked and the guessed secrets of a line as stretches that do not touch.
QuoteWriter::Secrets join_secrets(QuoteWriter::Secrets secrets, const std::vector<Stretch>& guessed) {
  for (const auto& [begin, end] : guessed)
    secrets.emplace_back(static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end));
  std::sort(secrets.begin(), secrets.end());
  QuoteWriter::Secrets joined;
  for (const auto& secret : secrets) {
    if (!joined.empty() && secret.first <= joined.back().second)
      joined.back().second = std::max(joined.back().second, secret.second);
    else
      joined.push_back(secret);
  }
  return joined;
}

}  // namespace

std::uint32_t SourceTable::add(std::string name, std::string text) {
  // Positions are 32 bits wide; readers limit files to far less.
  if (text.size() >= std::numeric_limits<std::uint32_t>::max())
    throw std::length_error("source text of 4 GiB");
  auto& source = sources_.emplace_back();
  source.name = std::move(name);
  source.text = std::move(text);
  return static_cast<std::uint32_t>(sources_.size());
}

const SourceTable::Source* SourceTable::find(std::uint32_t source) const {
  return source == 0 || source > sources_.size() ? nullptr : &sources_[source - 1];
}

std::string_view SourceTable::name(std::uint32_t source) const {
  const auto* found = find(source);
  return found == nullptr ? std::string_view() : std::string_view(found->name);
}

std::string_view SourceTable::text(std::uint32_t source) const {
  const auto* found = find(source);
  return found == nullptr ? std::string_view() : std::string_view(found->text);
}

std::size_t SourceTable::line_of(const Source& source, std::uint32_t byte) {
  std::call_once(source.lines_made, [&source] {
    source.lines.push_back(0);
    // A lone carriage return ends a line too, as YAML has it.
    for (std::size_t at = 0; (at = source.text.find_first_of("\r\n", at)) != std::string::npos;) {
      at += source.text.compare(at, 2, "\r\n") == 0 ? 2U : 1U;
      source.lines.push_back(static_cast<std::uint32_t>(at));
    }
  });
  const auto after = std::upper_bound(source.lines.begin(), source.lines.end(), byte);
  return static_cast<std::size_t>(after - source.lines.begin()) - 1;
}

Position SourceTable::position(std::uint32_t source, std::uint32_t byte) const {
  const auto* found = find(source);
  if (found == nullptr) return {};
  byte = std::min(byte, static_cast<std::uint32_t>(found->text.size()));
  const auto line = line_of(*found, byte);
  const auto begin = found->lines[line];
  auto before = std::string_view(found->text).substr(begin, byte - begin);
  if (begin == 0 && before.starts_with("\xEF\xBB\xBF")) before.remove_prefix(3);  // no editor counts the mark
  return {static_cast<std::uint32_t>(line + 1),
          static_cast<std::uint32_t>(base::count_code_points(before) + 1), byte};
}

Position SourceTable::begin_of(const Span& span) const {
  return position(span.source, span.begin);
}

Position SourceTable::end_of(const Span& span) const {
  return position(span.source, std::max(span.begin, span.end));
}

void SourceTable::mark_secret(const Span& span) {
  if (find(span.source) == nullptr || span.begin >= span.end) return;
  auto& secrets = sources_[span.source - 1].secrets;
  const std::pair stretch(span.begin, span.end);
  secrets.insert(std::upper_bound(secrets.begin(), secrets.end(), stretch), stretch);
}

SourceTable::Quote SourceTable::quote(const Span& span, std::size_t limit) const {
  const auto* source = find(span.source);
  if (source == nullptr) return {};
  const std::string_view text = source->text;
  const auto first = std::min<std::size_t>(span.begin, text.size());
  const auto line_index = line_of(*source, static_cast<std::uint32_t>(first));
  Window line{source->lines[line_index], std::min(text.find_first_of("\r\n", first), text.size())};
  if (line.begin == 0 && text.starts_with("\xEF\xBB\xBF")) line.begin = 3;
  line.end = std::max(line.begin, line.end);
  const auto begin = std::clamp(first, line.begin, line.end);
  const Window mark{begin, std::max<std::size_t>(span.end, begin + 1)};
  const auto window = window_around(text, line, mark, limit);

  const auto secrets = join_secrets(source->secrets, guess_secrets(text, {line.begin, line.end}));
  QuoteWriter writer(text, secrets, window, mark);
  if (window.begin > line.begin) writer.append_cut();
  writer.append_window();
  if (window.end < line.end) writer.append_cut();
  return writer.take();
}

}  // namespace descopectl::diag
