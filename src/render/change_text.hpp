// One field's difference as lines of text.
#pragma once

#include <string>
#include <string_view>

#include "descopectl/base/json.hpp"
#include "descopectl/schema/values.hpp"
#include "painter.hpp"

namespace descopectl::render {

/// Collects the lines of one object's body.
class ChangeWriter {
 public:
  /// `is_whole`: the object as such comes or goes, so that a field that goes needs no `-> null`.
  ChangeWriter(const Painter& painter, schema::Fields fields, bool is_whole)
      : painter_(painter), fields_(fields), is_whole_(is_whole) {}

  /// `note` stands at the end of the change's first line: " # forces replacement".
  void add_change(const schema::FieldChange& change, std::string_view note = {});
  /// `+ path = (sensitive value)`.
  void add_sensitive(Sign sign, std::string_view path, std::string_view note = {});
  /// A line that is no change of a field the caller knows: the id's.
  void add_line_with(Sign sign, std::string_view text) { write_line(kIndent, sign, text); }
  /// A line of our own words, indented like a field.
  void add_line(std::string_view line);

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  static constexpr std::size_t kIndent = 2;

  /// A field that goes while its object stays shows `-> null`; what is within it goes without saying.
  [[nodiscard]] bool has_arrow(std::size_t indent, Sign sign) const {
    return sign == Sign::kRemove && !is_whole_ && indent == kIndent;
  }
  void write_change(std::size_t indent, std::string_view label, const json::value& before,
                    const json::value& after, const schema::Field* field, std::string_view note);
  void write_whole(std::size_t indent, Sign sign, std::string_view label, const json::value& value,
                   std::string_view note);
  void write_text(std::size_t indent, Sign sign, std::string_view label, std::string_view text,
                  std::string_view note);
  void write_text_change(std::size_t indent, std::string_view label, std::string_view before,
                         std::string_view after, std::string_view note);
  void write_list_change(std::size_t indent, std::string_view label, const json::array& before,
                         const json::array& after, bool is_ordered, std::string_view note);
  void write_object_change(std::size_t indent, std::string_view label, const json::object& before,
                           const json::object& after, std::string_view note);
  void write_line(std::size_t indent, Sign sign, std::string_view text);

  const Painter& painter_;
  schema::Fields fields_;
  bool is_whole_;
  std::string out_;
};

}  // namespace descopectl::render
