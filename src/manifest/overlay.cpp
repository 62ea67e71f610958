// Laying one document over another.
#include "overlay.hpp"

#include <string>
#include <unordered_map>
#include <vector>

#include "descopectl/base/letters.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::manifest {
namespace {

using document::Member;
using document::Node;
using document::NodeKind;
using schema::Fields;

/// What of the field table counts while merging: which maps are values of one piece.
struct Rows {
  const schema::Field* row = nullptr;
  Fields fields = {};
  bool is_entry = false;  ///< a value of a map with the user's own keys

  [[nodiscard]] bool is_one_piece() const {
    return row != nullptr && (row->secret || row->type == schema::Type::kReference);
  }
  [[nodiscard]] Rows below(std::string_view key) const {
    // The keys of such a map are the user's own; each value has the row's fields.
    if (row != nullptr && row->type == schema::Type::kObjectMap && !is_entry) return {row, fields, true};
    const schema::Field* next = schema::find_field(fields, key);
    return next == nullptr ? Rows{} : Rows{next, next->fields};
  }
};

class Merger {
 public:
  explicit Merger(document::Tree& tree) : tree_(tree) {}

  Node merge(const Node& base, const Node& over, const Rows& rows) {
    if (base.kind == NodeKind::kMapping && over.kind == NodeKind::kMapping && !rows.is_one_piece())
      return merge_maps(base, over, [&](std::string_view key) { return rows.below(key); });
    // The same again changes nothing, and the base is where a reader looks first.
    const bool is_same = base.is_scalar() && base.kind == over.kind && base.text == over.text &&
                         base.is_unset == over.is_unset;
    return is_same ? base : over;
  }

  template <class RowsOf>
  Node merge_maps(const Node& base, const Node& over, RowsOf rows_of) {
    std::unordered_map<std::string_view, const Member*> written;
    for (const Member& member : over.members)
      written.emplace(member.key, &member);
    std::vector<Member> members;
    members.reserve(base.members.size() + over.members.size());
    for (const Member& member : base.members) {
      const auto found = written.find(member.key);
      if (found == written.end()) {
        members.push_back(member);
        continue;
      }
      // What is taken away stays as `!unset`: whoever misses it can tell where it went.
      const Member& laid = *found->second;
      Node value = merge(member.value, laid.value, rows_of(member.key));
      const bool is_from_base = value.span == member.value.span;
      members.push_back({member.key, is_from_base ? member.key_span : laid.key_span, false, value});
      written.erase(found);
    }
    for (const Member& member : over.members)
      if (written.contains(member.key)) members.push_back(member);
    return tree_.with_members(base, members);
  }

 private:
  document::Tree& tree_;
};

class MarkChecker {
 public:
  MarkChecker(Layering layering, std::string_view hint, diag::Sink& sink)
      : layering_(layering), hint_(hint), sink_(sink) {}

  void check(const Node& node, bool is_in_list) {
    if (node.is_unset) {
      if (layering_ == Layering::kDeclares)
        report(node.span, "'!unset' has nothing to take away here", hint_);
      else if (is_in_list)
        report(node.span, "'!unset' has no meaning in a list",
               "a list replaces the one below it: write it whole");
    }
    for (const Node& item : node.items)
      check(item, true);
    for (const Member& member : node.members)
      check(member.value, is_in_list);
  }

  void check_absent(const Node& root) {
    const Member* metadata = root.find("metadata");
    const Member* absent = metadata == nullptr ? nullptr : metadata->value.find("absent");
    if (layering_ == Layering::kOverlays) {
      const Member* lifecycle = metadata == nullptr ? nullptr : metadata->value.find("lifecycle");
      if (says_absent(root) && lifecycle != nullptr)
        report(lifecycle->key_span, "'lifecycle' has no effect on an object that this document drops",
               "apply 'lifecycle.onRemoval: keep' first, then drop the object; or remove 'lifecycle' here");
      return;
    }
    if (absent != nullptr) report(absent->key_span, "'metadata.absent' has nothing to drop here", hint_);
  }

 private:
  void report(diag::Span span, std::string_view summary, std::string_view hint) {
    sink_.error("misplaced-overlay", span, std::string(summary), std::string(hint));
  }

  Layering layering_;
  std::string_view hint_;
  diag::Sink& sink_;
};

}  // namespace

Node merge_documents(const schema::Kind& kind, const Node& base, const Node& over, document::Tree& tree) {
  // What says which document this is belongs to each of the two; it is the same, or they would not meet.
  std::vector<Member> body;
  for (const Member& member : over.members)
    if (member.key != "apiVersion" && member.key != "kind") body.push_back(member);
  return Merger(tree).merge_maps(base, tree.with_members(over, body), [&](std::string_view key) {
    return key == "spec" ? Rows{nullptr, kind.fields} : Rows{};
  });
}

bool says_absent(const Node& root) {
  const Member* metadata = root.find("metadata");
  const Member* absent = metadata == nullptr ? nullptr : metadata->value.find("absent");
  return absent != nullptr && base::to_lower(absent->value.text) == "true";
}

void check_overlay_marks(const Node& root, Layering layering, std::string_view hint, diag::Sink& sink) {
  MarkChecker checker(layering, hint, sink);
  checker.check(root, false);
  checker.check_absent(root);
}

}  // namespace descopectl::manifest
