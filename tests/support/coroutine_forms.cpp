// Finds the coroutine forms that g++ 12.2 miscompiles, on the level of tokens.
#include "support/coroutine_forms.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

namespace descopectl::test {

namespace {

struct Token {
  std::string_view text;
  int line = 0;
  std::size_t partner = 0;      // of a bracket: the index of the other one; else 0
  bool is_initializer = false;  // of '{': opens a list of values, not a block
};
using Tokens = std::vector<Token>;

bool is_word_letter(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
}
bool is_word(std::string_view text) {
  return is_word_letter(text.front());
}

/// Cuts source text into words and punctuation; comments, literals and preprocessor lines are no tokens, but
/// each literal leaves a word so that operators keep their operands.
class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  Tokens run() {
    while (at_ < source_.size())
      step();
    return std::move(tokens_);
  }

 private:
  [[nodiscard]] bool sees(std::string_view text) const { return source_.substr(at_, text.size()) == text; }

  void advance(std::size_t count) {
    const auto end = std::min(at_ + count, source_.size());
    line_ += static_cast<int>(std::count(source_.begin() + static_cast<std::ptrdiff_t>(at_),
                                         source_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at_ = end;
  }
  void advance_past(std::string_view text, std::size_t from) {
    const auto found = source_.find(text, at_ + from);
    advance(found == std::string_view::npos ? source_.size() : found + text.size() - at_);
  }
  void add(std::string_view text) {
    Token token;
    token.text = text;
    token.line = line_;
    tokens_.push_back(token);
  }

  void step() {
    const char letter = source_[at_];
    if (letter == '\n') {
      is_line_start_ = true;
      return advance(1);
    }
    if (std::isspace(static_cast<unsigned char>(letter)) != 0) return advance(1);
    if (sees("//")) return skip_line();
    if (sees("/*")) return advance_past("*/", 2);
    if (letter == '#' && is_line_start_) return skip_line();
    is_line_start_ = false;
    if (is_word_letter(letter)) return take_word();
    if (letter == '"' || letter == '\'') return take_literal();
    constexpr std::array<std::string_view, 3> kPairs{"::", "->", "[["};
    for (const auto pair : kPairs) {
      if (!sees(pair)) continue;
      if (pair == "[[") return advance_past("]]", 2);  // an attribute
      add(source_.substr(at_, 2));
      return advance(2);
    }
    add(source_.substr(at_, 1));
    advance(1);
  }

  void skip_line() {
    auto end = source_.find('\n', at_);
    while (end != std::string_view::npos && source_[end - 1] == '\\')
      end = source_.find('\n', end + 1);
    advance(end == std::string_view::npos ? source_.size() : end - at_);
  }

  void take_word() {
    auto end = at_;
    while (end < source_.size() &&
           (is_word_letter(source_[end]) || (source_[end] == '\'' && std::isdigit(source_[at_]) != 0))) {
      ++end;
    }
    const auto word = source_.substr(at_, end - at_);
    const bool is_prefix = end < source_.size() && source_[end] == '"';
    if (is_prefix && word.ends_with('R')) {
      add("literal");
      advance(word.size());
      const auto open = source_.find('(', at_);
      if (open == std::string_view::npos) return advance(source_.size());
      const std::string close = ")" + std::string(source_.substr(at_ + 1, open - at_ - 1)) + "\"";
      return advance_past(close, open - at_);
    }
    if (is_prefix) return advance(word.size());  // u8"...": the literal follows
    add(word);
    advance(word.size());
  }

  void take_literal() {
    add("literal");
    const char quote = source_[at_];
    auto end = at_ + 1;
    while (end < source_.size() && source_[end] != quote && source_[end] != '\n')
      end += source_[end] == '\\' ? 2U : 1U;
    advance(end + 1 - at_);
  }

  std::string_view source_;
  std::size_t at_ = 0;
  int line_ = 1;
  bool is_line_start_ = true;
  Tokens tokens_;
};

bool is_open(std::string_view text) {
  return text == "(" || text == "[" || text == "{";
}
bool is_close(std::string_view text) {
  return text == ")" || text == "]" || text == "}";
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::find(words.begin(), words.end(), text) != words.end();
}

/// The index of the '<' that the '>' at `close` may belong to, or `close` itself.
std::size_t find_angle(const Tokens& tokens, std::size_t close) {
  int depth = 0;
  for (auto at = close; at > 0; --at) {
    const auto text = tokens[at].text;
    if (text == ">") ++depth;
    if (text == "<" && --depth == 0) return at;
    if (is_one_of(text, {";", "{", "}"})) break;
  }
  return close;
}

/// True where the '{' at `at` follows a type behind "->": the body of a function or lambda.
bool follows_trailing_type(const Tokens& tokens, std::size_t at) {
  auto back = at;
  while (back > 0) {
    const auto text = tokens[back - 1].text;
    if (text == "->") return back >= 2 && is_one_of(tokens[back - 2].text, {")", "]", "noexcept", "mutable"});
    if (text == ">") {
      const auto open = find_angle(tokens, back - 1);
      if (open == back - 1) return false;
      back = open;
    } else if (is_word(text) || is_one_of(text, {"::", "&", "*"})) {
      --back;
    } else {
      return false;
    }
  }
  return false;
}

/// True where the statement that the '{' at `at` stands in declares a type or a namespace.
bool declares_scope(const Tokens& tokens, std::size_t at) {
  for (auto back = at; back > 0; --back) {
    const auto text = tokens[back - 1].text;
    if (is_one_of(text, {";", "{", "}", "(", "="})) return false;
    if (is_one_of(text, {"struct", "class", "union", "enum", "namespace", "extern", "concept"})) return true;
  }
  return false;
}

bool opens_initializer(const Tokens& tokens, std::size_t at) {
  if (at == 0) return false;
  const auto before = tokens[at - 1].text;
  if (is_one_of(before, {"=", "(", ",", "return", "co_return", "co_yield", "co_await", "[", "<"}))
    return true;
  if (is_one_of(before, {":", ")", ";", "{", "}", "else", "do", "try", "const", "noexcept", "override",
                         "final", "mutable", "]", "&", "literal", "->"})) {
    // "case x: {", "(...) {", "[x] {" are blocks; "{{" is a list in a list where the outer one is.
    return before == "{" && tokens[at - 1].is_initializer;
  }
  if (declares_scope(tokens, at) || follows_trailing_type(tokens, at)) return false;
  return is_word(before) || before == ">";
}

void pair_brackets(Tokens& tokens) {
  std::vector<std::size_t> open;
  for (std::size_t at = 0; at < tokens.size(); ++at) {
    if (is_open(tokens[at].text)) {
      tokens[at].is_initializer = tokens[at].text == "{" && opens_initializer(tokens, at);
      open.push_back(at);
    } else if (is_close(tokens[at].text) && !open.empty()) {
      tokens[at].partner = open.back();
      tokens[open.back()].partner = at;
      open.pop_back();
    }
  }
  for (const auto at : open)
    tokens[at].partner = tokens.size() - 1;
}

/// True where the '[' at `at` begins a lambda and no subscript.
bool opens_lambda(const Tokens& tokens, std::size_t at) {
  const auto before = tokens[at - 1].text;
  return !(is_one_of(before, {")", "]"}) ||
           (is_word(before) && !is_one_of(before, {"return", "co_return", "co_await", "co_yield"})));
}

/// The index behind the template arguments that open at `at`, or `at` where it is a comparison.
std::size_t skip_template_arguments(const Tokens& tokens, std::size_t at, std::size_t end) {
  int depth = 0;
  for (auto next = at; next < end; ++next) {
    const auto text = tokens[next].text;
    if (text == "<") ++depth;
    if (text == ">" && --depth == 0) return next + 1;
    if (is_one_of(text, {";", "{", "}", "?"})) break;
    if (is_open(text)) next = tokens[next].partner;
  }
  return at;
}

/// The index behind the operand of the co_await at `at`: a unary expression with its calls and members.
std::size_t operand_end(const Tokens& tokens, std::size_t at) {
  auto next = at + 1;
  while (next < tokens.size() && is_one_of(tokens[next].text, {"*", "&", "!", "-", "~"}))
    ++next;
  while (next < tokens.size()) {
    const auto text = tokens[next].text;
    if (is_open(text)) {
      next = tokens[next].partner + 1;
    } else if (text == "<") {
      const auto behind = skip_template_arguments(tokens, next, tokens.size());
      if (behind == next) return next;
      next = behind;
    } else if (is_word(text) || is_one_of(text, {"::", ".", "->"})) {
      ++next;
    } else {
      return next;
    }
  }
  return next;
}

/// The bracket that encloses `at`, or npos.
constexpr auto kNone = static_cast<std::size_t>(-1);
std::size_t enclosing(const Tokens& tokens, std::size_t at) {
  while (at > 0) {
    --at;
    const auto text = tokens[at].text;
    if (is_open(text)) return at;
    if (is_close(text)) at = tokens[at].partner;
  }
  return kNone;
}

/// True where a '?' stands before `at` in the same expression, so that `at` is in one of the branches.
bool is_in_branch(const Tokens& tokens, std::size_t at) {
  while (at > 0) {
    --at;
    const auto text = tokens[at].text;
    if (text == "?") return true;
    if (is_close(text)) {
      if (text == "}" && !tokens[tokens[at].partner].is_initializer) return false;
      at = tokens[at].partner;
    } else if (text == "{" && !tokens[at].is_initializer) {
      return false;
    } else if (text == ";") {
      return false;
    } else if (text == ",") {
      // Another argument: go on before the call.
      const auto bracket = enclosing(tokens, at);
      if (bracket == kNone || (tokens[bracket].text == "{" && !tokens[bracket].is_initializer)) return false;
      at = bracket;
    }
  }
  return false;
}

bool is_in_initializer(const Tokens& tokens, std::size_t at) {
  for (auto bracket = enclosing(tokens, at); bracket != kNone; bracket = enclosing(tokens, bracket)) {
    if (tokens[bracket].text == "{") return tokens[bracket].is_initializer;
  }
  return false;
}

class Finder {
 public:
  explicit Finder(Tokens tokens) : tokens_(std::move(tokens)) {}

  std::vector<CoroutineFinding> run() {
    for (std::size_t at = 1; at < tokens_.size(); ++at) {
      if (tokens_[at].text == "co_await") look_at(at);
    }
    return std::move(findings_);
  }

 private:
  void look_at(std::size_t at) {
    bool has_brace = false;
    bool has_lambda = false;
    const auto end = std::min(operand_end(tokens_, at), tokens_.size());
    for (auto next = at + 1; next < end; ++next) {
      const auto& token = tokens_[next];
      if (token.text == "[" && opens_lambda(tokens_, next)) {
        has_lambda = true;
        while (next < end && tokens_[next].text != "{")
          ++next;
        if (next < end) next = tokens_[next].partner;  // what the body holds is judged by itself
      } else if (token.text == "{") {
        has_brace = true;
      }
    }
    if (has_brace) add(at, CoroutineForm::kBracedTemporary);
    if (has_lambda) add(at, CoroutineForm::kTemporaryLambda);
    if (is_in_initializer(tokens_, at)) add(at, CoroutineForm::kAwaitInInitializer);
    if (is_in_branch(tokens_, at)) add(at, CoroutineForm::kAwaitInConditional);
  }

  void add(std::size_t at, CoroutineForm form) {
    CoroutineFinding finding;
    finding.line = tokens_[at].line;
    finding.form = form;
    findings_.push_back(finding);
  }

  Tokens tokens_;
  std::vector<CoroutineFinding> findings_;
};

}  // namespace

std::vector<CoroutineFinding> find_coroutine_forms(std::string_view source) {
  auto tokens = Lexer(source).run();
  pair_brackets(tokens);
  return Finder(std::move(tokens)).run();
}

std::string_view describe(CoroutineForm form) {
  switch (form) {
    case CoroutineForm::kBracedTemporary:
      return "a braced temporary inside a co_await expression";
    case CoroutineForm::kTemporaryLambda:
      return "a temporary lambda inside a co_await expression";
    case CoroutineForm::kAwaitInInitializer:
      return "co_await inside a braced initializer";
    case CoroutineForm::kAwaitInConditional:
      return "co_await in a branch of a conditional operator";
  }
  return "";
}

}  // namespace descopectl::test
