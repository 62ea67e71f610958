// Takes secrets out of whatever is about to be shown.
#include "redactor.hpp"

#include <algorithm>

#include "descopectl/base/encodings.hpp"
#include "descopectl/base/json.hpp"
#include "descopectl/base/wipe.hpp"

namespace descopectl::cli {
namespace {

constexpr std::string_view kShown = "(sensitive value)";
constexpr std::size_t kShortest = 4;

}  // namespace

Redactor::Known::Known(const model::Secret& secret_) : secret(secret_) {
  std::string plus(secret.reveal());
  std::replace(plus.begin(), plus.end(), ' ', '+');
  if (plus != secret.reveal()) with_plus = model::Secret(std::move(plus));
  for (std::string& core : base::encoded_cores(secret.reveal())) {
    if (core.size() >= kShortest) cores.emplace_back(base::fold_encodings(core));
    base::wipe(core);
  }
}

void Redactor::add(const model::Secret& secret) {
  if (secret.reveal().size() < kShortest) return;
  release(secret);
  known_.emplace_back(secret);
}

void Redactor::release(const model::Secret& secret) {
  std::erase_if(known_, [&](const Known& known) { return known.secret.reveal() == secret.reveal(); });
}

void Redactor::find_in_level(std::string_view text, std::size_t least, std::vector<Span>& found) const {
  const auto look_for = [&](std::string_view where, const model::Secret& what) {
    const std::string_view needle = what.reveal();
    if (needle.size() < std::max(least, kShortest)) return;
    for (auto at = where.find(needle); at != std::string_view::npos; at = where.find(needle, at + 1))
      found.push_back({at, at + needle.size()});
  };
  const std::string plain = base::fold_encodings(text);
  for (const Known& known : known_) {
    look_for(text, known.secret);
    look_for(text, known.with_plus);
    for (const model::Secret& core : known.cores)
      look_for(plain, core);
  }
}

std::vector<Redactor::Span> Redactor::find_all(std::string_view text, std::size_t least) const {
  std::vector<Span> all;
  find_in_level(text, least, all);
  for (const base::Unescaped& level : base::unescape_all(text)) {
    std::vector<Span> found;
    find_in_level(level.text, least, found);
    for (const Span& span : found)
      all.push_back({level.origins[span.begin], level.origins[span.end]});
  }
  std::sort(all.begin(), all.end(), [](const Span& a, const Span& b) { return a.begin < b.begin; });
  return all;
}

std::string Redactor::replace(std::string_view text, std::size_t least) const {
  if (known_.empty() || text.size() < kShortest) return std::string(text);
  std::string result;
  std::size_t done = 0;
  for (const Span& span : find_all(text, least)) {
    if (span.begin >= done) {
      result.append(text.substr(done, span.begin - done));
      result.append(kShown);
    }
    done = std::max(done, span.end);
  }
  result.append(text.substr(done));
  return result;
}

std::string Redactor::redact(std::string_view text) const {
  return replace(text, 0);
}

std::string Redactor::redact_json(std::string_view document) const {
  if (known_.empty()) return std::string(document);
  const auto parsed = base::parse_json(document);
  if (!parsed) return redact(document);
  return base::to_pretty_json(redact_value(*parsed));
}

json::value Redactor::redact_value(const json::value& value) const {
  constexpr std::size_t kLeastInNames = 8;
  if (const json::string* text = value.if_string()) return json::value(redact(*text));
  if (const json::array* list = value.if_array()) {
    json::array result;
    result.reserve(list->size());
    for (const json::value& item : *list)
      result.push_back(redact_value(item));
    return result;
  }
  if (const json::object* object = value.if_object()) {
    json::object result;
    for (const auto& [name, member] : *object)
      result[replace(name, kLeastInNames)] = redact_value(member);
    return result;
  }
  return value;
}

}  // namespace descopectl::cli
