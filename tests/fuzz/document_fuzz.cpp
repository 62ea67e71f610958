// Any bytes at all: parsing ends, keeps its promises about spans, and says something exactly when it fails.
#include <string>

#include "descopectl/document/parse.hpp"
#include "require.hpp"

namespace {

using namespace descopectl;
using fuzz::require;

void check_span(const diag::Span& span, const diag::SourceTable& sources) {
  require(span.source == 1 && span.begin <= span.end && span.end <= sources.text(1).size(),
          "span lies in the text");
}

void check(const document::Node& node, const diag::SourceTable& sources, std::size_t depth) {
  require(depth <= 64, "depth is limited");
  check_span(node.span, sources);
  if (node.kind == document::NodeKind::kInteger) static_cast<void>(node.as_integer());
  if (node.is_scalar()) static_cast<void>(node.as_float());
  if (node.is_plain && !node.text.empty()) {
    require(document::resolve_plain_scalar(node.text) == node.kind, "plain scalars have their kind");
  }
  for (const auto& item : node.items)
    check(item, sources, depth + 1);
  for (const auto& member : node.members) {
    check_span(member.key_span, sources);
    check(member.value, sources, depth + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t size) {
  diag::SourceTable sources;
  const auto source = sources.add("fuzz.yaml", std::string(reinterpret_cast<const char*>(bytes), size));
  diag::Sink sink;
  const document::Limits limits{.nodes = 20'000};
  const bool is_good = document::parse_documents(
      sources, source, limits, sink, [&](const document::Node& root) { check(root, sources, 0); });
  require(is_good == !sink.has_errors(), "an error is reported exactly where there is one");
  for (const auto& diagnostic : sink.all()) {
    check_span(diagnostic.span, sources);
    const auto text = diag::to_text(diagnostic, sources);
    for (const char c : text)
      require(c == '\n' || static_cast<unsigned char>(c) >= 0x20, "nothing steers a terminal");
  }
  return 0;
}
