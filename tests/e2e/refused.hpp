// What every test of wrong input asks: refused with this message, and nobody was called.
#pragma once

#include <gtest/gtest.h>

#include "api.hpp"
#include "harness.hpp"

namespace descopectl::e2e {

/// A repository aimed at a server that would notice.
class WrongInput : public testing::Test, public Workspace {
 protected:
  WrongInput() {
    environment = {{"DESCOPE_PROJECT_ID", std::string(kProjectId)},
                   {"DESCOPE_MANAGEMENT_KEY", std::string(kManagementKey)},
                   {"DESCOPE_BASE_URL", server.url()}};
    folder.write("descopectl.yaml", "apiVersion: descopectl/v1\nkind: Config\nmanifests: [descope/]\n");
  }

  /// Runs apply (the command that could do most harm) and validate.
  void expect_refused(const std::string& message) {
    const auto before = folder.files();
    const Result apply = run({"apply", "--auto-approve"});
    EXPECT_EQ(apply.status, 3);
    EXPECT_EQ(apply.err, message);
    EXPECT_EQ(apply.out, "");
    const Result validate = run({"validate"});
    EXPECT_EQ(validate.status, 3);
    EXPECT_EQ(validate.err, message);
    EXPECT_EQ(validate.out.rfind("Invalid: ", 0), 0U) << validate.out;
    EXPECT_EQ(server.connections(), 0);
    EXPECT_EQ(folder.files(), before);
  }
  /// The same for one manifest file.
  void expect_refused(std::string_view manifests, const std::string& message) {
    folder.write("descope/main.yaml", manifests);
    expect_refused(message);
  }
  /// A command line that is refused whatever the manifests say.
  void expect_command_refused(const Arguments& arguments, const std::string& message,
                              const Environment& more = {}) {
    const auto before = folder.files();
    const Result result = run(arguments, more, "");
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(result.err, message);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(server.connections(), 0);
    EXPECT_EQ(folder.files(), before);
  }

  SilentServer server;
};

}  // namespace descopectl::e2e
