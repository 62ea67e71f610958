// A secret value: a type that can't be printed, compared with text, or turned into JSON by accident.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace descopectl::model {

/// Holds the bytes of a secret and wipes them when it dies. There is no stream operator, no formatter, no
/// comparison with text; the only ways in are these named functions.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret& other) = default;
  Secret(Secret&& other) noexcept : value_(std::move(other.value_)) { other.wipe(); }
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(); }

  /// The bytes, for the wire encoder, the fingerprint and the redactor only.
  [[nodiscard]] std::string_view reveal() const { return value_; }
  [[nodiscard]] bool empty() const { return value_.empty(); }

 private:
  void wipe() noexcept;
  std::string value_;
};

}  // namespace descopectl::model
