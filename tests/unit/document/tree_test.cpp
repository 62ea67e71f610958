// Trees that outlive their document.
#include "descopectl/document/tree.hpp"

#include <gtest/gtest.h>

#include "parsing.hpp"

namespace descopectl::document {
namespace {

TEST(Tree, KeepsWhatADocumentHeldWhenTheDocumentIsGone) {
  const std::string text =
      "a: &x {list: [1, \"t\\u0077o\", {deep: ~}], empty: []}\nb: *x\nc: {<<: *x, gone: !unset}\n";
  Tree tree;
  Node kept;
  std::string before;
  diag::SourceTable sources;
  diag::Sink sink;
  const auto source = sources.add("a.yaml", text);
  parse_documents(sources, source, {}, sink, [&](const Node& root) {
    before = written(root);
    kept = tree.copy(root);
  });
  EXPECT_EQ(written(kept), before);
  EXPECT_EQ(kept.find("a")->value.members.data(), kept.find("b")->value.members.data())
      << "what an alias shares is copied once";
}

TEST(Tree, MakesAMapOfOtherMembers) {
  Tree tree;
  Node map;
  map.kind = NodeKind::kMapping;
  Member member;
  member.key = "k";
  member.value.kind = NodeKind::kString;
  member.value.text = "v";
  EXPECT_EQ(written(tree.with_members(map, {member})), "{k: v}");
  EXPECT_EQ(written(tree.with_members(map, {})), "{}");
}

}  // namespace
}  // namespace descopectl::document
