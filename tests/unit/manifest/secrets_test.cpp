// Where secrets come from, and what is said where they can't be had.
#include "descopectl/manifest/secrets.hpp"

#include <gmock/gmock.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace descopectl::manifest {
namespace {

using Form = model::SecretSource::Form;

model::SecretSource source(Form form, std::string name = {}, std::vector<std::string> argv = {}) {
  model::SecretSource made;
  made.form = form;
  made.name = std::move(name);
  made.argv = std::move(argv);
  made.folder = std::filesystem::temp_directory_path().string();
  return made;
}

std::string look(const model::SecretSource& wanted,
                 std::map<std::string, std::string, std::less<>> variables = {},
                 std::chrono::milliseconds timeout = std::chrono::seconds(20)) {
  variables.emplace("PATH", "/usr/bin:/bin");
  const base::Environment environment(variables);
  const SecretContext context{&environment, {{"v", "from-var"}}, timeout};
  const auto secret = resolve_secret(wanted, context);
  return secret ? "=" + std::string(secret->reveal()) : secret.error().message();
}

TEST(Secrets, OneNewlineAtTheEndIsDropped) {
  EXPECT_EQ(look(source(Form::kEnvironment, "S"), {{"S", "abc\n\n"}}), "=abc\n");
  EXPECT_EQ(look(source(Form::kEnvironment, "S"), {{"S", "abc\r\n"}}), "=abc");
}

TEST(Secrets, UnsetAndBlankAreDifferentErrors) {
  EXPECT_EQ(look(source(Form::kEnvironment, "S")), "the environment variable S is not set");
  EXPECT_EQ(look(source(Form::kEnvironment, "S"), {{"S", " \t\n"}}), "the environment variable S is empty");
}

TEST(Secrets, AFileIsReadRelativeToTheManifest) {
  const auto path = std::filesystem::temp_directory_path() / ("secret-" + std::to_string(::getpid()));
  std::ofstream(path) << "file-secret\n";
  EXPECT_EQ(look(source(Form::kFile, path.filename().string())), "=file-secret");
  std::filesystem::remove(path);
  EXPECT_THAT(look(source(Form::kFile, path.filename().string())),
              ::testing::HasSubstr(path.filename().string()));
}

TEST(Secrets, ACommandRunsWithoutAShell) {
  EXPECT_EQ(look(source(Form::kCommand, "", {"printf", "%s", "$HOME; `id`"})), "=$HOME; `id`");
  EXPECT_EQ(look(source(Form::kCommand, "", {"false"})), "the command 'false' failed (exit status 1)");
  EXPECT_THAT(look(source(Form::kCommand, "", {"no-such-program-here"})),
              ::testing::StartsWith("the command 'no-such-program-here' can't be run"));
}

TEST(Secrets, ACommandThatHangsIsEnded) {
  EXPECT_EQ(look(source(Form::kCommand, "", {"sleep", "600"}), {}, std::chrono::milliseconds(50)),
            "the command 'sleep' gave no answer within 0 s");
}

TEST(Secrets, TextMayTakeItsValueFromOutside) {
  model::SecretSource text = source(Form::kText);
  text.text = model::Secret(std::string("${env:S}-${var:v}"));
  EXPECT_EQ(look(text, {{"S", "x"}}), "=x-from-var");
  EXPECT_EQ(look(text), "the environment variable 'S' is not set");
}

}  // namespace
}  // namespace descopectl::manifest
