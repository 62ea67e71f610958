// ${env:NAME}, ${var:NAME} and ${file:PATH} inside strings.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "descopectl/base/environment.hpp"
#include "descopectl/schema/decode.hpp"

namespace descopectl::manifest {

/// Replaces what a manifest takes from outside. `$${` gives a literal `${`; an unknown form is an error.
class Substitution final : public schema::TextResolver {
 public:
  Substitution(const base::Environment& environment, const std::map<std::string, std::string>& variables,
               std::string folder)
      : environment_(environment), variables_(variables), folder_(std::move(folder)) {}

  /// For a document of values from several files: what `span` lies in decides.
  void add_folder(std::uint32_t source, std::string folder) { folders_[source] = std::move(folder); }

  std::optional<std::string> resolve(const document::Node& scalar, diag::Sink& sink) const override;
  [[nodiscard]] std::string folder(diag::Span span) const override;
  /// The names of the variables that were asked for so far, found or not.
  [[nodiscard]] const std::set<std::string>& asked_for() const { return asked_for_; }

 private:
  std::optional<std::string> look_up(std::string_view expression, diag::Span span, diag::Sink& sink) const;

  const base::Environment& environment_;
  const std::map<std::string, std::string>& variables_;
  std::string folder_;  ///< where `folders_` says nothing
  std::map<std::uint32_t, std::string> folders_;
  mutable std::set<std::string> asked_for_;
};

}  // namespace descopectl::manifest
