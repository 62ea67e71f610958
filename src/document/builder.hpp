// Builds our tree from yaml-cpp's events, one document at a time, within the limits.
//
// Finished children lie on two stacks (values of sequences, members of mappings) until their collection ends;
// then they move to the arena in one piece. So the tree costs one allocation a collection, and none a scalar:
// texts are views of the source wherever the source says what the value is.
#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <cstddef>
#include <functional>
#include <memory_resource>
#include <string>
#include <vector>

#include "descopectl/diag/diagnostic.hpp"
#include "descopectl/document/parse.hpp"
#include "members.hpp"

namespace descopectl::document {

/// Thrown through yaml-cpp to end the reading of a file; what is wrong has been said.
struct Stop {};

/// What is known about the place of reading when a file breaks off.
struct OpenCollection {
  bool is_mapping = false;
  bool is_flow = false;
  bool has_bracket = false;  ///< false for block collections and for `[key: value]`'s inner mapping
  std::size_t begin = 0;
};

class Builder final : public YAML::EventHandler {
 public:
  using Visit = std::function<void(const Node& root)>;

  /// `base` is what has to be added to yaml-cpp's offsets (a byte order mark that it was not shown). All
  /// arguments must outlive the builder.
  Builder(std::string_view text, std::uint32_t source, std::size_t base, const Limits& limits,
          diag::Sink& sink, const Visit& visit);

  /// Visits the last document, if it is whole.
  void finish_file();
  /// After the reading broke off at byte `at`: visits the last document if a new one had begun there.
  void abandon_file(std::size_t at);

  /// Reports an error at bytes [begin, end) and marks the document as faulty. Throws Stop when there are too
  /// many.
  void report(std::string code, std::size_t begin, std::size_t end, std::string summary,
              std::string hint = {}, std::vector<std::pair<diag::Span, std::string>> related = {},
              std::string detail = {});

  [[nodiscard]] bool has_errors() const { return errors_ > 0; }
  /// Where the last thing that was understood ends.
  [[nodiscard]] std::size_t cursor() const { return cursor_; }
  /// The last quoted scalar, for what is found to follow it.
  [[nodiscard]] diag::Span last_quoted() const { return quoted_; }
  /// Counts events, so that a reader can tell whether anything came of what was read.
  [[nodiscard]] std::uint64_t events() const { return events_; }
  [[nodiscard]] std::size_t offset(const YAML::Mark& mark) const;
  [[nodiscard]] diag::Span span(std::size_t begin, std::size_t end) const;
  /// The innermost collection that is not ended yet; null outside of all.
  [[nodiscard]] const OpenCollection* innermost() const {
    return frames_.empty() ? nullptr : &frames_.back().open;
  }

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override;
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;

 private:
  struct Frame {
    OpenCollection open;
    bool is_key_next = false;
    bool is_key_good = false;
    bool is_key_merge = false;
    int column = -1;  // of a block collection
    std::uint32_t height = 1;
    YAML::anchor_t anchor = 0;
    std::size_t first = 0;  // of its children on their stack
    std::size_t merge = 0;  // 1 + number of the member `<<`; 0: none
    std::uint64_t nodes_before = 0;
    std::string_view key;
    diag::Span key_span;
  };
  struct Anchored {
    Node node;
    std::uint64_t size = 0;
    std::uint32_t height = 0;
    bool is_whole = false;
  };
  /// Where a node's properties and the node itself stand.
  struct Place {
    std::size_t tag_begin = 0;
    std::size_t tag_end = 0;  // 0: no tag
    std::size_t properties_end = 0;
    std::size_t value = 0;
    bool has_value = true;  // false: nothing but properties
  };

  [[nodiscard]] Place locate(std::size_t at, bool has_tag, bool has_anchor) const;
  /// Whether a token at `at` belongs to the node whose key, dash or properties end at `after`, and not to
  /// what follows it.
  [[nodiscard]] bool belongs(std::size_t after, std::size_t at) const;
  [[nodiscard]] bool in_flow() const { return !frames_.empty() && frames_.back().open.is_flow; }
  [[nodiscard]] int parent_column() const;
  /// How many of the open levels merging will take away again: the value of `<<` moves up into its mapping.
  [[nodiscard]] std::uint32_t merged_levels() const;

  [[nodiscard]] std::string whole_tag(const Place& place, const std::string& tag) const;
  void count_nodes(std::uint64_t count, std::size_t begin, std::size_t end);
  void skip_dash();
  void check_tab(std::size_t value);
  void add_implicit_null(std::size_t at, const Place& place, YAML::anchor_t anchor);
  void read_scalar_text(Node& node, const Place& place, const std::string& value);
  void apply_scalar_tag(Node& node, const Place& place, const std::string& tag);
  void start_collection(bool is_mapping, const YAML::Mark& mark, const std::string& given_tag,
                        YAML::anchor_t anchor, YAML::EmitterStyle::value style);
  void end_collection(Frame frame, Node node);
  [[nodiscard]] std::size_t closing_end(const Frame& frame) const;
  void attach(const Node& node, YAML::anchor_t anchor, std::uint64_t size, std::uint32_t height);
  void set_key(Frame& frame, const Node& node);
  void check_duplicates(std::span<const Member> members);
  [[nodiscard]] std::span<const Member> merged(const Frame& frame, std::span<const Member> members);
  void visit_pending();
  [[nodiscard]] bool is_separated(std::size_t at) const;

  template <class T>
  std::span<const T> keep(std::span<const T> items);
  [[nodiscard]] std::string_view keep_text(std::string_view text);

  std::string_view text_;
  std::uint32_t source_;
  std::size_t base_;
  const Limits& limits_;
  diag::Sink& sink_;
  const Visit& visit_;

  std::vector<std::byte> arena_buffer_;
  std::pmr::monotonic_buffer_resource arena_;
  std::vector<Frame> frames_;
  std::vector<Node> values_;
  std::vector<Member> members_;
  std::vector<Anchored> anchors_;  // by yaml-cpp's number, which begins at 1 in each document
  MemberScratch scratch_;

  Node root_;
  diag::Span quoted_;
  std::size_t documents_ = 0;
  std::size_t cursor_ = 0;
  std::uint64_t events_ = 0;
  std::uint64_t nodes_ = 0;
  std::size_t errors_ = 0;
  std::size_t errors_before_document_ = 0;
  bool is_pending_ = false;  // root_ waits to be visited
};

}  // namespace descopectl::document
