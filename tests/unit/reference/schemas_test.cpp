// JSON Schemas: which there are, and what rows become. That they are right is for
// tests/contract/schema_test.py.
#include "descopectl/reference/schemas.hpp"

#include <gmock/gmock.h>

#include "descopectl/base/files.hpp"
#include "descopectl/kinds/registry.hpp"

namespace descopectl::reference {
namespace {

json::value at(const json::object& document, std::string_view pointer) {
  return json::value(document).at_pointer(pointer);
}

TEST(Schemas, InTheRepositoryAreThoseOfTheTables) {
  for (const SchemaRow& row : schema_table()) {
    const std::string path =
        std::string(DESCOPECTL_SOURCE_DIR "/schemas/") + std::string(row.name) + ".schema.json";
    const auto file = base::read_file(path, 16 << 20);
    ASSERT_TRUE(file) << path;
    EXPECT_EQ(base::to_pretty_json(row.make()), *file)
        << path << " is stale: run schemas/generate.sh with the program that was built";
  }
}

TEST(Schemas, ExistForEveryKindAlone) {
  for (const schema::Kind* kind : kinds::all()) {
    const auto document = make_schema(kind->name);
    ASSERT_TRUE(document);
    EXPECT_EQ(at(*document, "/properties/kind/enum").as_array().size(), 1U);
  }
}

TEST(Schemas, OfAnUnknownNameNameTheNearest) {
  const auto document = make_schema("diagnostic");
  ASSERT_FALSE(document);
  EXPECT_EQ(document.error().message(), "there is no schema of 'diagnostic'");
  EXPECT_EQ(document.error().hint(), "did you mean 'diagnostics'?");
}

TEST(ManifestSchema, LeavesOutWhatNoManifestMayWrite) {
  const json::object document = *make_schema("manifest");
  EXPECT_FALSE(at(document, "/$defs/Resource/properties").as_object().contains("id"));
  EXPECT_FALSE(at(document, "/$defs/Resource/properties").as_object().contains("version"));
  EXPECT_FALSE(at(document, "/$defs/metadataWithoutId/properties").as_object().contains("id"));
  EXPECT_EQ(at(document, "/$defs/Connection/additionalProperties"), json::value(false));
}

TEST(ManifestSchema, CarriesWhatTheRowsSay) {
  const json::object document = *make_schema("Connection");
  EXPECT_EQ(json::serialize(at(document, "/$defs/Connection/properties/accessType/anyOf/0")),
            R"({"enum":["offline","online",""]})");
  EXPECT_EQ(at(document, "/$defs/Connection/properties/pkce/default"), json::value(false));
  EXPECT_EQ(at(document, "/$defs/Connection/properties/clientSecret/writeOnly"), json::value(true));
  EXPECT_THAT(std::string(at(document, "/$defs/Connection/properties/tenantId/description").as_string()),
              testing::HasSubstr("--allow-replace"));
}

}  // namespace
}  // namespace descopectl::reference
