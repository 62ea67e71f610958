// Turns bytes of YAML into positioned trees, within stated limits, one document at a time.
#pragma once

#include <cstdint>
#include <functional>

#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/document/node.hpp"

namespace descopectl::document {

/// What a file may cost. Past any of these the file is refused with a diagnostic that names the limit.
struct Limits {
  std::uint64_t bytes = 64ULL << 20;  ///< per file; `base::read_file` is given the same number
  std::uint32_t depth = 64;           ///< nesting of sequences and mappings
  std::uint64_t nodes = 4'000'000;    ///< per file, counted after the expansion of aliases and merge keys
};

/// Parses the text of `source` in `sources` (already added) and calls `visit` for each document in turn, with
/// its root; the root and all that hangs on it live only until `visit` returns. Empty documents (nothing, or
/// only comments, or null) are skipped. Everything wrong goes to `sink` with its place: codes `yaml-syntax`,
/// `yaml-duplicate-key` (with both places), `yaml-tab`, `yaml-unknown-tag`, `yaml-unknown-anchor`,
/// `yaml-unclosed-quote`, `yaml-depth`, `yaml-budget` (alias bomb, file too large), `yaml-merge-key`,
/// `yaml-key-type`, `yaml-encoding` (invalid UTF-8, UTF-16, NUL or other control characters: a binary file).
///
/// A document with an error is not visited; documents before it are. After a syntax error the rest of the
/// file is not read. Gives true where the whole file was free of errors. Never throws for what a file
/// contains.
bool parse_documents(const diag::SourceTable& sources, std::uint32_t source, const Limits& limits,
                     diag::Sink& sink, const std::function<void(const Node& root)>& visit);

}  // namespace descopectl::document
