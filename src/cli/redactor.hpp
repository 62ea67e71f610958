// Takes secrets out of whatever is about to be shown.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "descopectl/base/json.hpp"
#include "descopectl/model/secret.hpp"

namespace descopectl::cli {

/// Knows the secrets of a run and replaces them in text: as they are, and in the encodings in which a
/// server's message or a serializer might repeat them: JSON's escapes and percent-encoding, in part or whole,
/// up to three deep; base64 of either alphabet, alone or within something longer; hexadecimal. Secrets under
/// four characters are not looked for: they would blank out ordinary text.
class Redactor {
 public:
  void add(const model::Secret& secret);
  /// The user asked to see this one.
  void release(const model::Secret& secret);
  [[nodiscard]] std::string redact(std::string_view text) const;
  /// The same for a JSON document: only strings are looked into, so that it stays the JSON it was. Member
  /// names are ours, or a user's key: only secrets of eight characters and more are looked for in them.
  [[nodiscard]] std::string redact_json(std::string_view document) const;

 private:
  /// A secret, and what stands for it in a text that was encoded.
  struct Known {
    explicit Known(const model::Secret& secret_);

    model::Secret secret;
    model::Secret with_plus;           ///< with `+` for each space, as forms are encoded; empty: no space
    std::vector<model::Secret> cores;  ///< base::encoded_cores, letters folded
  };
  struct Span {
    std::size_t begin;
    std::size_t end;
  };

  [[nodiscard]] std::string replace(std::string_view text, std::size_t least) const;
  [[nodiscard]] std::vector<Span> find_all(std::string_view text, std::size_t least) const;
  void find_in_level(std::string_view text, std::size_t least, std::vector<Span>& found) const;
  [[nodiscard]] json::value redact_value(const json::value& value) const;

  std::vector<Known> known_;
};

}  // namespace descopectl::cli
