// ${env:NAME}, ${var:NAME} and ${file:PATH} inside strings.
#include "substitute.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "descopectl/base/files.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::manifest {
namespace {

constexpr std::uint64_t kFileLimit = 1ULL << 20;

}  // namespace

std::optional<std::string> Substitution::resolve(const document::Node& scalar, diag::Sink& sink) const {
  const std::string_view text = scalar.text;
  if (text.find("${") == std::string_view::npos) return std::string(text);
  std::string result;
  bool is_whole = true;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t next = text.find("${", at);
    if (next == std::string_view::npos) break;
    if (next > at && text[next - 1] == '$') {
      result.append(text.substr(at, next - 1 - at)).append("${");
      at = next + 2;
      continue;
    }
    result.append(text.substr(at, next - at));
    const std::size_t end = text.find('}', next);
    if (end == std::string_view::npos) {
      sink.error("bad-substitution", scalar.span_of(next, text.size() - next), "'${' without its '}'",
                 "write $${ for a literal ${");
      return std::nullopt;
    }
    const auto value =
        look_up(text.substr(next + 2, end - next - 2), scalar.span_of(next, end + 1 - next), sink);
    is_whole = is_whole && value.has_value();
    if (value) result.append(*value);
    at = end + 1;
  }
  if (!is_whole) return std::nullopt;
  result.append(text.substr(std::min(at, text.size())));
  return result;
}

std::string Substitution::folder(diag::Span span) const {
  const auto found = folders_.find(span.source);
  return found == folders_.end() ? folder_ : found->second;
}

std::optional<std::string> Substitution::look_up(std::string_view expression, diag::Span span,
                                                 diag::Sink& sink) const {
  const std::size_t colon = expression.find(':');
  const std::string_view form = expression.substr(0, colon == std::string_view::npos ? 0 : colon);
  const std::string name(colon == std::string_view::npos ? expression : expression.substr(colon + 1));
  const std::string shown = base::printable(name, 80);
  if (form == "env") {
    if (auto value = environment_.find(name)) return value;
    sink.error("unset-variable", span, fmt::format("the environment variable '{}' is not set", shown),
               fmt::format("export {}=..., or write $${{ for a literal ${{", shown),
               diag::Mark::kMayLackEnvironment);
    return std::nullopt;
  }
  if (form == "var") {
    asked_for_.insert(name);
    const auto found = variables_.find(name);
    if (found != variables_.end()) return found->second;
    std::vector<std::string_view> known;
    for (const auto& [key, value] : variables_)
      known.push_back(key);
    const auto nearest = base::find_nearest(name, known);
    sink.error("unset-variable", span, fmt::format("the variable '{}' is not set", shown),
               nearest
                   ? fmt::format("did you mean '{}'?", *nearest)
                   : fmt::format("give it with --var {}=..., or under 'variables' in descopectl.yaml", shown),
               diag::Mark::kMayLackEnvironment);
    return std::nullopt;
  }
  if (form == "file") {
    const std::filesystem::path path = std::filesystem::path(folder(span)) / name;
    auto content = base::read_file(path, kFileLimit);
    if (!content) {
      sink.error("unreadable-file", span, content.error().message());
      return std::nullopt;
    }
    if (base::find_invalid_utf8(*content)) {
      sink.error("unreadable-file", span, fmt::format("the file '{}' is not UTF-8 text", shown));
      return std::nullopt;
    }
    if (content->ends_with('\n')) content->pop_back();
    if (content->ends_with('\r')) content->pop_back();
    return *content;
  }
  sink.error("bad-substitution", span,
             fmt::format("'${{{}}}' is none of ${{env:NAME}}, ${{var:NAME}} and ${{file:PATH}}",
                         base::printable(expression, 80)),
             "write $${ for a literal ${");
  return std::nullopt;
}

}  // namespace descopectl::manifest
