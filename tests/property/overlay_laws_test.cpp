// Laws of overlays: a manifest that is cut in two, one laid over the other, is the same manifest.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "descopectl/manifest/load.hpp"
#include "support/project.hpp"

namespace descopectl {
namespace {

namespace fs = std::filesystem;

/// A top-level field of an inbound app: how the whole manifest writes it, and, for maps, its two halves.
struct Piece {
  std::string key;
  std::string value;
  std::string other;  ///< a value that the overlay replaces
  std::string first;
  std::string second;
};

const std::vector<Piece>& pieces() {
  static const std::vector<Piece> all{
      {"description", "text", "other", "", ""},
      {"logo", "null", "l", "", ""},
      {"forcePkce", "true", "false", "", ""},
      {"approvedCallbackUrls", "[https://a, https://b]", "[https://a, https://c]", "", ""},
      {"customAttributes", "{a: x, b: y}", "{a: z}", "{a: x}", "{b: y}"},
      {"sessionSettings", "{enabled: true, userTemplateId: t}", "{enabled: false, userTemplateId: u}",
       "{enabled: true}", "{userTemplateId: t}"},
      {"clientSecret", "{fromEnv: A}", "{fromFile: b}", "", ""},
  };
  return all;
}

/// What a document says of each field.
struct Document {
  std::string spec;

  void write(const std::string& key, const std::string& value) { spec += "  " + key + ": " + value + "\n"; }
  [[nodiscard]] std::string text() const {
    return "apiVersion: descopectl/v1\nkind: InboundApp\nmetadata: {name: a}\nspec:\n" + spec;
  }
};

class Folders {
 public:
  Folders() : path_(fs::temp_directory_path() / ("descopectl-overlay-laws-" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
  }
  ~Folders() { fs::remove_all(path_); }
  Folders(const Folders&) = delete;
  Folders& operator=(const Folders&) = delete;

  /// The plan's digest for an empty project: it covers the body of the create, byte for byte.
  std::string digest_of(const std::vector<std::string>& documents) const {
    const base::Environment surroundings(std::map<std::string, std::string, std::less<>>{});
    manifest::LoadOptions options;
    options.environment = &surroundings;
    options.threads = 1;
    for (std::size_t i = 0; i < documents.size(); ++i) {
      const fs::path folder = path_ / std::to_string(i);
      fs::create_directories(folder);
      std::ofstream(folder / "a.yaml") << documents[i];
      options.roots.push_back({folder.string(), "root", i > 0});
    }
    diag::SourceTable sources;
    diag::Sink sink;
    const model::DesiredState desired = manifest::load_manifests(options, sources, sink);
    RC_ASSERT(!sink.has_errors());
    RC_ASSERT(desired.objects.size() == 1U);
    test::Project project;
    plan::PlanInput input;
    input.desired = &desired;
    input.live = &project.live;
    input.recorded = &project.recorded;
    return plan::make_plan(input, sink).sha256;
  }

 private:
  fs::path path_;
};

RC_GTEST_PROP(OverlayLaws, AManifestCutInTwoIsTheSameManifest, ()) {
  Document whole;
  Document base;
  Document over;
  base.write("name", "App");
  whole.write("name", "App");
  for (const Piece& piece : pieces()) {
    switch (*rc::gen::inRange(0, 7)) {
      case 0:  // nowhere
        continue;
      case 1:  // taken away again
        base.write(piece.key, piece.other);
        over.write(piece.key, "!unset");
        continue;
      case 2:  // only below
        base.write(piece.key, piece.value);
        break;
      case 3:  // only above
        over.write(piece.key, piece.value);
        break;
      case 4:  // in both
        base.write(piece.key, piece.value);
        over.write(piece.key, piece.value);
        break;
      case 5:  // replaced
        base.write(piece.key, piece.other);
        over.write(piece.key, piece.value);
        break;
      default:  // one half below, one above
        base.write(piece.key, piece.first.empty() ? piece.value : piece.first);
        if (!piece.second.empty()) over.write(piece.key, piece.second);
    }
    whole.write(piece.key, piece.value);
  }
  const Folders folders;
  const std::string expected = folders.digest_of({whole.text()});
  if (over.spec.empty()) over.spec = "  name: App\n";
  RC_ASSERT(folders.digest_of({base.text(), over.text()}) == expected);
  RC_ASSERT(folders.digest_of({base.text(), over.text(), over.text()}) == expected);
}

}  // namespace
}  // namespace descopectl
