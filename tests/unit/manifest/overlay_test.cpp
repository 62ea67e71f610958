// Overlays of an environment: what merges, what replaces, what is taken away, and where problems are shown.
#include <gmock/gmock.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>

#include "descopectl/manifest/load.hpp"

namespace descopectl {
namespace {

using ::testing::HasSubstr;

/// Manifests in folders: "base" first, then those whose name begins with "over", in the order given.
class Overlay : public testing::Test {
 protected:
  Overlay() {
    folder_ = std::filesystem::temp_directory_path() / ("descopectl-overlay-" + std::to_string(::getpid()));
    std::filesystem::remove_all(folder_);
  }
  ~Overlay() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& file, const std::string& text) {
    std::filesystem::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << text;
  }
  void load(const std::vector<std::string>& roots) {
    const base::Environment surroundings(std::map<std::string, std::string, std::less<>>{});
    manifest::LoadOptions options;
    for (const std::string& root : roots)
      options.roots.push_back({(folder_ / root).string(), root, root.starts_with("over")});
    options.variables = {{"handle", "c"}};
    options.environment = &surroundings;
    sources_ = std::make_unique<diag::SourceTable>();
    sink_ = {};
    desired_ = manifest::load_manifests(options, *sources_, sink_);
  }
  std::string messages() const {
    std::string text;
    for (const diag::Diagnostic& diagnostic : diag::sorted(sink_.all()))
      text += diag::to_text(diagnostic, *sources_);
    const std::string prefix = folder_.string() + "/";
    for (auto at = text.find(prefix); at != std::string::npos; at = text.find(prefix))
      text.erase(at, prefix.size());
    return text;
  }
  /// The only object, from "base" with "over" laid over it.
  const model::DesiredObject& merged(const std::string& base, const std::string& over) {
    write("base/c.yaml", base);
    write("over/c.yaml", over);
    load({"base", "over"});
    EXPECT_EQ(messages(), "");
    EXPECT_EQ(desired_.objects.size(), 1U);
    return desired_.objects.at(0);
  }

  std::filesystem::path folder_;
  std::unique_ptr<diag::SourceTable> sources_;
  diag::Sink sink_;
  model::DesiredState desired_;
};

std::string doc(const std::string& metadata, const std::string& rest,
                const std::string& kind = "Connection") {
  return "apiVersion: descopectl/v1\nkind: " + kind + "\nmetadata: {" + metadata + "}\n" + rest;
}

TEST_F(Overlay, MergesMapsByKeyAndReplacesListsAndScalars) {
  const auto& object = merged(doc("name: a", R"(spec:
  name: App
  description: base
  logo: l
  approvedCallbackUrls: [https://a, https://b]
  customAttributes: {one: "1", two: "2"}
  sessionSettings: {enabled: true, userTemplateId: t}
)",
                                  "InboundApp"),
                              doc("name: a", R"(spec:
  description: over
  logo: null
  approvedCallbackUrls: [https://c]
  customAttributes: {two: II, three: III}
  sessionSettings: {userTemplateId: u}
)",
                                  "InboundApp"));
  EXPECT_EQ(json::serialize(object.spec),
            R"({"name":"App","description":"over","logo":null,"approvedCallbackUrls":["https://c"],)"
            R"("customAttributes":{"one":"1","two":"II","three":"III"},)"
            R"("sessionSettings":{"enabled":true,"userTemplateId":"u"}})");
}

TEST_F(Overlay, MergesMetadataAndExtraFieldsTheSameWay) {
  const auto& object =
      merged(doc("name: c, id: one, labels: {team: t, tier: base}, lifecycle: {preventDestroy: true, "
                 "onRemoval: keep, ignoreFields: [/logo]}",
                 "spec: {name: C, extraFields: {new: {a: 1, b: [1]}}}\n"),
             doc("name: c, id: two, labels: {tier: over, team: !unset, more: m}, lifecycle: {preventDestroy: "
                 "null, onRemoval: !unset}",
                 "spec: {extraFields: {new: {b: [2], c: 3}}}\n"));
  EXPECT_EQ(object.id, "two");
  EXPECT_EQ(object.labels, (std::map<std::string, std::string>{{"tier", "over"}, {"more", "m"}}));
  EXPECT_EQ(object.lifecycle.prevent_destroy, false);
  EXPECT_FALSE(object.lifecycle.keep_on_removal);
  EXPECT_EQ(object.lifecycle.ignore_fields, std::vector<std::string>{"/logo"});
  EXPECT_EQ(json::serialize(object.spec), R"({"name":"C","new":{"a":1,"b":[2],"c":3}})");
}

TEST_F(Overlay, UnsetTakesADeclarationAwayAndIsNoReset) {
  const auto& object =
      merged(doc("name: a, id: x",
                 "spec: {name: A, description: d, sessionSettings: {enabled: true, userTemplateId: t}, "
                 "customAttributes: {k: v, l: w}}\n",
                 "InboundApp"),
             doc("name: a, id: !unset",
                 "spec: {description: !unset, logo: !unset, sessionSettings: {enabled: !unset}, "
                 "customAttributes: {k: !unset, m: !unset}, jwtBearerSettings: {issuers: {i: !unset}}}\n",
                 "InboundApp"));
  EXPECT_FALSE(object.id);
  EXPECT_EQ(json::serialize(object.spec),
            R"({"name":"A","sessionSettings":{"userTemplateId":"t"},"customAttributes":{"l":"w"},)"
            R"("jwtBearerSettings":{"issuers":{}}})");
}

TEST_F(Overlay, ReplacesSecretsAndReferencesWhole) {
  const auto& object = merged(doc("name: c", "spec: {name: C, clientSecret: {fromEnv: S}}\n"),
                              doc("name: c", "spec: {clientSecret: {fromFile: secret.txt}}\n"));
  ASSERT_EQ(object.secrets.size(), 1U);
  EXPECT_EQ(object.secrets[0].source.form, model::SecretSource::Form::kFile);
  EXPECT_EQ(object.secrets[0].source.folder, (folder_ / "over").string())
      << "relative to where it is written";
}

TEST_F(Overlay, FilesNamedInAValueLieBesideTheFileThatNamesThem) {
  write("base/text.txt", "from base\n");
  write("over/text.txt", "from over\n");
  const auto& object =
      merged(doc("name: c", "spec: {name: '${file:text.txt}', description: '${file:text.txt}'}\n"),
             doc("name: c", "spec: {description: 'x ${file:text.txt}'}\n"));
  EXPECT_EQ(json::serialize(object.spec), R"({"name":"from base","description":"x from over"})");
}

TEST_F(Overlay, ChecksRequiredFieldsAfterTheMergeAndShowsEachProblemWhereItIsWritten) {
  write("base/c.yaml", doc("name: c", "spec:\n  name: C\n  pkce: maybe\n"));
  write("over/c.yaml", doc("name: c", "spec:\n  nmae: X\n  lgo: !unset\n  accessType: offlin\n"));
  load({"base", "over"});
  EXPECT_EQ(messages(),
            "base/c.yaml:6:9: error: 'pkce' must be a boolean, not a string [wrong-type]\n"
            "    pkce: maybe\n"
            "          ^~~~~\n"
            "hint: write true or false\n"
            "over/c.yaml:5:3: error: unknown field 'nmae' in Connection [unknown-field]\n"
            "    nmae: X\n"
            "    ^~~~\n"
            "hint: did you mean 'name'?\n"
            "over/c.yaml:6:3: error: unknown field 'lgo' in Connection [unknown-field]\n"
            "    lgo: !unset\n"
            "    ^~~\n"
            "hint: did you mean 'logo'?\n"
            "over/c.yaml:7:15: error: 'accessType' can't be 'offlin': it is one of offline or online "
            "[invalid-value]\n"
            "    accessType: offlin\n"
            "                ^~~~~~\n"
            "hint: did you mean 'offline'?\n");
}

TEST_F(Overlay, ThatTakesAwayWhatIsNeededIsShownWhereItDoesSo) {
  write("base/c.yaml", doc("name: c", "spec:\n  name: C\n"));
  write("over1/c.yaml", doc("name: c", "spec:\n  pkce: true\n  name: !unset\n"));
  load({"base", "over1"});
  EXPECT_THAT(messages(),
              HasSubstr("over1/c.yaml:6:3: error: Connection needs the field 'name' [missing-field]\n"
                        "    name: !unset\n"));
  write("over2/c.yaml", doc("name: c", "spec: {name: null}\n"));
  load({"base", "over1", "over2"});
  EXPECT_THAT(messages(), HasSubstr("over2/c.yaml:4:8: error: Connection needs the field 'name'"));
  write("over2/c.yaml", doc("name: c", "spec: {name: D}\n"));
  load({"base", "over1", "over2"});
  EXPECT_EQ(messages(), "");
  EXPECT_EQ(json::serialize(desired_.objects.at(0).spec), R"({"name":"D","pkce":true})");
}

TEST_F(Overlay, ThatTakesTheSpecAwayIsShownWhereItDoesSo) {
  write("base/c.yaml", doc("name: c", "spec: {name: C}\n"));
  write("over/c.yaml", doc("name: c", "spec: !unset\n"));
  load({"base", "over"});
  EXPECT_THAT(messages(),
              HasSubstr("over/c.yaml:4:1: error: a manifest needs the field 'spec' [missing-field]\n"));
}

TEST_F(Overlay, AnUnsetAboveANullAndANullAboveAnUnsetAreTheLastWord) {
  write("base/c.yaml", doc("name: c, lifecycle: {preventDestroy: true}", "spec: {name: C, logo: null}\n"));
  write("over1/c.yaml", doc("name: c, lifecycle: {preventDestroy: !unset}", "spec: {logo: !unset}\n"));
  write("over2/c.yaml", doc("name: c", "spec: {logo: null}\n"));
  load({"base", "over1"});
  EXPECT_EQ(messages(), "");
  EXPECT_EQ(json::serialize(desired_.objects.at(0).spec), R"({"name":"C"})");
  EXPECT_FALSE(desired_.objects.at(0).lifecycle.prevent_destroy.has_value()) << "as the state has it";
  load({"base", "over1", "over2"});
  EXPECT_EQ(json::serialize(desired_.objects.at(0).spec), R"({"name":"C","logo":null})");
}

TEST_F(Overlay, ProblemsOfMetadataAreShownWhereTheyAreWritten) {
  write("base/c.yaml", doc("name: c, labels: {team: a}, lifecycle: {onRemoval: keep}", "spec: {name: C}\n"));
  write("over/c.yaml",
        doc("name: c, labels: {team: [x]}, lifecycle: {onRemoval: burn, preventDestroy: 7}", ""));
  load({"base", "over"});
  EXPECT_THAT(messages(), HasSubstr("over/c.yaml:3:36: error: 'metadata.labels.team'"));
  EXPECT_THAT(messages(), HasSubstr("over/c.yaml:3:65: error: 'onRemoval' can't be 'burn'"));
  EXPECT_THAT(messages(), HasSubstr("over/c.yaml:3:87: error: 'metadata.lifecycle.preventDestroy'"));
}

TEST_F(Overlay, WhatIdentifiesAnObjectIsShownWhereItIsWritten) {
  write("base/a.yaml", doc("name: a", "spec: {name: A}\n", "Role"));
  write("base/b.yaml", doc("name: b", "spec: {name: B}\n", "Role"));
  write("over/b.yaml", doc("name: b, id: ROL1", "spec: {name: A}\n", "Role"));
  load({"base", "over"});
  EXPECT_THAT(messages(), HasSubstr("over/b.yaml:4:14: error: Role/a and Role/b have the same name 'A'"));
  EXPECT_THAT(messages(), HasSubstr("base/a.yaml:4:14: note: the other is here"));
  write("over/b.yaml", doc("name: b, id: ROL1", "", "Role"));
  write("over/a.yaml", doc("name: a, id: ROL1", "", "Role"));
  load({"base", "over"});
  EXPECT_THAT(messages(),
              HasSubstr("over/b.yaml:3:25: error: Role/a and Role/b have the same live id 'ROL1'"));
  EXPECT_THAT(messages(), HasSubstr("over/a.yaml:3:25: note: the other is here"));
}

TEST_F(Overlay, MayTakeTheRawFormInPlaceOfTheTypedOne) {
  const std::string base = "spec: {resource: {live: R1}, name: s, connections: [{connection: {live: x}}]}\n";
  merged(doc("name: s", base, "McpScope"),
         doc("name: s", "spec: {connections: !unset, values: [v]}\n", "McpScope"));
  EXPECT_THAT(json::serialize(desired_.objects.at(0).spec), HasSubstr(R"({"name":"s","values":["v"]})"));
}

TEST_F(Overlay, OfAScopeShowsInItsResource) {
  write("base/r.yaml",
        doc("name: r", "spec: {name: R, type: mcp, uri: 'https://r'}\n", "Resource") + "---\n" +
            doc("name: s", "spec: {resource: r, name: mcp:s, description: base}\n", "McpScope"));
  write("over/s.yaml", doc("name: s", "spec: {description: over}\n", "McpScope"));
  load({"base", "over"});
  EXPECT_EQ(messages(), "");
  EXPECT_THAT(json::serialize(desired_.objects.at(0).spec),
              HasSubstr(R"("connectionsScopes":[{"name":"mcp:s","description":"over"}])"));
}

TEST_F(Overlay, BelongsToTheRootThatItIsLaidOver) {
  merged(doc("name: c", "spec: {name: C}\n"), doc("name: c", "spec: {name: D}\n"));
  EXPECT_EQ(desired_.objects.at(0).root, "base");
  write("over/d.yaml", doc("name: d", "spec: {name: D2}\n"));
  load({"base", "over"});
  ASSERT_EQ(messages(), "");
  EXPECT_EQ(desired_.objects.at(1).root, "over") << "what only the overlay declares is its own";
  EXPECT_EQ(desired_.documents, 3U);
}

TEST_F(Overlay, SeveralAreLaidOverEachOtherInTheOrderOfTheirFolders) {
  write("base/c.yaml", doc("name: c", "spec: {name: C, description: base, logo: base}\n"));
  write("over1/z.yaml", doc("name: '${var:handle}'", "spec: {description: one, logo: !unset}\n"));
  write("over2/a.yaml", doc("name: c", "spec: {description: two, logo: two}\n"));
  load({"base", "over1", "over2"});
  EXPECT_EQ(messages(), "");
  EXPECT_EQ(json::serialize(desired_.objects.at(0).spec), R"({"name":"C","description":"two","logo":"two"})");
  load({"base", "over2", "over1"});
  EXPECT_EQ(json::serialize(desired_.objects.at(0).spec), R"({"name":"C","description":"one"})");
}

TEST_F(Overlay, DropsAnObjectThatIsAbsent) {
  write("base/c.yaml", doc("name: c", "spec: {name: '${var:not_set_here}'}\n"));
  write("base/d.yaml", doc("name: d", "spec: {name: D}\n"));
  write("over1/c.yaml", doc("name: c, absent: true", ""));
  load({"base", "over1"});
  EXPECT_EQ(messages(), "") << "what is dropped needs no variables";
  ASSERT_EQ(desired_.objects.size(), 1U);
  EXPECT_EQ(desired_.objects[0].key.handle, "d");
  write("over2/c.yaml", doc("name: c, absent: false", "spec: {name: C}\n"));
  load({"base", "over1", "over2"});
  EXPECT_EQ(messages(), "");
  EXPECT_EQ(desired_.objects.size(), 2U) << "the last word counts";
}

TEST_F(Overlay, ThatDropsWhatIsReferredToSaysSo) {
  write("base/r.yaml", doc("name: r", R"(spec:
  name: R
  type: mcp
  uri: https://r
  scopes: {connectionsScopes: [{name: s, connections: [{connection: c}]}]}
)",
                           "Resource"));
  write("base/c.yaml", doc("name: c", "spec: {name: C}\n"));
  write("over/c.yaml", doc("name: c, absent: true", ""));
  load({"base", "over"});
  EXPECT_EQ(messages(),
            "base/r.yaml:8:69: error: the Connection 'c' is dropped by an overlay [unknown-reference]\n"
            "    scopes: {connectionsScopes: [{name: s, connections: [{connection: c}]}]}\n"
            "                                                                      ^\n"
            "over/c.yaml:3:21: note: dropped here\n"
            "hint: take the reference back in the overlay too, or don't drop what is referred to\n");
}

TEST_F(Overlay, MarksOutsideAnOverlayAreErrors) {
  write("base/c.yaml", doc("name: c, absent: true", "spec: {name: C, logo: !unset}\n"));
  load({"base"});
  EXPECT_EQ(messages(),
            "base/c.yaml:3:21: error: 'metadata.absent' has nothing to drop here [misplaced-overlay]\n"
            "  metadata: {name: c, absent: true}\n"
            "                      ^~~~~~\n"
            "hint: it is for overlays: documents in a folder that only the chosen environment lists\n"
            "base/c.yaml:4:23: error: '!unset' has nothing to take away here [misplaced-overlay]\n"
            "  spec: {name: C, logo: !unset}\n"
            "                        ^~~~~~\n"
            "hint: it is for overlays: documents in a folder that only the chosen environment lists\n");
  write("over/c.yaml", doc("name: c", "spec: {name: D}\n"));
  load({"base", "over"});
  EXPECT_EQ(sink_.error_count(), 3U) << "below an overlay too, which would change nothing";
}

TEST_F(Overlay, MarksWithNothingBelowThemAreErrors) {
  write("base/c.yaml", doc("name: c", "spec: {name: C}\n"));
  write("over/d.yaml", doc("name: d, absent: true", "spec: {name: D, prompt: !unset}\n"));
  load({"base", "over"});
  EXPECT_EQ(messages(),
            "over/d.yaml:3:21: error: 'metadata.absent' has nothing to drop here [misplaced-overlay]\n"
            "  metadata: {name: d, absent: true}\n"
            "                      ^~~~~~\n"
            "hint: no manifest before this one declares Connection/d\n"
            "over/d.yaml:4:25: error: '!unset' has nothing to take away here [misplaced-overlay]\n"
            "  spec: {name: D, prompt: !unset}\n"
            "                          ^~~~~~\n"
            "hint: no manifest before this one declares Connection/d\n");
}

TEST_F(Overlay, AFileThatCannotBeReadIsFaultedAloneForWhatItMayDeclare) {
  write("base/c.yaml", doc("name: c", "spec: {name: C]\n"));
  write("base/r.yaml",
        "apiVersion: descopectl/v1\nkind: McpScope\nmetadata: {name: s}\nspec: {resource: away, name: s}\n");
  write("over/c.yaml", doc("name: c", "spec: {prompt: !unset}\n"));
  load({"base", "over"});
  EXPECT_EQ(sink_.error_count(), 1U) << messages();
  EXPECT_THAT(messages(), HasSubstr("base/c.yaml:4:15: error"));
}

TEST_F(Overlay, AListIsReplacedAndTakesNoUnset) {
  write("base/c.yaml", doc("name: c", "spec: {name: C, prompt: [login]}\n"));
  write("over/c.yaml", doc("name: c", "spec: {prompt: [!unset]}\n"));
  load({"base", "over"});
  EXPECT_THAT(messages(), HasSubstr("over/c.yaml:4:17: error: '!unset' has no meaning in a list "
                                    "[misplaced-overlay]\n"));
}

TEST_F(Overlay, TwoDocumentsOfOneHandleAreAnErrorWithinAFolder) {
  write("base/other.yaml", doc("name: other", "spec: {name: Other}\n"));
  write("over/c.yaml",
        doc("name: c", "spec: {name: C}\n") + "---\n" + doc("name: c", "spec: {pkce: true}\n"));
  load({"base", "over"});
  EXPECT_THAT(messages(),
              HasSubstr("over/c.yaml:8:18: error: Connection/c is declared twice [duplicate-handle]\n"
                        "  metadata: {name: c}\n"
                        "                   ^\n"
                        "over/c.yaml:3:18: note: first declared here\n"
                        "hint: rename or remove one of the two\n"));
  write("over/c.yaml", doc("name: c", "spec: {logo: l}\n"));
  write("base/c.yaml", doc("name: c", "spec: {name: C}\n"));
  write("base/again.yaml", doc("name: c", "spec: {name: C}\n"));
  load({"base", "over"});
  EXPECT_THAT(messages(), HasSubstr("base/c.yaml:3:18: error: Connection/c is declared twice"));
}

TEST_F(Overlay, SeveralOfOneFolderAreLaidInTheOrderOfTheirPaths) {
  write("base/c.yaml", doc("name: c", "spec: {name: C}\n"));
  write("over/a.yaml", doc("name: c, absent: true", "spec: {logo: a}\n"));
  write("over/b.yaml", doc("name: c, absent: false", "spec: {pkce: true}\n"));
  load({"base", "over"});
  EXPECT_EQ(messages(), "");
  ASSERT_EQ(desired_.objects.size(), 1U);
  EXPECT_EQ(json::serialize(desired_.objects[0].spec), R"({"name":"C","logo":"a","pkce":true})");
  write("over/b.yaml", doc("name: c", "spec: {pkce: true}\n"));
  load({"base", "over"});
  EXPECT_EQ(
      messages(),
      "over/b.yaml:3:18: error: Connection/c is dropped before this document, which would change nothing "
      "[misplaced-overlay]\n"
      "  metadata: {name: c}\n"
      "                   ^\n"
      "over/a.yaml:3:21: note: dropped here\n"
      "hint: write 'metadata.absent: false' to have the object again, or remove one of the two\n");
}

TEST_F(Overlay, WhatIsToBecomeOfADroppedObjectIsSaidBefore) {
  write("base/c.yaml", doc("name: c", "spec: {name: C}\n"));
  write("over/c.yaml", doc("name: c, absent: true, lifecycle: {onRemoval: keep}", ""));
  load({"base", "over"});
  EXPECT_THAT(messages(), HasSubstr("'lifecycle' has no effect on an object that this document drops "
                                    "[misplaced-overlay]"));
}

TEST_F(Overlay, ListedBeforeWhatItIsLaidOverIsAnError) {
  write("base/c.yaml", doc("name: c", "spec: {name: C}\n"));
  write("over/c.yaml", doc("name: c", "spec: {name: D}\n"));
  load({"over", "base"});
  EXPECT_EQ(messages(),
            "base/c.yaml:3:18: error: Connection/c is declared twice [duplicate-handle]\n"
            "  metadata: {name: c}\n"
            "                   ^\n"
            "over/c.yaml:3:18: note: first declared here\n"
            "hint: 'over' is laid over what is listed before it: list 'base' first\n");
}

TEST_F(Overlay, IsAManifestWithAnApiVersion) {
  write("base/c.yaml", doc("name: c", "spec: {name: C}\n"));
  write("over/c.yaml", "kind: Connection\nmetadata: {name: c}\nspec: {name: D}\n");
  load({"base", "over"});
  EXPECT_THAT(messages(),
              HasSubstr("over/c.yaml:1:1: error: a manifest needs the field 'apiVersion' [missing-field]\n"));
}

TEST_F(Overlay, GivesTheSameWhateverTheNamesOfFilesAndTheirOrder) {
  const std::string c = doc("name: c", "spec: {name: C, description: base}\n");
  const std::string d = doc("name: d", "spec: {name: D}\n");
  const std::string over_c = doc("name: c", "spec: {description: over}\n");
  const std::string over_d = doc("name: d", "spec: {pkce: true}\n");
  const auto specs = [&] {
    std::string text;
    for (const model::DesiredObject& object : desired_.objects)
      text += object.key.to_string() + json::serialize(object.spec) + object.root;
    return text;
  };
  write("base/1.yaml", c + "---\n" + d);
  write("over/1.yaml", over_c + "---\n" + over_d);
  load({"base", "over"});
  const std::string first = specs();
  std::filesystem::remove_all(folder_);
  write("base/1.yaml", d);
  write("base/sub/2.yaml", c);
  write("over/1.yaml", over_d);
  write("over/sub/2.yaml", over_c);
  load({"base", "over"});
  EXPECT_EQ(messages(), "");
  EXPECT_EQ(specs(), first);
}

}  // namespace
}  // namespace descopectl
