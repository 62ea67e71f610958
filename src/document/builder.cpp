// From events to nodes; see the header for how.
#include "builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "descopectl/base/text.hpp"
#include "disguise.hpp"
#include "scan.hpp"

namespace descopectl::document {
namespace {

// A file with more errors than this is another sort of file; each error costs time to show, too.
constexpr std::size_t kMaxErrors = 200;
constexpr std::size_t kArenaBytes = 64 << 10;
constexpr std::string_view kCoreTag = "tag:yaml.org,2002:";
constexpr std::string_view kUnsetTag = "!unset";

/// yaml-cpp's word for "no tag": `?` on everything but quoted and block scalars, which have `!`.
bool is_no_tag(std::string_view tag) {
  return tag == "?" || tag.empty();
}

bool is_quote(char c) {
  return c == '"' || c == '\'';
}

std::string shown(std::string_view text) {
  return base::printable(text, 60);
}

}  // namespace

Builder::Builder(std::string_view text, std::uint32_t source, std::size_t base, const Limits& limits,
                 diag::Sink& sink, const Visit& visit)
    : text_(text),
      source_(source),
      base_(base),
      limits_(limits),
      sink_(sink),
      visit_(visit),
      arena_buffer_(kArenaBytes),
      arena_(arena_buffer_.data(), arena_buffer_.size()),
      cursor_(base) {}

// ---- places
// ----------------------------------------------------------------------------------------------------

std::size_t Builder::offset(const YAML::Mark& mark) const {
  if (mark.pos < 0) return cursor_;
  return std::min(static_cast<std::size_t>(mark.pos) + base_, text_.size());
}

diag::Span Builder::span(std::size_t begin, std::size_t end) const {
  begin = std::min(begin, text_.size());
  end = std::clamp(end, begin, text_.size());
  return {source_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

int Builder::parent_column() const {
  return frames_.empty() ? -1 : frames_.back().column;
}

std::uint32_t Builder::merged_levels() const {
  const auto is_merge_value = [](const Frame& frame) {
    return frame.open.is_mapping && frame.is_key_merge && !frame.is_key_next;
  };
  if (frames_.empty()) return 0;
  if (is_merge_value(frames_.back())) return 1;
  const bool is_list = !frames_.back().open.is_mapping && frames_.size() > 1;
  return is_list && is_merge_value(frames_[frames_.size() - 2]) ? 2 : 0;
}

bool Builder::belongs(std::size_t after, std::size_t at) const {
  if (at < after || at >= text_.size()) return false;
  if (in_flow() || !scan::has_break(text_, after, at)) return true;
  const auto column = static_cast<int>(at - scan::line_begin(text_, at));
  return column > parent_column() && !scan::is_document_mark(text_, at);
}

Builder::Place Builder::locate(std::size_t at, bool has_tag, bool has_anchor) const {
  Place place;
  place.value = place.properties_end = at;
  while ((has_tag && scan::peek(text_, place.value) == '!') ||
         (has_anchor && scan::peek(text_, place.value) == '&')) {
    const bool is_tag = text_[place.value] == '!';
    place.properties_end = scan::property_end(text_, place.value);
    if (is_tag) {
      place.tag_begin = place.value;
      place.tag_end = place.properties_end;
    }
    (is_tag ? has_tag : has_anchor) = false;
    place.value = scan::skip_gap(text_, place.properties_end);
    place.has_value = belongs(place.properties_end, place.value);
  }
  return place;
}

std::string Builder::whole_tag(const Place& place, const std::string& tag) const {
  // A hidden '?' ends a tag for yaml-cpp: what it gives then is the beginning.
  const auto written = text_.substr(place.tag_begin, place.tag_end - place.tag_begin);
  return written.find('?') == std::string_view::npos ? tag : std::string(written);
}

void Builder::skip_dash() {
  // In a block sequence the cursor goes past this item's dash, so that a gap after it belongs to the item.
  if (frames_.empty() || frames_.back().open.is_mapping || frames_.back().open.is_flow) return;
  const auto dash = scan::skip_gap(text_, cursor_);
  if (scan::peek(text_, dash) == '-') cursor_ = dash + 1;
}

void Builder::check_tab(std::size_t value) {
  if (in_flow()) return;  // there, indentation means nothing and tabs are white space
  auto begin = std::min(value, text_.size());
  std::size_t tab = scan::kNone;
  while (begin > cursor_ && scan::is_blank(text_[begin - 1])) {
    --begin;
    if (text_[begin] == '\t') tab = begin;
  }
  if (tab == scan::kNone || (begin > base_ && text_[begin - 1] != '\n')) return;
  report("yaml-tab", tab, tab + 1, "a tab is used for indentation", "indent with spaces");
}

// ---- errors and limits
// -----------------------------------------------------------------------------------------

void Builder::report(std::string code, std::size_t begin, std::size_t end, std::string summary,
                     std::string hint, std::vector<std::pair<diag::Span, std::string>> related,
                     std::string detail) {
  if (errors_ >= kMaxErrors) {
    sink_.add({.severity = diag::Severity::kNote,
               .code = "yaml-syntax",
               .summary = fmt::format("more than {} errors: the rest of the file is not read", kMaxErrors),
               .detail = {},
               .hint = {},
               .span = span(begin, end),
               .related = {}});
    throw Stop{};
  }
  ++errors_;
  sink_.add({.severity = diag::Severity::kError,
             .code = std::move(code),
             .summary = std::move(summary),
             .detail = std::move(detail),
             .hint = std::move(hint),
             .span = span(begin, end),
             .related = std::move(related)});
}

void Builder::count_nodes(std::uint64_t count, std::size_t begin, std::size_t end) {
  nodes_ += count;
  if (nodes_ <= limits_.nodes) return;
  report(
      "yaml-budget", begin, end,
      fmt::format("the file holds more than {} values, those that aliases stand for included", limits_.nodes),
      "split the file, or use fewer aliases");
  throw Stop{};
}

// ---- documents
// -------------------------------------------------------------------------------------------------

/// Whether the document whose first token stands at `at` is set off from the one before by `---` or `...`.
bool Builder::is_separated(std::size_t at) const {
  auto line = scan::line_begin(text_, at);
  if (line >= cursor_ && scan::is_document_mark(text_, line)) return true;
  while (line > cursor_) {
    line = scan::line_begin(text_, line - 1);
    if (scan::is_document_mark(text_, line)) return true;
  }
  return false;
}

void Builder::OnDocumentStart(const YAML::Mark& mark) {
  const auto at = offset(mark);
  if (documents_ > 0 && !is_separated(at)) {
    // yaml-cpp takes what it can't read as part of a document for the next one, and some of it for ever.
    is_pending_ = false;
    const char c = scan::peek(text_, at);
    const auto end = scan::is_flow_indicator(c) ? at + 1 : scan::line_end(text_, at);
    report("yaml-syntax", at, end,
           c == ',' ? "a ',' outside of brackets" : "this does not belong to the document that ends above it",
           c == ',' ? "quote the text if it begins with ','"
                    : "check the indentation, or separate documents by a line of '---'");
    throw Stop{};
  }
  visit_pending();
  arena_.release();
  frames_.clear();
  values_.clear();
  members_.clear();
  anchors_.clear();
  ++documents_;
  ++events_;
  errors_before_document_ = errors_;
  cursor_ = std::max(cursor_, at);
  if (scan::line_begin(text_, at) == at && scan::is_document_mark(text_, at)) cursor_ = at + 3;
}

void Builder::OnDocumentEnd() {
  is_pending_ = errors_ == errors_before_document_;
}

void Builder::visit_pending() {
  if (!std::exchange(is_pending_, false)) return;
  if (root_.kind == NodeKind::kNull && !root_.is_unset) return;
  visit_(root_);
}

void Builder::finish_file() {
  visit_pending();
}

void Builder::abandon_file(std::size_t at) {
  if (is_separated(at)) visit_pending();
  is_pending_ = false;
}

// ---- scalars
// ---------------------------------------------------------------------------------------------------

void Builder::OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) {
  ++events_;
  skip_dash();
  const auto at = offset(mark);
  const auto place = locate(at, false, anchor != 0);
  const bool is_key = !frames_.empty() && frames_.back().is_key_next;
  const bool is_here = place.has_value && (is_key || place.properties_end > at || belongs(cursor_, at));
  const auto length = is_here ? scan::null_word(text_, place.value) : 0;
  if (length == 0) return add_implicit_null(at, place, anchor);
  check_tab(place.value);
  cursor_ = place.value + length;
  Node node;
  node.is_plain = true;
  node.text = text_.substr(place.value, length);
  node.span = span(place.value, cursor_);
  attach(node, anchor, 1, 0);
}

void Builder::add_implicit_null(std::size_t at, const Place& place, YAML::anchor_t anchor) {
  Node node;
  node.is_plain = true;
  const bool has_properties = place.properties_end > at;
  if (has_properties) {
    node.span = span(at, place.properties_end);
    cursor_ = place.properties_end;
  } else if (!frames_.empty() && frames_.back().open.is_mapping && !frames_.back().is_key_next) {
    node.span = frames_.back().key_span;  // yaml-cpp's mark is that of whatever comes next
  } else if (in_flow()) {
    report("yaml-syntax", at, at + 1, "nothing stands before this",
           "write null, \"\" or leave out the comma");
    node.span = span(at, at + 1);
    if (frames_.back().open.is_mapping) {
      frames_.back().is_key_next = frames_.back().is_key_good = false;  // said already: not again by set_key
      return;
    }
  } else if (!frames_.empty() && !frames_.back().open.is_mapping && cursor_ > 0) {
    node.span = span(cursor_ - 1, cursor_);  // the dash
  } else {
    node.span = span(at, at + 1);
  }
  attach(node, anchor, 1, 0);
}

void Builder::OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) {
  ++events_;
  skip_dash();
  const auto at = offset(mark);
  check_tab(at);
  cursor_ = scan::property_end(text_, at);
  if (anchor >= anchors_.size() || !anchors_[anchor].is_whole) {
    report("yaml-unknown-anchor", at, cursor_,
           fmt::format("the alias '{}' stands within the value that it refers to",
                       shown(text_.substr(at, cursor_ - at))));
    return attach(Node{.span = span(at, cursor_)}, 0, 1, 0);
  }
  const auto& anchored = anchors_[anchor];
  if (frames_.size() + anchored.height - std::min(merged_levels(), anchored.height) > limits_.depth) {
    report("yaml-depth", at, cursor_,
           fmt::format("nested deeper than {} levels once this alias is expanded", limits_.depth));
    throw Stop{};
  }
  Node node = anchored.node;
  node.anchor = node.span;
  node.span = span(at, cursor_);
  node.is_verbatim = false;  // at this place
  attach(node, 0, anchored.size, anchored.height);
}

void Builder::OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       const std::string& value) {
  ++events_;
  skip_dash();
  const auto place = locate(offset(mark), !is_no_tag(tag), anchor != 0);
  check_tab(place.properties_end > offset(mark) ? offset(mark) : place.value);
  Node node;
  if (is_disguised(value)) {
    read_scalar_text(node, place, reveal(value, scan::peek(text_, place.value) == '"'));
  } else {
    read_scalar_text(node, place, value);
  }
  apply_scalar_tag(node, place, whole_tag(place, tag));
  attach(node, anchor, 1, 0);
}

void Builder::read_scalar_text(Node& node, const Place& place, const std::string& value) {
  const char first = place.has_value ? scan::peek(text_, place.value) : '\0';
  std::size_t end;  // of the value, for every branch that goes on
  node.kind = NodeKind::kString;
  if (is_quote(first)) {
    end = scan::quoted_end(text_, place.value);
    if (end == scan::kNone) {
      report("yaml-unclosed-quote", place.value, scan::line_end(text_, place.value),
             fmt::format("the text that begins here has no closing {}", first));
      throw Stop{};
    }
    quoted_ = span(place.value, end);
    const auto inner = text_.substr(place.value + 1, end - place.value - 2);
    node.is_verbatim = inner == value;
    node.text = node.is_verbatim ? inner : keep_text(value);
  } else if (!in_flow() && (first == '|' || first == '>')) {
    end = scan::block_scalar_end(text_, place.value, parent_column());
    node.text = keep_text(value);
  } else if (!value.empty()) {
    end = scan::plain_end(text_, place.value, value);
    const auto written = text_.substr(place.value, end - place.value);
    node.is_verbatim = written == value;
    node.text = node.is_verbatim ? written : keep_text(value);
    node.is_plain = true;
    node.kind = resolve_plain_scalar(node.text);
  } else {
    // Nothing but properties: `!unset`, `!!str`.
    node.span = span(place.tag_end > 0 ? place.tag_begin : place.value, place.properties_end);
    node.kind = NodeKind::kNull;
    cursor_ = std::max(cursor_, place.properties_end);
    return;
  }
  node.span = span(place.value, end);
  cursor_ = end;
}

void Builder::apply_scalar_tag(Node& node, const Place& place, const std::string& tag) {
  if (place.tag_end == 0) return;
  const bool is_empty = node.kind == NodeKind::kNull;
  node.is_plain = false;
  if (tag == kUnsetTag) {
    node.is_unset = true;
    if (!is_empty) {
      report("yaml-unknown-tag", node.span.begin, node.span.end, "'!unset' takes no value",
             "write '!unset' alone: it un-declares the field");
    }
    return;
  }
  const std::string_view name = std::string_view(tag).starts_with(kCoreTag)
                                    ? std::string_view(tag).substr(kCoreTag.size())
                                    : std::string_view();
  const auto plain = resolve_plain_scalar(node.text);
  NodeKind wanted = NodeKind::kString;
  if (tag == "!" || name == "str") {
    wanted = NodeKind::kString;
  } else if (name == "null") {
    wanted = NodeKind::kNull;
  } else if (name == "bool") {
    wanted = NodeKind::kBoolean;
  } else if (name == "int") {
    wanted = NodeKind::kInteger;
  } else if (name == "float") {
    wanted = NodeKind::kFloat;
  } else if (name == "seq" || name == "map") {
    report("yaml-unknown-tag", place.tag_begin, place.tag_end,
           fmt::format("the tag '!!{}' stands before {}", name, describe(plain)));
    return;
  } else {
    report("yaml-unknown-tag", place.tag_begin, place.tag_end,
           fmt::format("unknown tag '{}'",
                       shown(text_.substr(place.tag_begin, place.tag_end - place.tag_begin))),
           "known are '!unset' and YAML's own: '!!str', '!!int', '!!float', '!!bool', '!!null', '!!seq', "
           "'!!map'");
    return;
  }
  const bool is_float = wanted == NodeKind::kFloat && plain == NodeKind::kInteger;
  if (wanted != NodeKind::kString && plain != wanted && !is_float) {
    report("yaml-unknown-tag", node.span.begin, node.span.end,
           fmt::format("'{}' is not {}, as its tag says", shown(node.text), describe(wanted)));
  }
  node.kind = wanted;
}

// ---- collections
// -----------------------------------------------------------------------------------------------

void Builder::start_collection(bool is_mapping, const YAML::Mark& mark, const std::string& given_tag,
                               YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
  ++events_;
  skip_dash();
  const auto at = offset(mark);
  const auto place = locate(at, !is_no_tag(given_tag), anchor != 0);
  if (frames_.size() >= limits_.depth) {
    report("yaml-depth", place.value, place.value + 1,
           fmt::format("nested deeper than {} levels", limits_.depth));
    throw Stop{};
  }
  check_tab(place.properties_end > at ? at : place.value);
  const std::string tag = whole_tag(place, given_tag);
  const std::string_view expected = is_mapping ? "tag:yaml.org,2002:map" : "tag:yaml.org,2002:seq";
  if (place.tag_end > 0 && tag != expected && tag != "!") {
    report("yaml-unknown-tag", place.tag_begin, place.tag_end,
           tag == kUnsetTag
               ? std::string("'!unset' takes no value")
               : fmt::format("the tag '{}' does not fit {}",
                             shown(text_.substr(place.tag_begin, place.tag_end - place.tag_begin)),
                             describe(is_mapping ? NodeKind::kMapping : NodeKind::kSequence)));
  }
  count_nodes(1, place.value, place.value + 1);
  if (anchor >= anchors_.size() && anchor != 0) anchors_.resize(anchor + 1);

  Frame frame;
  frame.open.is_mapping = is_mapping;
  frame.open.is_flow = style == YAML::EmitterStyle::Flow || in_flow();
  frame.open.has_bracket = frame.open.is_flow && scan::peek(text_, place.value) == (is_mapping ? '{' : '[');
  frame.open.begin = place.value;
  frame.is_key_next = is_mapping;
  frame.anchor = anchor;
  frame.first = is_mapping ? members_.size() : values_.size();
  frame.nodes_before = nodes_ - 1;
  if (!frame.open.is_flow)
    frame.column = static_cast<int>(place.value - scan::line_begin(text_, place.value));
  frames_.push_back(frame);
  cursor_ = frame.open.has_bracket ? place.value + 1 : place.value;
}

void Builder::OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                              YAML::EmitterStyle::value style) {
  start_collection(false, mark, tag, anchor, style);
}

void Builder::OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value style) {
  start_collection(true, mark, tag, anchor, style);
}

std::size_t Builder::closing_end(const Frame& frame) const {
  if (!frame.open.has_bracket) return cursor_;
  const char bracket = frame.open.is_mapping ? '}' : ']';
  auto at = scan::skip_gap(text_, cursor_);
  while (scan::peek(text_, at) == ',' || scan::peek(text_, at) == ':' || scan::peek(text_, at) == '?') {
    at = scan::skip_gap(text_, at + 1);
  }
  return scan::peek(text_, at) == bracket ? at + 1 : cursor_;
}

void Builder::OnSequenceEnd() {
  ++events_;
  const Frame frame = frames_.back();
  frames_.pop_back();
  Node node;
  node.kind = NodeKind::kSequence;
  node.items = keep(std::span<const Node>(values_).subspan(frame.first));
  values_.resize(frame.first);
  end_collection(frame, node);
}

void Builder::OnMapEnd() {
  ++events_;
  const Frame frame = frames_.back();
  frames_.pop_back();
  Node node;
  node.kind = NodeKind::kMapping;
  const auto members = std::span<const Member>(members_).subspan(frame.first);
  check_duplicates(members);
  node.members = keep(frame.merge > 0 ? merged(frame, members) : members);
  members_.resize(frame.first);
  end_collection(frame, node);
}

void Builder::end_collection(Frame frame, Node node) {
  cursor_ = closing_end(frame);
  node.span = span(frame.open.begin, cursor_);
  const auto size = nodes_ - frame.nodes_before;
  nodes_ = frame.nodes_before;  // attach counts it, whole
  attach(node, frame.anchor, size, frame.height);
}

void Builder::attach(const Node& node, YAML::anchor_t anchor, std::uint64_t size, std::uint32_t height) {
  count_nodes(size, node.span.begin, node.span.end);
  if (anchor != 0) {
    if (anchor >= anchors_.size()) anchors_.resize(anchor + 1);
    anchors_[anchor] = {node, size, height, true};
  }
  if (frames_.empty()) {
    root_ = node;
    return;
  }
  auto& frame = frames_.back();
  const bool is_merge_value = frame.open.is_mapping && frame.is_key_merge && !frame.is_key_next;
  const std::uint32_t merged_away = !is_merge_value ? 0 : node.kind == NodeKind::kSequence ? 2 : 1;
  frame.height = std::max(frame.height, height + 1 - std::min(merged_away, height));
  if (!frame.open.is_mapping) {
    values_.push_back(node);
  } else if (frame.is_key_next) {
    set_key(frame, node);
  } else {
    frame.is_key_next = true;
    if (!frame.is_key_good) return;
    members_.push_back({frame.key, frame.key_span, false, node});
    if (frame.is_key_merge && frame.merge == 0) frame.merge = members_.size() - frame.first;
  }
}

void Builder::set_key(Frame& frame, const Node& node) {
  frame.is_key_next = false;
  frame.key = node.text;
  frame.key_span = node.span;
  frame.is_key_good = node.is_scalar() && node.kind != NodeKind::kNull;
  frame.is_key_merge = node.is_plain && node.text == "<<" && !node.anchor.is_known();
  if (frame.is_key_good) return;
  std::string hint;
  if (node.kind == NodeKind::kNull) hint = "quote it if the word itself is meant";
  if (node.kind == NodeKind::kMapping)
    hint = "quote the text if its brackets belong to it, as in \"{{ x }}\"";
  report("yaml-key-type", node.span.begin, node.span.end,
         fmt::format("a key must be a string, not {}", describe(node.kind)), std::move(hint));
}

void Builder::check_duplicates(std::span<const Member> members) {
  find_duplicates(members, scratch_, [this](const Member& first, const Member& again) {
    const bool is_merge = again.key == "<<";
    report("yaml-duplicate-key", again.key_span.begin, again.key_span.end,
           fmt::format("duplicate key '{}'", shown(again.key)),
           is_merge ? "merge several maps with '<<: [*one, *two]'" : "",
           {{first.key_span, "first declared here"}});
  });
}

std::span<const Member> Builder::merged(const Frame& frame, std::span<const Member> members) {
  const auto& member = members[frame.merge - 1];
  const auto sources = merge_sources(member.value);
  if (sources.bad != nullptr) {
    report("yaml-merge-key", sources.bad->span.begin, sources.bad->span.end,
           fmt::format("'<<' merges maps, and this is {}", describe(sources.bad->kind)),
           "name a map or a list of maps; quote '<<' if the key itself is meant");
    return members;
  }
  return merge_members(members, frame.merge - 1, sources.mappings, scratch_);
}

// ---- memory
// ----------------------------------------------------------------------------------------------------

template <class T>
std::span<const T> Builder::keep(std::span<const T> items) {
  if (items.empty()) return {};
  auto* memory = static_cast<T*>(arena_.allocate(items.size() * sizeof(T), alignof(T)));
  std::uninitialized_copy(items.begin(), items.end(), memory);
  return {memory, items.size()};
}

std::string_view Builder::keep_text(std::string_view text) {
  if (text.empty()) return {};
  auto* memory = static_cast<char*>(arena_.allocate(text.size(), 1));
  std::copy(text.begin(), text.end(), memory);
  return {memory, text.size()};
}

}  // namespace descopectl::document
