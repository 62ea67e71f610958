// Reads exported manifests as any manifests are read, and finds what they do not say as live does.
#pragma once

#include <string>
#include <vector>

#include "descopectl/exporter/export.hpp"

namespace descopectl::exporter {

/// Where one document stands in the text of all.
struct Written {
  const schema::Kind* kind = nullptr;
  model::ObjectKey key;
  std::string live_id;
  std::size_t begin = 0;  ///< byte in the text
};

/// Something that is not as live has it.
struct Finding {
  enum class Form : unsigned char {
    kUnbound,  ///< it does not find its live object without metadata.id
    kField,    ///< the field at `path` can't be said
    kObject,   ///< the object can't be said
  };
  std::size_t object = 0;  ///< index into the documents
  Form form = Form::kObject;
  std::string path;  ///< of kField: pointer in manifests' names
  std::string why;
};

/// Findings of the first of these steps that has any: reading, binding, planning without a state. `text`
/// holds the documents in the order of `written`.
[[nodiscard]] std::vector<Finding> check(const std::string& text, const std::vector<Written>& written,
                                         const ExportInput& input);

/// What a plan with the recorded state would change: "Connection/a: /pkce".
[[nodiscard]] std::vector<std::string> find_differences_with_state(const std::string& text,
                                                                   const ExportInput& input);

}  // namespace descopectl::exporter
