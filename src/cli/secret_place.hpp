// Where a secret that the user asked for goes: a new file, standard output, or both.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "descopectl/base/private_file.hpp"
#include "descopectl/schema/kind.hpp"
#include "run.hpp"

namespace descopectl::cli {

class SecretPlace {
 public:
  /// By --secret-file and --show-secret; opens the file. kInvalidInput where flags contradict each other,
  /// kConflict where the file is there already.
  [[nodiscard]] static Result<SecretPlace> open(const Context& context);

  /// Was either flag given?
  [[nodiscard]] bool is_wanted() const { return is_shown_ || file_.has_value(); }
  [[nodiscard]] bool is_shown() const { return is_shown_; }

  /// Writes the file, where there is one, and lets the secret through to standard output, where it is to be
  /// shown.
  Result<void> take(Context& context, const model::Secret& secret);

 private:
  bool is_shown_ = false;
  std::optional<base::PrivateFile> file_;
};

/// The row of the secret that the kind's secret calls are about, or null.
[[nodiscard]] const schema::Field* find_secret_row(const schema::Kind& kind);

}  // namespace descopectl::cli
