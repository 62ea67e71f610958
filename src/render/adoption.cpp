// The match table of an adoption.
#include "descopectl/render/adoption.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "document.hpp"
#include "painter.hpp"
#include "value_json.hpp"
#include "value_text.hpp"

namespace descopectl::render {
namespace {

using plan::AdoptionRow;
using plan::Match;

constexpr std::size_t kColumns = 3;  // the last one needs no width
using Cells = std::array<std::string, kColumns + 1>;

/// Words and JSON names of the results.
struct ResultWord {
  Match match;
  std::string_view name;
  std::string_view text;
};
constexpr std::array kResults{ResultWord{Match::kAdopt, "adopt", "adopt"},
                              ResultWord{Match::kOwned, "owned", "owned already"},
                              ResultWord{Match::kNothing, "no-match", "no match: apply creates it"}};

const ResultWord& word_of(Match match) {
  return *std::find_if(kResults.begin(), kResults.end(),
                       [&](const auto& word) { return word.match == match; });
}

std::string result_of(const AdoptionRow& row) {
  std::string text(word_of(row.match).text);
  if (row.changes.empty()) return text;
  const schema::Kind* kind = kinds::find(row.key.kind);
  std::string paths;
  for (const schema::FieldChange& change : row.changes)
    paths += (paths.empty() ? "" : ", ") +
             show_path(kind == nullptr ? schema::Fields{} : kind->fields, change.path);
  return text + "; differs in " + paths;
}

std::string dash_if_empty(const std::string& text) {
  return text.empty() ? "-" : show_prose(text);
}

}  // namespace

std::string adoption_to_text(const plan::Adoption& adoption, const TextOptions& options) {
  const Painter painter(options.color);
  std::vector<Cells> lines{{"MANIFEST", "LIVE ID", "MATCHED BY", "RESULT"}};
  for (const AdoptionRow& row : adoption.rows)
    lines.push_back({show_prose(row.key.to_string()), dash_if_empty(row.live_id),
                     dash_if_empty(row.matched_by), result_of(row)});
  std::array<std::size_t, kColumns> widths{};
  for (const Cells& cells : lines)
    for (std::size_t i = 0; i < kColumns; ++i)
      widths[i] = std::max(widths[i], base::count_code_points(cells[i]));
  std::string out;
  for (const Cells& cells : lines) {
    for (std::size_t i = 0; i < kColumns; ++i)
      out += cells[i] + std::string(widths[i] - base::count_code_points(cells[i]) + 2, ' ');
    out += cells.back() + "\n";
  }
  return out + "\n" +
         painter.bold(fmt::format("{} to adopt, {} owned already, {} without a match.",
                                  adoption.count(Match::kAdopt), adoption.count(Match::kOwned),
                                  adoption.count(Match::kNothing))) +
         "\n";
}

json::object adoption_to_json(const plan::Adoption& adoption, bool is_recorded, const JsonContext& context) {
  json::array matches;
  for (const AdoptionRow& row : adoption.rows) {
    json::array changes;
    for (const schema::FieldChange& change : row.changes)
      changes.emplace_back(change.path);
    matches.emplace_back(json::object{{"address", row.key.to_string()},
                                      {"result", word_of(row.match).name},
                                      {"live_id", text_or_null(row.live_id)},
                                      {"matched_by", text_or_null(row.matched_by)},
                                      {"changes", std::move(changes)},
                                      {"source", place_to_json(row.source, context.sources)}});
  }
  json::object document{{"matches", std::move(matches)},
                        {"summary",
                         {{"adopt", adoption.count(Match::kAdopt)},
                          {"owned", adoption.count(Match::kOwned)},
                          {"no_match", adoption.count(Match::kNothing)}}},
                        {"recorded", is_recorded},
                        {"version", context.version},
                        {"timestamp", context.timestamp}};
  add_ending(document, context);
  return document;
}

}  // namespace descopectl::render
