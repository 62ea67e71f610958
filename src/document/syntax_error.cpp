// yaml-cpp's messages name grammar rules ("illegal map value"); people need the slip that leads there. Each
// case below is such a slip, most telling first: a tab, an open quote, an open bracket, then what the message
// says.
#include "syntax_error.hpp"

#include <fmt/format.h>
#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "descopectl/base/text.hpp"
#include "scan.hpp"

namespace descopectl::document {
namespace {

/// A message with its hint and the code it goes by.
struct Finding {
  std::string_view code;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string summary;
  std::string hint;
  std::vector<std::pair<diag::Span, std::string>> related = {};
};

struct Wording {
  std::string_view theirs;
  std::string_view summary;
  std::string_view hint;
};

// Those whose meaning does not hang on the place. Not constexpr, because yaml-cpp's texts are not.
const std::array<Wording, 21> kWordings{{
    {YAML::ErrorMsg::YAML_DIRECTIVE_ARGS, "a %YAML directive takes one argument",
     "write '%YAML 1.2', or drop it"},
    {YAML::ErrorMsg::YAML_MAJOR_VERSION, "this is no YAML 1 file", "write '%YAML 1.2', or drop the line"},
    {YAML::ErrorMsg::REPEATED_YAML_DIRECTIVE, "a second %YAML directive", "drop one of them"},
    {YAML::ErrorMsg::TAG_DIRECTIVE_ARGS, "a %TAG directive takes two arguments", "drop it"},
    {YAML::ErrorMsg::REPEATED_TAG_DIRECTIVE, "a second %TAG directive for the same handle",
     "drop one of them"},
    {YAML::ErrorMsg::CHAR_IN_TAG_HANDLE, "a character that no tag may hold",
     "quote a text that begins with '!'"},
    {YAML::ErrorMsg::TAG_WITH_NO_SUFFIX, "a tag without a name", "quote a text that begins with '!'"},
    {YAML::ErrorMsg::END_OF_VERBATIM_TAG, "a tag that begins with '!<' and has no '>'",
     "quote a text that begins with '!'"},
    {YAML::ErrorMsg::MULTIPLE_TAGS, "a second tag on one value", "drop one of them"},
    {YAML::ErrorMsg::MULTIPLE_ANCHORS, "a second anchor on one value", "drop one of them"},
    {YAML::ErrorMsg::ALIAS_CONTENT, "an alias with a value of its own", ""},
    {YAML::ErrorMsg::INVALID_HEX, "a hexadecimal digit is missing after '\\x', '\\u' or '\\U'",
     "'\\x' takes 2 digits, '\\u' 4 and '\\U' 8; write '\\\\' for a backslash"},
    {YAML::ErrorMsg::DOC_IN_SCALAR, "a line of '---' or '...' within a quoted text",
     "is a quote missing above?"},
    {YAML::ErrorMsg::ALIAS_NOT_FOUND, "a '*' without the name of an anchor",
     "quote a text that begins with '*'"},
    {YAML::ErrorMsg::ANCHOR_NOT_FOUND, "a '&' without a name", "quote a text that begins with '&'"},
    {YAML::ErrorMsg::CHAR_IN_ALIAS, "a character that no alias may hold",
     "quote a text that begins with '*'"},
    {YAML::ErrorMsg::CHAR_IN_ANCHOR, "a character that no anchor may hold",
     "quote a text that begins with '&'"},
    {YAML::ErrorMsg::ZERO_INDENT_IN_BLOCK, "a block text can't be indented by 0", "leave out the number"},
    {YAML::ErrorMsg::CHAR_IN_BLOCK, "text on the same line as '|' or '>'",
     "begin the text on the next line, indented; quote a text that begins with '|' or '>'"},
    {YAML::ErrorMsg::MAP_KEY, "a '?' where no key can begin", "quote a text that begins with '? '"},
    {YAML::ErrorMsg::BLOCK_ENTRY, "a '- ' where no list item can begin",
     "put list items on lines of their own, under the key; in brackets, separate them by ','"},
}};

std::string shown_char(std::string_view text, std::size_t at) {
  if (at >= text.size()) return "the end of the file";
  return fmt::format("'{}'", base::printable(text.substr(at, base::decode_utf8(text, at).size)));
}

/// A tab before the first character of the line (or between dashes there), which yaml-cpp's errors rarely
/// name.
std::optional<std::size_t> find_indenting_tab(std::string_view text, std::size_t at) {
  for (auto i = scan::line_begin(text, at); i < text.size(); ++i) {
    if (text[i] == '\t') return i;
    if (text[i] != ' ' && text[i] != '-') return std::nullopt;
  }
  return std::nullopt;
}

std::size_t character_end(std::string_view text, std::size_t at) {
  return at < text.size() ? at + base::decode_utf8(text, at).size : at;
}

Finding open_bracket(std::string_view text, const OpenCollection& open) {
  const char bracket = scan::peek(text, open.begin);
  return {"yaml-syntax", open.begin, open.begin + 1, fmt::format("this '{}' is never closed", bracket),
          fmt::format("add the missing '{}'", bracket == '{' ? '}' : ']')};
}

/// Whether the last thing before `at` is a quoted text: what comes after it is a slip of its own.
bool follows_quote(std::string_view text, std::size_t at, const Builder& builder) {
  while (at > 0 && scan::is_space(text[at - 1]))
    --at;
  return at > 0 && builder.last_quoted().is_known() && builder.last_quoted().end == at;
}

/// What the slip before `at`, within brackets, may be.
std::string_view flow_hint(std::string_view text, std::size_t at, const Builder& builder) {
  if (follows_quote(text, at, builder)) return "is a quote or a comma missing before it?";
  if (at > 0 && text[at - 1] == '$') return "within brackets, quote a text that holds '${...}'";
  return "is a comma or a bracket missing?";
}

Finding in_flow_collection(std::string_view text, std::size_t at, const OpenCollection* open,
                           Builder& builder) {
  if (open == nullptr) return {"yaml-syntax", at, at + 1, "unexpected " + shown_char(text, at), ""};
  if (scan::skip_gap(text, at) >= text.size() && open->has_bracket) return open_bracket(text, *open);
  const char close = open->is_mapping ? '}' : ']';
  const auto opener = open->is_mapping ? "the map begins here" : "the list begins here";
  return {"yaml-syntax",
          at,
          character_end(text, at),
          fmt::format("expected ',' or '{}' before {}", close, shown_char(text, at)),
          std::string(flow_hint(text, at, builder)),
          {{builder.span(open->begin, open->begin + 1), opener}}};
}

Finding in_block_collection(std::string_view text, std::size_t at, const OpenCollection* open,
                            Builder& builder) {
  const auto end = std::max(scan::line_end(text, at), at);
  if (follows_quote(text, at, builder) && scan::line_begin(text, at) <= builder.cursor()) {
    Finding finding{
        "yaml-syntax", at, end, "text after the closing quote",
        "quote the whole value; write '' for a quote within single quotes, \\\" within double ones"};
    const auto quoted = builder.last_quoted();
    if (scan::has_break(text, quoted.begin, quoted.end)) {
      finding.related.emplace_back(builder.span(quoted.begin, quoted.begin + 1),
                                   "the quoted text begins here: is its closing quote missing?");
    }
    return finding;
  }
  if (scan::line_begin(text, at) > builder.cursor() || builder.cursor() >= at) {
    Finding finding{"yaml-syntax", at, end, "the indentation of this line fits none above it",
                    "align it with the line that it belongs to"};
    if (open != nullptr) {
      finding.related.emplace_back(builder.span(open->begin, open->begin + 1),
                                   open->is_mapping ? "the map begins here" : "the list begins here");
    }
    return finding;
  }
  return {"yaml-syntax", at, end, fmt::format("unexpected {}", shown_char(text, at)),
          "quote the text, or put it on a line of its own"};
}

Finding illegal_map_value(std::string_view text, std::size_t at) {
  constexpr std::size_t kLongestKey = 1024;  // YAML 1.2.2 section 7.4.3, and yaml-cpp
  const auto begin = text.find_first_not_of(" -", scan::line_begin(text, at));
  if (begin < at && at - begin > kLongestKey) {
    return {"yaml-syntax", begin, at, "this key is longer than 1024 bytes",
            "is a quote or a line break missing?"};
  }
  const auto before = text.substr(begin, at > begin ? at - begin : 0);
  const bool is_second = before.find(": ") != std::string_view::npos;
  return {"yaml-syntax", at, at + 1, "a ':' where no key can stand",
          is_second ? "quote the value if the ':' belongs to it"
                    : "check the indentation, and that the line above has a space after its ':'"};
}

Finding unknown_token(std::string_view text, std::size_t at) {
  const auto what = shown_char(text, at);
  return {"yaml-syntax", at, character_end(text, at), fmt::format("no value can begin with {}", what),
          "quote the text"};
}

Finding unknown_escape(std::string_view text, std::size_t at) {
  // yaml-cpp points behind the escape.
  const auto backslash = text.rfind('\\', at == 0 ? 0 : at - 1);
  if (backslash == std::string_view::npos) return {"yaml-syntax", at, at + 1, "unknown escape", ""};
  return {"yaml-syntax", backslash, character_end(text, backslash + 1),
          fmt::format("unknown escape '\\{}' in a double-quoted text",
                      base::printable(text.substr(backslash + 1, 1))),
          "write '\\\\' for a backslash, or use single quotes"};
}

/// A surrogate without its other half, or a number past Unicode's end.
Finding no_character(std::string_view text, std::size_t at) {
  const auto backslash = text.rfind('\\', at == 0 ? 0 : at - 1);
  const auto begin = backslash == std::string_view::npos ? at : backslash;
  return {"yaml-syntax", begin, std::max(at, begin + 1), "this escape stands for no character",
          "a character past \\uffff takes both halves, as in \\ud83d\\ude00, or one escape, \\U0001F600"};
}

Finding unclosed_quote(std::string_view text, std::size_t at) {
  return {"yaml-unclosed-quote", at, scan::line_end(text, at),
          fmt::format("the text that begins here has no closing {}", text[at]), ""};
}

Finding unknown_anchor(std::string_view text, std::size_t at) {
  const auto end = scan::property_end(text, at);
  return {"yaml-unknown-anchor", at, end, "no anchor of this name stands before this alias in the document",
          "quote the text if it is none: '*' begins an alias"};
}

Finding flow_end(std::string_view text, std::size_t at, const OpenCollection* open, Builder& builder) {
  if (open == nullptr || !open->is_flow) {
    return {"yaml-syntax", at, at + 1, fmt::format("{} closes nothing", shown_char(text, at)),
            "quote the text if the bracket belongs to it"};
  }
  return in_flow_collection(text, at, open, builder);
}

Finding find_slip(std::string_view text, std::size_t at, std::string_view message, Builder& builder) {
  const auto* open = builder.innermost();
  const bool is_flow = open != nullptr && open->is_flow;
  const auto is = [message](const char* theirs) { return message == theirs; };
  if (is(YAML::ErrorMsg::UNKNOWN_ANCHOR)) return unknown_anchor(text, at);
  if (is(YAML::ErrorMsg::BAD_FILE)) {
    return {"yaml-depth", at, at + 1, "nested too deeply", ""};
  }
  if (is(YAML::ErrorMsg::TAB_IN_INDENTATION) && scan::peek(text, at) == '\t') {
    return {"yaml-tab", at, at + 1, "a tab is used for indentation", "indent with spaces"};
  }
  if (!is_flow) {
    if (const auto tab = find_indenting_tab(text, at)) {
      return {"yaml-tab", *tab, *tab + 1, "a tab is used for indentation", "indent with spaces"};
    }
  }
  // An escape can be the last thing in the file, too.
  const bool is_cut = at >= text.size() && message.starts_with(YAML::ErrorMsg::INVALID_ESCAPE);
  if (is(YAML::ErrorMsg::EOF_IN_SCALAR) || is(YAML::ErrorMsg::DOC_IN_SCALAR) || is_cut) {
    const auto end = is(YAML::ErrorMsg::DOC_IN_SCALAR) ? at : text.size();
    const auto quote = scan::find_unclosed_quote(text.substr(0, end), builder.cursor());
    if (quote != scan::kNone) return unclosed_quote(text, quote);
  }
  if (message.starts_with(YAML::ErrorMsg::INVALID_ESCAPE)) return unknown_escape(text, at);
  if (message.starts_with(YAML::ErrorMsg::INVALID_UNICODE)) return no_character(text, at);
  if (is(YAML::ErrorMsg::MAP_VALUE)) return illegal_map_value(text, at);
  if (is(YAML::ErrorMsg::UNKNOWN_TOKEN)) return unknown_token(text, at);
  if (is(YAML::ErrorMsg::FLOW_END)) return flow_end(text, at, open, builder);
  if (is(YAML::ErrorMsg::END_OF_SEQ_FLOW) || is(YAML::ErrorMsg::END_OF_MAP_FLOW)) {
    return in_flow_collection(text, at, open, builder);
  }
  if (is(YAML::ErrorMsg::END_OF_MAP) || is(YAML::ErrorMsg::END_OF_SEQ)) {
    return in_block_collection(text, at, open, builder);
  }
  for (const auto& wording : kWordings) {
    if (message == wording.theirs) {
      return {"yaml-syntax", at, character_end(text, at), std::string(wording.summary),
              std::string(wording.hint)};
    }
  }
  return {"yaml-syntax", at, character_end(text, at), base::printable(message), ""};
}

}  // namespace

void report_syntax_error(std::string_view text, std::size_t at, std::string_view message, Builder& builder) {
  auto finding = find_slip(text, std::min(at, text.size()), message, builder);
  builder.report(std::string(finding.code), finding.begin, finding.end, std::move(finding.summary),
                 std::move(finding.hint), std::move(finding.related));
}

}  // namespace descopectl::document
