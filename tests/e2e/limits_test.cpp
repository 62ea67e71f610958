// Input made to hurt: refused soon, and with little memory.
#include <iostream>

#include "descopectl/base/sanitized.hpp"
#include "refused.hpp"

namespace descopectl::e2e {
namespace {

using base::kIsSanitized;

class HostileInput : public WrongInput {
 protected:
  void expect_refused_cheaply(const std::string& beginning) {
    const Result result = run({"apply", "--auto-approve"});
    EXPECT_EQ(result.status, 3);
    EXPECT_EQ(result.err.substr(0, beginning.size()), beginning);
    EXPECT_LT(result.err.size(), 2000U);
    EXPECT_EQ(server.connections(), 0);
    std::cout << "took " << result.seconds << " s and " << result.peak_kib / 1024 << " MiB\n";
    RecordProperty("seconds", std::to_string(result.seconds));
    RecordProperty("peak_mib", static_cast<int>(result.peak_kib / 1024));
    EXPECT_LT(result.peak_kib, kIsSanitized ? 3000 * 1024 : 300 * 1024);
  }
};

TEST_F(HostileInput, AFileOfAGigabyteIsRefused) {
  folder.write("descope/main.yaml", "");
  std::filesystem::resize_file(folder.path("descope/main.yaml"), 1ULL << 30);
  expect_refused_cheaply("error: 'descope/main.yaml' is larger than the limit of 64 MiB [unreadable-file]\n");
}

TEST_F(HostileInput, StandardInputIsNotReadFurtherThanTheLimit) {
  const Result result = run({"validate", "-f", "-"}, std::string((64U << 20) + (1U << 20), '#'));
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.err.rfind("<stdin>:1:1: error: the file is larger than the limit of 67108864 bytes", 0),
            0U)
      << result.err.substr(0, 500);
  EXPECT_LT(result.err.size(), 2000U);
  EXPECT_LT(result.peak_kib, kIsSanitized ? 3000 * 1024 : 300 * 1024);
}

TEST_F(HostileInput, AHundredThousandLevelsOnOneLineAreRefused) {
  folder.write(
      "descope/main.yaml",
      connection("a", "A", "  prompt: " + std::string(100'000, '[') + std::string(100'000, ']') + "\n"));
  expect_refused_cheaply("descope/main.yaml:6:73: error: nested deeper than 64 levels [yaml-depth]\n");
}

TEST_F(HostileInput, AHundredThousandLevelsOnManyLinesAreRefused) {
  std::string text;
  for (int i = 0; i < 100'000; ++i)
    text += "[\n";
  for (int i = 0; i < 100'000; ++i)
    text += "]\n";
  folder.write("descope/main.yaml", connection("a", "A", "  prompt: " + text));
  expect_refused_cheaply("descope/main.yaml:68:1: error: nested deeper than 64 levels [yaml-depth]\n");
}

TEST_F(HostileInput, AHundredThousandDashesAreRefused) {
  std::string text;
  for (int i = 0; i < 100'000; ++i)
    text += "- ";
  folder.write("descope/main.yaml", text + "x\n");
  expect_refused_cheaply("descope/main.yaml:1:129: error: nested deeper than 64 levels [yaml-depth]\n");
}

TEST_F(HostileInput, AnAliasBombIsRefused) {
  std::string text =
      "apiVersion: descopectl/v1\nkind: Connection\nmetadata: {name: a}\nx0: &x0 [l, l, l, l, l, l, l, l, "
      "l]\n";
  for (int i = 1; i < 12; ++i) {
    const std::string alias = "*x" + std::to_string(i - 1);
    text += "x" + std::to_string(i) + ": &x" + std::to_string(i) + " [" + alias;
    for (int j = 0; j < 8; ++j)
      text += ", " + alias;
    text += "]\n";
  }
  folder.write("descope/main.yaml", text + "spec: {name: A, prompt: *x11}\n");
  expect_refused_cheaply(
      "descope/main.yaml:10:35: error: the file holds more than 4000000 values, those that aliases stand for "
      "included "
      "[yaml-budget]\n");
}

TEST_F(HostileInput, AFileWithoutEndIsRefused) {
  const Result result = run({"validate", "-f", "/dev/zero"});
  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.err, "error: '/dev/zero' is larger than the limit of 64 MiB [unreadable-file]\n");
  EXPECT_LT(result.peak_kib, kIsSanitized ? 3000 * 1024 : 300 * 1024);
}

}  // namespace
}  // namespace descopectl::e2e
