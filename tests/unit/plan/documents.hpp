// Short manifests for tests of plans.
#pragma once

#include <string>

namespace descopectl::test {

inline std::string doc(const std::string& kind, const std::string& metadata, const std::string& spec) {
  return "---\napiVersion: descopectl/v1\nkind: " + kind + "\nmetadata: {" + metadata + "}\nspec: {" + spec +
         "}\n";
}

inline std::string connection(const std::string& handle, const std::string& spec = "") {
  return doc("Connection", "name: " + handle, "name: " + handle + (spec.empty() ? "" : ", " + spec));
}

inline std::string resource(const std::string& handle, const std::string& spec = "") {
  return doc(
      "Resource", "name: " + handle,
      "name: " + handle + ", type: mcp, uri: 'https://" + handle + "'" + (spec.empty() ? "" : ", " + spec));
}

}  // namespace descopectl::test
