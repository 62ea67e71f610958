// Colours, or none.
#pragma once

#include <fmt/color.h>
#include <fmt/format.h>

#include <string>
#include <string_view>

namespace descopectl::render {

/// The mark before a line.
enum class Sign : unsigned char { kAdd, kChange, kRemove, kReplace, kAdopt, kForget, kNone };

/// Wraps texts in colours where colours are wanted, else gives them back as they are.
class Painter {
 public:
  explicit Painter(bool is_on) : is_on_(is_on) {}

  [[nodiscard]] std::string sign(Sign sign) const {
    switch (sign) {
      case Sign::kAdd:
        return paint("+", fmt::fg(fmt::terminal_color::green));
      case Sign::kChange:
        return paint("~", fmt::fg(fmt::terminal_color::yellow));
      case Sign::kRemove:
        return paint("-", fmt::fg(fmt::terminal_color::red));
      case Sign::kReplace:
        return paint("-", fmt::fg(fmt::terminal_color::red)) + "/" +
               paint("+", fmt::fg(fmt::terminal_color::green));
      case Sign::kAdopt:
        return paint(">", fmt::fg(fmt::terminal_color::cyan));
      case Sign::kForget:
        return ".";
      case Sign::kNone:
        break;
    }
    return " ";
  }
  [[nodiscard]] std::string bold(std::string_view text) const { return paint(text, fmt::emphasis::bold); }
  [[nodiscard]] std::string faint(std::string_view text) const { return paint(text, fmt::emphasis::faint); }
  [[nodiscard]] std::string alarm(std::string_view text) const {
    return paint(text, fmt::fg(fmt::terminal_color::red));
  }
  [[nodiscard]] std::string caution(std::string_view text) const {
    return paint(text, fmt::fg(fmt::terminal_color::yellow));
  }
  [[nodiscard]] std::string success(std::string_view text) const {
    return paint(text, fmt::emphasis::bold | fmt::fg(fmt::terminal_color::green));
  }

 private:
  [[nodiscard]] std::string paint(std::string_view text, fmt::text_style style) const {
    return is_on_ ? fmt::format(style, "{}", text) : std::string(text);
  }

  bool is_on_;
};

}  // namespace descopectl::render
