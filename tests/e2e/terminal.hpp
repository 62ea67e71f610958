// The program on a pseudo terminal, as a person would see it.
#pragma once

#include <string>
#include <string_view>

#include "harness.hpp"

namespace descopectl::e2e {

/// All three standard streams are the terminal.
class Terminal {
 public:
  Terminal(const Workspace& workspace, const Arguments& arguments);
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  /// Reads until `text` has appeared; false where the program ended before, or patience did.
  bool wait_for(std::string_view text);
  void type(std::string_view text) const;
  /// Waits for the end and gives the exit status.
  int finish();
  /// Everything that was shown, without carriage returns.
  [[nodiscard]] std::string screen() const;

 private:
  bool pump();

  pid_t pid_ = -1;
  int terminal_ = -1;
  std::string text_;
};

}  // namespace descopectl::e2e
