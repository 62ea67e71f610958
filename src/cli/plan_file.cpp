// Writing and reading saved plans. Their checksum covers the file's bytes, with zeros in its own place.
#include "plan_file.hpp"

#include <fmt/format.h>

#include "descopectl/apply/fingerprints.hpp"
#include "descopectl/base/digest.hpp"
#include "descopectl/base/files.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/render/plan_json.hpp"
#include "descopectl/transport/task_group.hpp"
#include "run.hpp"

namespace descopectl::cli {

namespace net = boost::asio;

namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::uint64_t kLimit = 256ULL << 20;
constexpr unsigned kOwnerOnly = 0600;
constexpr std::string_view kNotKnown = "make it anew with 'descopectl plan --out FILE'";

/// How the checksum stands in the file; once only, or the file is not ours.
std::string checksum_member(std::string_view checksum) {
  return fmt::format("\"checksum\": \"{}\"", checksum);
}

std::string zeros() {
  return std::string(64, '0');
}

json::object saved_part(const Context& context, const Planned& planned, VariableDigests variables) {
  json::object flags;
  for (const PlanFlag& flag : context.options.plan_flags)
    flags[flag.name] = json::value_from(flag.texts);
  return {{"format", kFormat},
          {"checksum", zeros()},
          {"flags", std::move(flags)},
          {"variables", json::value_from(variables)},
          {"objects", plan::to_json(plan::digest_objects(planned.plan, planned.input))}};
}

/// The part of a parsed document that is ours alone, or null.
const json::object* find_saved(const json::value& document) {
  const json::object* whole = document.if_object();
  const json::value* ours = whole == nullptr ? nullptr : whole->if_contains("descopectl");
  const json::value* saved =
      ours == nullptr || !ours->is_object() ? nullptr : ours->get_object().if_contains("saved");
  return saved == nullptr ? nullptr : saved->if_object();
}

/// Puts the checksum of `text` where its zeros are; false where they are not there once.
bool seal(std::string& text) {
  const std::string place = checksum_member(zeros());
  const auto at = text.find(place);
  if (at == std::string::npos || text.rfind(place) != at) return false;
  text.replace(at, place.size(), checksum_member(base::sha256_hex(text)));
  return true;
}

bool is_sealed(std::string text, std::string_view checksum) {
  const std::string place = checksum_member(checksum);
  const auto at = text.find(place);
  if (at == std::string::npos || text.rfind(place) != at) return false;
  text.replace(at, place.size(), checksum_member(zeros()));
  return base::sha256_hex(text) == checksum;
}

/// Reads what a checked file holds; throws boost::system::system_error where it is not what we write.
PlanFile read_parts(const json::object& ours, const json::object& saved) {
  PlanFile file;
  file.project_id = json::value_to<std::string>(ours.at("project_id"));
  file.base_url = json::value_to<std::string>(ours.at("base_url"));
  for (const auto& flag : saved.at("flags").as_object())
    file.flags.push_back({flag.key(), json::value_to<std::vector<std::string>>(flag.value())});
  file.variables = json::value_to<VariableDigests>(saved.at("variables"));
  file.objects = plan::read_digests(saved.at("objects")).value();
  return file;
}

class PlanReader {
 public:
  PlanReader(Context& context, const std::string& name) : context_(context), name_(name) {}

  std::optional<PlanFile> run() {
    const auto text = base::read_file(context_.place_of(name_), kLimit);
    if (!text) return fail("unreadable-file", text.error().message(), text.error().hint());
    const auto document = base::parse_json(*text);
    if (!document)
      return fail("damaged-plan",
                  fmt::format("'{}' is damaged, or no plan: {}", name_, document.error().message()),
                  std::string(kNotKnown));
    const json::object* saved = find_saved(*document);
    if (saved == nullptr)
      return fail("not-a-plan", fmt::format("'{}' is not a saved plan", name_),
                  "a plan that can be applied is written by 'descopectl plan --out FILE' alone");
    const json::object& ours = document->get_object().at("descopectl").get_object();
    if (const json::value* format = saved->if_contains("format"); is_newer(format))
      return fail("newer-plan",
                  fmt::format("'{}' was written by a newer descopectl{}", name_, version_of(ours)),
                  "apply it with that version, or plan again with this one");
    const json::value* checksum = saved->if_contains("checksum");
    const bool is_whole =
        checksum != nullptr && checksum->is_string() && is_sealed(*text, checksum->get_string());
    if (!is_whole) return damaged();
    try {
      PlanFile file = read_parts(ours, *saved);
      file.name = name_;
      return file;
    } catch (const std::exception&) {
      return damaged();
    }
  }

 private:
  static bool is_newer(const json::value* format) {
    return format != nullptr && format->is_int64() && format->get_int64() > kFormat;
  }

  static std::string version_of(const json::object& ours) {
    const json::value* version = ours.if_contains("version");
    return version != nullptr && version->is_string()
               ? fmt::format(" ({})", base::printable(version->get_string(), 40))
               : std::string();
  }

  std::optional<PlanFile> damaged() {
    return fail("damaged-plan", fmt::format("'{}' was changed since it was written", name_),
                std::string(kNotKnown));
  }

  std::optional<PlanFile> fail(std::string code, std::string summary, std::string hint) {
    context_.fail(std::move(code), std::move(summary), std::move(hint));
    return std::nullopt;
  }

  Context& context_;
  std::string name_;
};

net::awaitable<void> digest_variable(apply::Fingerprinter& fingerprinter, const std::string& name,
                                     model::Secret value, std::string& digest) {
  const model::Fingerprint made = co_await fingerprinter.make("variable", name, std::move(value));
  digest = made.digest;
}

}  // namespace

std::optional<PlanFile> read_plan_file(Context& context, const std::string& name) {
  return PlanReader(context, name).run();
}

Result<void> write_plan_file(Context& context, const Planned& planned, VariableDigests variables,
                             diag::ExitStatus exit) {
  json::object document = render::plan_to_json(planned.plan, context.presentation(exit).json);
  const json::object saved = saved_part(context, planned, std::move(variables));
  document["descopectl"].as_object()["saved"] = saved;
  std::string text = context.output.redactor().redact_json(base::to_pretty_json(document));
  // What is compared later must not have been taken for a secret.
  const auto clean = base::parse_json(text);
  const json::object* kept = clean ? find_saved(*clean) : nullptr;
  if (kept == nullptr || *kept != saved || !seal(text))
    return Error(ErrorKind::kFailure, "the value of a secret stands in what the file has to hold",
                 "use a longer secret, or other names");
  return base::write_file_atomically(context.place_of(context.options.out), text, kOwnerOnly);
}

net::awaitable<VariableDigests> digest_variables(const Context& context, const Connected& connected) {
  VariableDigests digests;
  const auto executor = connected.io.get_executor();
  apply::Fingerprinter fingerprinter(executor, fingerprint_key_of(connected.options.project_id));
  transport::TaskGroup group(executor);
  for (const auto& [name, value] : context.settings.variables)
    group.start(digest_variable(fingerprinter, name, model::Secret(std::string(value)), digests[name]));
  co_await group.wait();
  co_return digests;
}

}  // namespace descopectl::cli
