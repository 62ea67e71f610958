// Where secrets come from, and what is said where they can't be had.
#include "descopectl/manifest/secrets.hpp"

#include <gmock/gmock.h>
#include <signal.h>
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
  const SecretContext context{.environment = &environment,
                              .variables = {{"v", "from-var"}},
                              .command_folder = "/usr",
                              .command_timeout = timeout};
  const auto secret = resolve_secret(wanted, context);
  return secret ? "=" + std::string(secret->reveal()) : secret.error().message();
}

TEST(Secrets, OfCommandsComeFromTheFolderThatTheyAreToRunIn) {
  EXPECT_EQ(look(source(Form::kCommand, "", {"pwd"})), "=/usr");
  EXPECT_EQ(look(source(Form::kCommand, "", {"bin/echo", "found"})), "=found");
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

std::string run_shell(const std::string& script) {
  return look(source(Form::kCommand, "", {"sh", "-c", script}));
}

TEST(Secrets, WhatACommandSaysIsToldOnlyWhereItFails) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(run_shell("echo noise >&2; echo s"), "=s");
  EXPECT_EQ(run_shell("printf 'not signed in\\n\\033[2Jrun x login\\n' >&2; exit 3"),
            "the command 'sh' failed (exit status 3): not signed in; \\x1b[2Jrun x login");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Secrets, WhatAFailedCommandAnsweredIsNotToldByItsErrors) {
  const std::string told = run_shell("echo topsecret; echo '+ echo topsecret' >&2; exit 1");
  EXPECT_EQ(told, "the command 'sh' failed (exit status 1): + echo ***");
}

TEST(Secrets, KnownSecretsAreTakenOutBeforeWhatACommandSaidIsCut) {
  const std::map<std::string, std::string, std::less<>> variables{{"PATH", "/usr/bin:/bin"}};
  const base::Environment environment(variables);
  SecretContext context;
  context.environment = &environment;
  context.redact = [](std::string_view text) {
    return text.find("two\nlines") == std::string_view::npos ? std::string(text) : std::string("gone");
  };
  const auto secret =
      resolve_secret(source(Form::kCommand, "", {"sh", "-c", "printf 'two\\nlines' >&2; exit 1"}), context);
  EXPECT_EQ(secret.error().message(), "the command 'sh' failed (exit status 1): gone");
}

TEST(Secrets, ALotOfErrorsNeitherBlocksACommandNorIsKept) {
  const std::string much =
      "i=0; while [ $i -lt 3000 ]; do echo 'a line of some forty characters or so' >&2; "
      "i=$((i+1)); done; ";
  EXPECT_EQ(run_shell(much + "echo s"), "=s");
  EXPECT_LT(run_shell(much + "exit 1").size(), 600U);
  EXPECT_EQ(run_shell("head -c 5000 /dev/zero | tr '\\0' x >&2; exit 1"),
            "the command 'sh' failed (exit status 1): (a line of 5000 bytes)");
}

TEST(Secrets, AProcessLeftBehindIsNotWaitedFor) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(run_shell("sleep 15 >/dev/null & echo s"), "=s");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(14));
}

TEST(Secrets, ACommandThatHangsIsEnded) {
  EXPECT_EQ(look(source(Form::kCommand, "", {"sleep", "600"}), {}, std::chrono::milliseconds(50)),
            "the command 'sleep' gave no answer within 0 s");
}

TEST(Secrets, ACommandIsEndedByAnInterruption) {
  const std::map<std::string, std::string, std::less<>> variables{{"PATH", "/usr/bin:/bin"}};
  const base::Environment environment(variables);
  base::Interruption interruption;
  interruption.come(SIGTERM);
  SecretContext context;
  context.environment = &environment;
  context.command_timeout = std::chrono::minutes(10);
  context.interruption = &interruption;
  const auto secret = resolve_secret(source(Form::kCommand, "", {"sleep", "600"}), context);
  EXPECT_EQ(secret.error().kind(), ErrorKind::kInterrupted);
  EXPECT_EQ(secret.error().message(), "interrupted while the command 'sleep' ran");
}

TEST(Secrets, TextMayTakeItsValueFromOutside) {
  model::SecretSource text = source(Form::kText);
  text.text = model::Secret(std::string("${env:S}-${var:v}"));
  EXPECT_EQ(look(text, {{"S", "x"}}), "=x-from-var");
  EXPECT_EQ(look(text), "the environment variable 'S' is not set");
}

}  // namespace
}  // namespace descopectl::manifest
