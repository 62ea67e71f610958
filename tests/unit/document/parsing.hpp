// Parses a text and keeps what tests look at: diagnostics as text, and trees written out.
#pragma once

#include <string>
#include <vector>

#include "descopectl/document/parse.hpp"

namespace descopectl::document {

/// A tree in one line: `{a: 1:integer, b: [x]}`; kinds other than string stand behind the value.
inline std::string written(const Node& node) {
  std::string out;
  if (node.kind == NodeKind::kMapping) {
    for (const auto& member : node.members) {
      out += (out.empty() ? "" : ", ") + std::string(member.key) + (member.is_merged ? "<: " : ": ") +
             written(member.value);
    }
    return "{" + out + "}";
  }
  if (node.kind == NodeKind::kSequence) {
    for (const auto& item : node.items)
      out += (out.empty() ? "" : ", ") + written(item);
    return "[" + out + "]";
  }
  out = std::string(node.text);
  switch (node.kind) {
    case NodeKind::kNull:
      return out + (node.is_unset ? ":unset" : ":null");
    case NodeKind::kBoolean:
      return out + ":boolean";
    case NodeKind::kInteger:
      return out + ":integer";
    case NodeKind::kFloat:
      return out + ":number";
    default:
      return out;
  }
}

struct Parsed {
  bool is_good = false;
  std::vector<std::string> documents;
  std::string errors;  // as a user sees them
};

inline Parsed parse(std::string text, const Limits& limits = {}) {
  diag::SourceTable sources;
  const auto source = sources.add("a.yaml", std::move(text));
  diag::Sink sink;
  Parsed parsed;
  parsed.is_good = parse_documents(sources, source, limits, sink,
                                   [&](const Node& root) { parsed.documents.push_back(written(root)); });
  for (const auto& diagnostic : diag::sorted(sink.all()))
    parsed.errors += diag::to_text(diagnostic, sources);
  return parsed;
}

/// The one document in `text`, written out; or its errors.
inline std::string parsed_one(std::string text) {
  const auto parsed = parse(std::move(text));
  if (!parsed.errors.empty()) return parsed.errors;
  return parsed.documents.size() == 1 ? parsed.documents[0] : "not one document";
}

inline std::string errors_of(std::string text, const Limits& limits = {}) {
  return parse(std::move(text), limits).errors;
}

/// The first line of the errors, up to the second error.
inline std::string first_line(const std::string& errors) {
  return errors.substr(0, errors.find('\n'));
}

}  // namespace descopectl::document
