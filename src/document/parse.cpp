// Drives yaml-cpp over one source, feeding it no more than it has use for, and keeps its exceptions in.
#include "descopectl/document/parse.hpp"

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <istream>
#include <limits>
#include <streambuf>

#include "builder.hpp"
#include "disguise.hpp"
#include "encoding.hpp"
#include "syntax_error.hpp"

namespace descopectl::document {
namespace {

// yaml-cpp can't know whether `[` opens a value or a key until it has seen the closing bracket, so it keeps
// the tokens in between: up to 250 bytes for one byte of text. This many characters that can begin a token
// may come without an event; 10 MB of JSON in one collection have about half.
constexpr std::size_t kMaxReadAhead = 1'000'000;

consteval std::array<bool, 256> token_characters() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("[]{},:?&*!'\"-"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}

/// Hands the text to yaml-cpp piece by piece, in disguise where it needs one, and stops the reading where
/// pieces go in and no events come out.
class SourceBuffer final : public std::streambuf {
 public:
  SourceBuffer(std::string_view text, std::size_t begin, const Limits& limits, Builder& builder)
      : text_(text), next_(begin), limits_(limits), builder_(builder) {}

 protected:
  int_type underflow() override {
    if (gptr() < egptr()) return traits_type::to_int_type(*gptr());
    if (next_ >= text_.size()) return traits_type::eof();
    const auto piece = text_.substr(next_, kPieceBytes);
    watch(piece);
    std::copy(piece.begin(), piece.end(), piece_.begin());
    for (auto i = piece.find_first_of("?\\"); i != std::string_view::npos;
         i = piece.find_first_of("?\\", i + 1))
      piece_[i] = disguised(text_, next_ + i);
    next_ += piece.size();
    setg(piece_.data(), piece_.data(), piece_.data() + piece.size());
    return traits_type::to_int_type(piece_.front());
  }

 private:
  void watch(std::string_view piece) {
    static constexpr auto kTokenCharacters = token_characters();
    if (builder_.events() != events_seen_) {
      events_seen_ = builder_.events();
      tokens_ = 0;
      nesting_ = 0;
      deepest_ = 0;
    }
    for (std::size_t i = 0; i < piece.size(); ++i) {
      const char c = piece[i];
      if (!kTokenCharacters[static_cast<unsigned char>(c)]) continue;
      ++tokens_;
      if (c == '[' || c == '{') ++nesting_;
      if (c == ']' || c == '}') --nesting_;
      if (nesting_ > std::int64_t{limits_.depth} && deepest_ == 0) deepest_ = next_ + i;
    }
    if (tokens_ > kMaxReadAhead) refuse();
  }

  [[noreturn]] void refuse() {
    if (deepest_ > 0 && nesting_ > std::int64_t{limits_.depth}) {
      builder_.report("yaml-depth", deepest_, deepest_ + 1,
                      fmt::format("nested deeper than {} levels", limits_.depth));
    } else {
      builder_.report("yaml-budget", builder_.cursor(), builder_.cursor() + 1,
                      "what follows is too large for one value or one collection in brackets",
                      "write large lists in block style, one '- ' a line, or split the file");
    }
    throw Stop{};
  }

  static constexpr std::size_t kPieceBytes = 4096;

  std::array<char, kPieceBytes> piece_{};
  std::string_view text_;
  std::size_t next_;
  const Limits& limits_;
  Builder& builder_;
  std::uint64_t events_seen_ = 0;
  std::size_t tokens_ = 0;
  std::int64_t nesting_ = 0;
  std::size_t deepest_ = 0;
};

bool check_size(std::string_view text, std::uint32_t source, const Limits& limits, diag::Sink& sink) {
  // yaml-cpp counts bytes in an int.
  const auto limit = std::min<std::uint64_t>(limits.bytes, std::numeric_limits<int>::max() / 2);
  if (text.size() <= limit) return true;
  sink.error("yaml-budget", {source, 0, 0},
             fmt::format("the file is larger than the limit of {} bytes", limit), "split the file");
  return false;
}

}  // namespace

bool parse_documents(const diag::SourceTable& sources, std::uint32_t source, const Limits& limits,
                     diag::Sink& sink, const std::function<void(const Node& root)>& visit) {
  const auto text = sources.text(source);
  if (!check_size(text, source, limits, sink) || !check_encoding(text, source, sink)) return false;

  const auto begin = byte_order_mark(text);
  Builder builder(text, source, begin, limits, sink, visit);
  SourceBuffer buffer(text, begin, limits, builder);
  std::istream stream(&buffer);
  try {
    try {
      YAML::Parser parser(stream);
      while (parser.HandleNextDocument(builder)) {
      }
      builder.finish_file();
    } catch (const YAML::ParserException& error) {
      const auto at = builder.offset(error.mark);
      builder.abandon_file(at);
      report_syntax_error(text, at, error.msg, builder);
    }
  } catch (const Stop&) {
    // Said already.
  }
  return !builder.has_errors();
}

}  // namespace descopectl::document
