// Guesses where a text of YAML holds secrets, for manifests too broken to be decoded.
//
// Nothing here parses YAML: each line is looked at by itself, and what can't be told counts as secret.
//
//   {name: X, clientSecret: abc, pkce: true}    abc: what follows is plainly the next entry
//   {name: X, clientSecret: ab,c, pkce: true}   all from ab on: the comma may be part of the secret
//   clientSecret: abc, pkce: true               all from abc on: outside a flow map a comma is text
//   clientSecret: {fromEnv: NAME}               nothing
//   clientSecret: |                             the deeper lines below
#include "secret_guess.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include "descopectl/base/letters.hpp"

namespace descopectl::diag {
namespace {

/// In keys, of whatever kind, and slips of the first.
constexpr std::array<std::string_view, 12> kWords{"secret",     "secrt",      "secet",   "secert",
                                                  "scret",      "password",   "passwd",  "passphrase",
                                                  "privatekey", "credential", "apikey:", "token:"};
constexpr std::string_view kKeyBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-\"'";
constexpr std::string_view kBlank = " \t";
constexpr std::array<std::string_view, 4> kLookups{"fromEnv", "fromFile", "fromCommand", "clear"};
constexpr std::size_t kLookedBack = 128ULL << 10;  // twice the size that a secret may have

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

std::size_t skip_blank(std::string_view text, std::size_t at, std::size_t end) {
  return std::min(text.find_first_not_of(kBlank, at), end);
}

/// After the quote that closes the one at `at`; none where it is not closed before `end`.
std::optional<std::size_t> find_quote_end(std::string_view text, std::size_t at, std::size_t end) {
  const char quote = text[at];
  for (++at; at < end; ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (text[at] == quote) {
      if (quote == '"' || at + 1 >= end || text[at + 1] != quote) return at + 1;
      ++at;
    }
  }
  return std::nullopt;
}

/// After "key:" and blanks, where that stands at `at`.
std::optional<std::size_t> skip_key(std::string_view text, std::size_t at, std::size_t end) {
  const std::size_t colon = skip_blank(text, std::min(text.find_first_not_of(kKeyBytes, at), end), end);
  if (colon == at || colon >= end || text[colon] != ':') return std::nullopt;
  if (colon + 1 < end && !is_blank(text[colon + 1])) return std::nullopt;
  return skip_blank(text, colon + 1, end);
}

/// Whether a value that ends at `at` plainly does: the line ends, or brackets close, or the next entry of a
/// flow map follows.
bool is_plain_end(std::string_view text, std::size_t at, std::size_t end) {
  bool is_after_comma = false;
  for (;;) {
    const std::size_t next = skip_blank(text, at, end);
    if (next >= end || (text[next] == '#' && next > at)) return true;
    if (is_after_comma && skip_key(text, next, end)) return true;
    if (text[next] != ',' && text[next] != '}' && text[next] != ']') return false;
    is_after_comma = text[next] == ',';
    at = next + 1;
  }
}

/// Whether a lookup's member begins at `at`: `fromEnv: `.
bool is_lookup_member(std::string_view text, std::size_t at, std::size_t end) {
  const auto rest = text.substr(at, end - at);
  return std::any_of(kLookups.begin(), kLookups.end(), [&](std::string_view word) {
    return rest.starts_with(word) && skip_key(text, at, end) &&
           rest.find_first_not_of(kKeyBytes) == word.size();
  });
}

/// The end of the lookup that begins at `at` with its bracket; `end` where it goes on in the next line; none
/// where it is no lookup, or not that alone.
std::optional<std::size_t> find_lookup_end(std::string_view text, std::size_t at, std::size_t end) {
  const std::size_t member = skip_blank(text, at + 1, end);
  if (member < end && !is_lookup_member(text, member, end)) return std::nullopt;
  std::size_t depth = 0;
  for (; at < end; ++at) {
    const char c = text[at];
    if (c == '"' || c == '\'') {
      const auto close = find_quote_end(text, at, end);
      if (!close) return std::nullopt;
      at = *close - 1;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0) return at + 1;
    } else if (c == ',' && depth == 1) {
      return std::nullopt;
    }
  }
  return end;
}

/// Whether a flow map or list is open at `at`. A bracket counts only where a value may begin.
bool is_in_flow(std::string_view text, std::size_t begin, std::size_t at) {
  int depth = 0;
  char before = ':';
  for (auto i = begin; i < at; ++i) {
    const char c = text[i];
    if (c == '"' || c == '\'') {
      const auto close = find_quote_end(text, i, at);
      if (!close) return false;
      i = *close - 1;
    } else if ((c == '{' || c == '[') && std::string_view(":,-[{").find(before) != std::string_view::npos) {
      ++depth;
    } else if (c == '}' || c == ']') {
      --depth;
    }
    if (!is_blank(c)) before = c;
  }
  return depth > 0;
}

/// A secret's value of which the line does not tell the end.
struct Open {
  std::size_t value;   ///< where it begins
  std::size_t indent;  ///< lines that are deeper than this may belong to it
};

struct LineSecrets {
  std::vector<Stretch> stretches;
  std::optional<Open> open;
};

/// Reads one line.
class LineReader {
 public:
  LineReader(std::string_view text, Stretch line) : text_(text), begin_(line.first), end_(line.second) {}

  LineSecrets read() {
    for (std::size_t at = begin_; at < end_;) {
      const auto [word, size] = find_word(at);
      if (word >= end_) break;
      std::size_t colon = word;  // a key may be of several words
      while (colon < end_ &&
             (is_blank(text_[colon]) || kKeyBytes.find(text_[colon]) != std::string_view::npos))
        ++colon;
      at = word + size;
      if (colon < end_ && text_[colon] == ':')
        at = read_value(word, skip_blank(text_, colon + 1, end_));
      else if (is_in_first_token(word))
        at = take(find_token_end(word), end_);
    }
    return std::move(found_);
  }

 private:
  /// Where the first of the words stands, and how much of it is part of the key.
  std::pair<std::size_t, std::size_t> find_word(std::size_t at) const {
    const auto line = text_.substr(at, end_ - at);
    std::pair<std::size_t, std::size_t> first(end_, 0);
    for (const std::string_view word : kWords) {
      const auto found =
          std::search(line.begin(), line.end(), word.begin(), word.end(), base::is_same_letter);
      const std::size_t place = at + static_cast<std::size_t>(found - line.begin());
      if (found != line.end() && place < first.first) first = {place, word.find_last_not_of(':') + 1};
    }
    return first;
  }

  /// "clientSecret VALUE", "clientSecret=VALUE": the colon was forgotten.
  bool is_in_first_token(std::size_t word) const {
    const std::size_t token = std::min(text_.find_first_not_of(" \t-", begin_), end_);
    return token <= word && find_token_end(token) > word;
  }
  std::size_t find_token_end(std::size_t at) const {
    return std::min(text_.find_first_not_of(kKeyBytes, at), end_);
  }

  /// Gives where to read on.
  std::size_t read_value(std::size_t word, std::size_t value) {
    const bool is_flow = is_in_flow(text_, begin_, word);
    if (value < end_ && text_[value] == '{') {
      const auto close = find_lookup_end(text_, value, end_);
      if (close && *close == end_ && text_[end_ - 1] != '}') return leave_open(word, value, is_flow);
      if (close && is_plain_end(text_, *close, end_)) return *close;
    } else if (value < end_ && (text_[value] == '"' || text_[value] == '\'')) {
      const auto close = find_quote_end(text_, value, end_);
      if (close && is_plain_end(text_, *close, end_)) return take(value, is_flow ? *close : end_);
    } else if (is_flow) {
      const std::size_t close = text_.find_first_of(",]}", value);
      if (close < end_ && is_plain_end(text_, close, end_)) return take(value, close);
    }
    take(value, end_);
    return leave_open(word, value, is_flow);
  }

  std::size_t take(std::size_t begin, std::size_t end) {
    if (begin < end) found_.stretches.emplace_back(begin, end);
    return end;
  }

  std::size_t leave_open(std::size_t word, std::size_t value, bool is_flow) {
    std::size_t key = text_.find_last_not_of(kKeyBytes, word);
    key = key == std::string_view::npos || key < begin_ ? begin_ : key + 1;
    const std::size_t indent = is_flow ? skip_blank(text_, begin_, end_) : key;
    found_.open = Open{value, indent - begin_};
    return end_;
  }

  std::string_view text_;
  std::size_t begin_;
  std::size_t end_;
  LineSecrets found_;
};

/// Whether the line, of which `open` is a secret left open above, may hold a part of it.
bool goes_on(std::string_view text, const Open& open, Stretch line, std::size_t least_indent,
             bool is_lookup) {
  const char first = open.value < text.size() ? text[open.value] : '\n';
  if (first == '"' || first == '\'') {
    const auto close = find_quote_end(text, open.value, line.second);
    if (!close || *close > line.first) return true;
  }
  if (least_indent <= open.indent) return false;
  const bool may_be_map = first == '{' || first == '\r' || first == '\n' || first == '#';
  return !(may_be_map && is_lookup);
}

/// Whether a secret's value that begins in a line above may go on in this one.
bool is_inside_secret(std::string_view text, Stretch line) {
  const std::size_t first = skip_blank(text, line.first, line.second);
  if (first >= line.second) return false;
  // A tab may go as deep as one likes; YAML refuses it, and its line is quoted for that.
  const bool has_tab = text.substr(line.first, first - line.first).find('\t') != std::string_view::npos;
  std::size_t least_indent = has_tab ? line.second : first - line.first;
  bool is_lookup = is_lookup_member(text, first, line.second);
  const std::size_t furthest = line.first > kLookedBack ? line.first - kLookedBack : 0;
  for (std::size_t end = line.first; end > furthest;) {
    const std::size_t stop = end - 1;  // the line's break
    const std::size_t before = stop == 0 ? std::string_view::npos : text.find_last_of("\r\n", stop - 1);
    const Stretch above{before == std::string_view::npos ? 0 : before + 1, stop};
    end = above.first;
    const std::size_t begin = skip_blank(text, above.first, above.second);
    if (begin >= above.second) continue;
    const std::size_t above_indent = begin - above.first;
    if (text[begin] != '#') {
      const auto secrets = LineReader(text, above).read();
      if (secrets.open && goes_on(text, *secrets.open, line, least_indent, is_lookup)) return true;
    }
    // The arguments of a command, in lines of their own.
    if (text.substr(begin).starts_with("fromCommand:") && least_indent >= above_indent &&
        (least_indent > above_indent || text[first] == '-'))
      is_lookup = true;
    least_indent = std::min(least_indent, above_indent);
  }
  return false;
}

}  // namespace

std::vector<Stretch> guess_secrets(std::string_view text, Stretch line) {
  if (is_inside_secret(text, line)) return {line};
  return LineReader(text, line).read().stretches;
}

}  // namespace descopectl::diag
