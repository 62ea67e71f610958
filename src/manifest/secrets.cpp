// Looking up secrets: environment, file, command.
#include "descopectl/manifest/secrets.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>

#include "descopectl/base/files.hpp"
#include "descopectl/base/text.hpp"
#include "substitute.hpp"

namespace descopectl::manifest {
namespace {

constexpr std::uint64_t kSecretLimit = 64ULL << 10;

/// Runs argv and gives what it wrote to standard output. The child is killed at the deadline.
Result<std::string> run_command(const std::vector<std::string>& argv, const base::Environment& environment,
                                std::chrono::milliseconds timeout) {
  std::array<int, 2> pipe_ends{};
  if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return Error(ErrorKind::kFailure, "no pipe for the command");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, pipe_ends[1], 1);
  std::vector<char*> words;
  for (const std::string& word : argv)
    words.push_back(const_cast<char*>(word.c_str()));  // NOLINT: exec's interface
  words.push_back(nullptr);
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment.all())
    variables.push_back(fmt::format("{}={}", name, value));
  std::vector<char*> envp;
  for (std::string& variable : variables)
    envp.push_back(variable.data());
  envp.push_back(nullptr);
  pid_t child = 0;
  const int failure = ::posix_spawnp(&child, words.front(), &actions, nullptr, words.data(), envp.data());
  posix_spawn_file_actions_destroy(&actions);
  ::close(pipe_ends[1]);
  if (failure != 0) {
    ::close(pipe_ends[0]);
    return Error(ErrorKind::kNotFound,
                 fmt::format("the command '{}' can't be run: {}", argv.front(), strerror(failure)));
  }
  std::string output;
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  bool is_late = false;
  while (output.size() <= kSecretLimit) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd waiting{pipe_ends[0], POLLIN, 0};
    const int ready = left.count() <= 0 ? 0 : ::poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) {
      is_late = true;
      break;
    }
    std::array<char, 4096> buffer{};
    const ssize_t count = ::read(pipe_ends[0], buffer.data(), buffer.size());
    if (count <= 0) break;
    output.append(buffer.data(), static_cast<std::size_t>(count));
  }
  ::close(pipe_ends[0]);
  const bool is_large = output.size() > kSecretLimit;
  if (is_late || is_large) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (is_late)
    return Error(ErrorKind::kNotFound,
                 fmt::format("the command '{}' gave no answer within {} s", argv.front(),
                             std::chrono::duration_cast<std::chrono::seconds>(timeout).count()));
  if (is_large)
    return Error(ErrorKind::kNotFound, fmt::format("the command '{}' wrote more than 64 KiB", argv.front()));
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    return Error(ErrorKind::kNotFound,
                 fmt::format("the command '{}' failed ({})", argv.front(),
                             WIFEXITED(status) ? fmt::format("exit status {}", WEXITSTATUS(status))
                                               : std::string("ended by a signal")));
  return output;
}

Result<std::string> look_up(const model::SecretSource& source, const SecretContext& context) {
  using Form = model::SecretSource::Form;
  switch (source.form) {
    case Form::kEnvironment:
      if (auto value = context.environment->find(source.name)) return *value;
      return Error(ErrorKind::kNotFound, fmt::format("{} is not set", describe_source(source)),
                   fmt::format("export {}=...", source.name));
    case Form::kFile: {
      auto content = base::read_file(std::filesystem::path(source.folder) / source.name, kSecretLimit);
      if (!content) return Error(ErrorKind::kNotFound, content.error().message());
      return *content;
    }
    case Form::kCommand:
      return run_command(source.argv, *context.environment, context.command_timeout);
    case Form::kText: {
      const Substitution substitution(*context.environment, context.variables, source.folder);
      diag::Sink sink;
      document::Node written;  // without a place: what it says is told with the action that needs the secret
      written.text = source.text.reveal();
      auto text = substitution.resolve(written, sink);
      if (!text) return Error(ErrorKind::kNotFound, sink.all().front().summary, sink.all().front().hint);
      return *text;
    }
    case Form::kClear:
      return std::string();
  }
  return std::string();
}

}  // namespace

Result<model::Secret> resolve_secret(const model::SecretSource& source, const SecretContext& context) {
  auto value = look_up(source, context);
  if (!value) return value.error();
  if (value->ends_with('\n')) value->pop_back();
  if (value->ends_with('\r')) value->pop_back();
  model::Secret secret(std::move(*value));
  if (source.form != model::SecretSource::Form::kClear && base::is_blank(secret.reveal()))
    return Error(ErrorKind::kInvalidInput, fmt::format("{} is empty", describe_source(source)),
                 "an empty secret is never sent; write {clear: true} to clear one");
  return secret;
}

std::string describe_source(const model::SecretSource& source) {
  using Form = model::SecretSource::Form;
  switch (source.form) {
    case Form::kEnvironment:
      return fmt::format("the environment variable {}", base::printable(source.name, 80));
    case Form::kFile:
      return fmt::format("the file {}", base::printable(source.name, 200));
    case Form::kCommand:
      return fmt::format("the output of '{}'", base::printable(source.argv.front(), 80));
    case Form::kText:
      return "the secret in the manifest";
    case Form::kClear:
      return "clear";
  }
  return {};
}

}  // namespace descopectl::manifest
