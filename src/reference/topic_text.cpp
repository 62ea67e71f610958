// Topics as text and as JSON.
#include <fmt/format.h>

#include "descopectl/base/columns.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/reference/topics.hpp"

namespace descopectl::reference {
namespace {

constexpr std::size_t kIndent = 2;

std::string type_and_flags(const Topic& topic) {
  std::string out = topic.type;
  for (const std::string& flag : topic.flags)
    out += ", " + flag;
  return out;
}

/// Names indented by level, and beside each its type and first sentence.
void add_tree(const std::vector<Topic>& members, std::size_t level, base::Rows& rows) {
  for (const Topic& member : members) {
    const auto end = member.doc.find(". ");
    std::string text = type_and_flags(member);
    if (!member.doc.empty()) text += ". " + member.doc.substr(0, end == std::string::npos ? end : end + 1);
    rows.emplace_back(std::string(kIndent * level, ' ') + member.name, std::move(text));
    add_tree(member.members, level + 1, rows);
  }
}

void append_section(std::string& out, std::string_view title, const base::Rows& rows) {
  if (rows.empty()) return;
  out += fmt::format("\n{}:\n", title);
  base::append_columns(out, rows, kIndent, 36);
}

}  // namespace

std::string topic_to_text(const Topic& topic) {
  std::string out = fmt::format("{}: {}\n", topic.path, type_and_flags(topic));
  if (!topic.doc.empty()) {
    out += "\n  ";
    base::append_wrapped(out, topic.doc, kIndent);
  }
  append_section(out, "Details", topic.details);
  base::Rows tree;
  add_tree(topic.members, 0, tree);
  append_section(out, "Fields", tree);
  if (!topic.example.empty()) {
    out += "\nExample:\n";
    std::string_view rest = topic.example;
    while (!rest.empty()) {
      const auto end = rest.find('\n');
      out += fmt::format("  {}\n", rest.substr(0, end));
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
  }
  return out;
}

std::string topics_to_text(const std::vector<Topic>& topics) {
  base::Rows rows;
  for (const Topic& topic : topics)
    rows.emplace_back(topic.name, topic.doc);
  std::string out = "Kinds:\n";
  base::append_columns(out, rows);
  return out +
         "\n'descopectl explain KIND' shows the fields of one, 'descopectl explain KIND.FIELD' one field.\n";
}

json::object topic_to_json(const Topic& topic) {
  json::array details;
  for (const auto& [label, text] : topic.details)
    details.push_back({{"label", label}, {"text", text}});
  json::array members;
  for (const Topic& member : topic.members)
    members.emplace_back(topic_to_json(member));
  return {{"path", topic.path},
          {"name", topic.name},
          {"type", topic.type},
          {"flags", json::array(topic.flags.begin(), topic.flags.end())},
          {"doc", topic.doc},
          {"values", json::array(topic.values.begin(), topic.values.end())},
          {"details", std::move(details)},
          {"members", std::move(members)},
          {"example", topic.example}};
}

}  // namespace descopectl::reference
