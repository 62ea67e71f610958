// One field's difference as lines of text: scalars on one line, lists and texts of several lines item by
// item.
#include "change_text.hpp"

#include <algorithm>
#include <vector>

#include "descopectl/base/text.hpp"
#include "value_text.hpp"

namespace descopectl::render {
namespace {

constexpr std::size_t kInlineLimit = 90;  // code points of a list on one line
constexpr std::size_t kMaxLines = 40;     // of a text shown whole; more lose their middle

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool has_lines(const json::value& value) {
  const json::string* text = value.if_string();
  return text != nullptr && text->find('\n') != json::string::npos;
}

/// A list of scalars, short enough for one line.
bool fits_line(const json::array& items, const std::string& shown) {
  return base::count_code_points(shown) <= kInlineLimit &&
         std::none_of(items.begin(), items.end(), [](const json::value& item) { return item.is_object(); });
}

/// What leaves and what comes between two sequences.
template <class T>
struct Difference {
  std::vector<T> removed;
  std::vector<T> added;
  std::size_t unchanged = 0;
};

/// Common beginning and end stay; what is between them goes and comes as a whole. Right for sequences, and
/// never longer than both of them.
template <class T>
Difference<T> compare_ordered(const std::vector<T>& before, const std::vector<T>& after) {
  const auto split = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  const auto left = static_cast<std::size_t>(before.end() - split.first);
  const auto right = static_cast<std::size_t>(after.end() - split.second);
  std::size_t tail = 0;
  while (tail < std::min(left, right) && before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  const auto end = static_cast<std::ptrdiff_t>(tail);
  return {{split.first, before.end() - end}, {split.second, after.end() - end}, before.size() - left + tail};
}

template <class T>
Difference<T> compare_set(const std::vector<T>& before, const std::vector<T>& after) {
  Difference<T> result;
  const auto is_in = [](const std::vector<T>& list, const T& item) {
    return std::find(list.begin(), list.end(), item) != list.end();
  };
  for (const T& item : before)
    if (!is_in(after, item)) result.removed.push_back(item);
  for (const T& item : after)
    if (!is_in(before, item))
      result.added.push_back(item);
    else
      ++result.unchanged;
  return result;
}

std::string label_part(std::string_view label) {
  return label.empty() ? std::string() : std::string(label) + " = ";
}

/// The name of a member within an object: quoted where it is no plain word.
std::string member_label(std::string_view name) {
  return show_path({}, "/" + base::escape_pointer_token(name));
}

}  // namespace

void ChangeWriter::write_line(std::size_t indent, Sign sign, std::string_view text) {
  out_.append(indent, ' ').append(painter_.sign(sign)).append(" ").append(text).append("\n");
}

void ChangeWriter::add_line(std::string_view line) {
  out_.append("    ").append(line).append("\n");
}

void ChangeWriter::add_sensitive(Sign sign, std::string_view path, std::string_view note) {
  const std::string_view gone = has_arrow(kIndent, sign) ? " -> null" : "";
  write_line(kIndent, sign, fmt::format("{} = {}{}{}", show_path(fields_, path), kSensitive, gone, note));
}

void ChangeWriter::add_change(const schema::FieldChange& change, std::string_view note) {
  if (change.is_sensitive) {
    // Of a secret neither value is at hand: it changed.
    const Sign sign = change.before.is_null() == change.after.is_null() ? Sign::kChange
                      : change.before.is_null()                         ? Sign::kAdd
                                                                        : Sign::kRemove;
    add_sensitive(sign, change.path, note);
    return;
  }
  write_change(kIndent, show_path(fields_, change.path), change.before, change.after, change.field, note);
}

void ChangeWriter::write_change(std::size_t indent, std::string_view label, const json::value& before,
                                const json::value& after, const schema::Field* field, std::string_view note) {
  if (before.is_null()) return write_whole(indent, Sign::kAdd, label, after, note);
  if (after.is_null()) return write_whole(indent, Sign::kRemove, label, before, note);
  const json::array* old_items = items_of(before);
  const json::array* new_items = items_of(after);
  if (old_items != nullptr && new_items != nullptr) {
    const bool is_ordered = field == nullptr || field->list == schema::ListForm::kOrdered;
    return write_list_change(indent, label, *old_items, *new_items, is_ordered, note);
  }
  if (before.is_object() && after.is_object() && !model::marker::find_reference(after))
    return write_object_change(indent, label, before.get_object(), after.get_object(), note);
  if (before.is_string() && after.is_string() && (has_lines(before) || has_lines(after)))
    return write_text_change(indent, label, before.get_string(), after.get_string(), note);
  write_line(indent, Sign::kChange,
             label_part(label) + show_step(before, after) + awaited_comment(after) + std::string(note));
}

void ChangeWriter::write_whole(std::size_t indent, Sign sign, std::string_view label,
                               const json::value& value, std::string_view note) {
  if (has_lines(value)) return write_text(indent, sign, label, value.get_string(), note);
  const std::string_view gone = has_arrow(indent, sign) ? " -> null" : "";
  const std::string shown = show_value(value);
  const json::array* items = items_of(value);
  const json::object* object = model::marker::find_reference(value) ? nullptr : value.if_object();
  const bool is_long_list = items != nullptr && !fits_line(*items, shown);
  const bool is_object = items == nullptr && object != nullptr && !object->empty();
  if (!is_long_list && !is_object) {
    const std::string text = label_part(label) + shown + std::string(gone);
    return write_line(indent, sign, text + awaited_comment(value) + std::string(note));
  }
  write_line(indent, sign, label_part(label) + (is_object ? "{" : "[") + std::string(note));
  if (is_object) {
    for (const auto& [name, member] : *object)
      if (!member.is_null()) write_whole(indent + 4, sign, member_label(name), member, {});
  } else {
    for (const json::value& item : *items)
      write_whole(indent + 4, sign, {}, item, {});
  }
  write_line(indent, Sign::kNone, (is_object ? "}" : "]") + std::string(gone));
}

void ChangeWriter::write_text(std::size_t indent, Sign sign, std::string_view label, std::string_view text,
                              std::string_view note) {
  write_line(indent, sign, label_part(label) + "<<EOT" + std::string(note));
  const auto lines = split_lines(text);
  const bool is_cut = lines.size() > kMaxLines;
  const std::size_t head = is_cut ? kMaxLines / 2 : lines.size();
  const std::size_t tail = is_cut ? lines.size() - kMaxLines / 2 : lines.size();
  for (std::size_t i = 0; i < head; ++i)
    write_line(indent + 2, Sign::kNone, show_prose(lines[i]));
  if (is_cut) write_line(indent + 2, Sign::kNone, fmt::format("... ({} more lines)", tail - head));
  for (std::size_t i = tail; i < lines.size(); ++i)
    write_line(indent + 2, Sign::kNone, show_prose(lines[i]));
  write_line(indent, Sign::kNone, has_arrow(indent, sign) ? "EOT -> null" : "EOT");
}

void ChangeWriter::write_text_change(std::size_t indent, std::string_view label, std::string_view before,
                                     std::string_view after, std::string_view note) {
  const auto difference = compare_ordered(split_lines(before), split_lines(after));
  if (difference.removed.empty() && difference.added.empty()) {  // only the newline at the end differs
    write_line(indent, Sign::kChange,
               fmt::format("{}{} -> {}{}", label_part(label), quote_text(before), quote_text(after), note));
    return;
  }
  write_line(indent, Sign::kChange, label_part(label) + "<<EOT" + std::string(note));
  for (const std::string_view line : difference.removed)
    write_line(indent + 4, Sign::kRemove, show_prose(line));
  for (const std::string_view line : difference.added)
    write_line(indent + 4, Sign::kAdd, show_prose(line));
  if (difference.unchanged > 0)
    write_line(indent + 4, Sign::kNone,
               fmt::format("({})", base::counted(difference.unchanged, "unchanged line")));
  write_line(indent, Sign::kNone, "EOT");
}

void ChangeWriter::write_list_change(std::size_t indent, std::string_view label, const json::array& before,
                                     const json::array& after, bool is_ordered, std::string_view note) {
  const std::vector<json::value> old_items(before.begin(), before.end());
  const std::vector<json::value> new_items(after.begin(), after.end());
  auto difference = is_ordered ? compare_ordered(old_items, new_items) : compare_set(old_items, new_items);
  if (difference.removed.empty() && difference.added.empty())
    difference = compare_ordered(old_items, new_items);
  write_line(indent, Sign::kChange, label_part(label) + "[" + std::string(note));
  for (const json::value& item : difference.removed)
    write_whole(indent + 4, Sign::kRemove, {}, item, {});
  for (const json::value& item : difference.added)
    write_whole(indent + 4, Sign::kAdd, {}, item, {});
  if (difference.unchanged > 0)
    write_line(indent + 4, Sign::kNone,
               fmt::format("({})", base::counted(difference.unchanged, "unchanged item")));
  write_line(indent, Sign::kNone, "]");
}

void ChangeWriter::write_object_change(std::size_t indent, std::string_view label, const json::object& before,
                                       const json::object& after, std::string_view note) {
  write_line(indent, Sign::kChange, label_part(label) + "{" + std::string(note));
  std::size_t unchanged = 0;
  const json::value null;
  for (const auto& [name, old] : before) {
    const json::value* now = after.if_contains(name);
    if (now != nullptr && *now == old)
      ++unchanged;
    else if (now != nullptr || !old.is_null())
      write_change(indent + 4, member_label(name), old, now == nullptr ? null : *now, nullptr, {});
  }
  for (const auto& [name, now] : after)
    if (!before.contains(name)) write_change(indent + 4, member_label(name), null, now, nullptr, {});
  if (unchanged > 0)
    write_line(indent + 4, Sign::kNone, fmt::format("({})", base::counted(unchanged, "unchanged field")));
  write_line(indent, Sign::kNone, "}");
}

}  // namespace descopectl::render
