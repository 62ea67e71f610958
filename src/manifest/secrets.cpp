// Looking up secrets: environment, file, command.
#include "descopectl/manifest/secrets.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "command.hpp"
#include "descopectl/base/files.hpp"
#include "descopectl/base/text.hpp"
#include "substitute.hpp"

namespace descopectl::manifest {
namespace {

using Form = model::SecretSource::Form;

constexpr std::uint64_t kSecretLimit = 64ULL << 10;

std::filesystem::path path_of(const model::SecretSource& source) {
  return std::filesystem::path(source.folder) / source.name;
}

Result<std::string> look_up(const model::SecretSource& source, const SecretContext& context) {
  switch (source.form) {
    case Form::kEnvironment:
      if (auto value = context.environment->find(source.name)) return *value;
      return Error(ErrorKind::kNotFound, fmt::format("{} is not set", describe_source(source)),
                   fmt::format("export {}=...", source.name));
    case Form::kFile: {
      auto content = base::read_file(path_of(source), kSecretLimit);
      if (!content) return Error(ErrorKind::kNotFound, content.error().message());
      return *content;
    }
    case Form::kCommand:
      return run_command(source.argv, *context.environment, context.command_folder, context.command_timeout,
                         context.redact, context.interruption);
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

/// A body is JSON, and so UTF-8; a NUL byte is the mark of a binary file, and ends a text for many a program.
Result<void> check_text(const model::SecretSource& source, std::string_view value) {
  const bool has_nul = value.find('\0') != std::string_view::npos;
  if (!has_nul && !base::find_invalid_utf8(value)) return {};
  return Error(
      ErrorKind::kInvalidInput,
      fmt::format("{} {}", describe_source(source), has_nul ? "holds a NUL byte" : "is not UTF-8 text"),
      "a secret is sent as text: encode it first, for example with base64");
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
  if (const auto checked = check_text(source, secret.reveal()); !checked) return checked.error();
  return secret;
}

bool is_repeatable(const model::SecretSource& source) {
  std::error_code ignored;
  return source.form != Form::kCommand &&
         (source.form != Form::kFile || std::filesystem::is_regular_file(path_of(source), ignored));
}

std::string describe_source(const model::SecretSource& source) {
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
