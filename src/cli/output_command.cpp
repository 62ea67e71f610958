// output: ids and client ids of a live object, and its secret where that is asked for.
#include <fmt/format.h>

#include "descopectl/base/text.hpp"
#include "locate.hpp"
#include "secret_place.hpp"

namespace descopectl::cli {

namespace net = boost::asio;
using diag::ExitStatus;

namespace {

class OutputRun {
 public:
  OutputRun(Context& context, Connected& connected, const Named& named, SecretPlace& place)
      : context_(context), connected_(connected), named_(named), place_(place) {}

  net::awaitable<ExitStatus> run() {
    auto live = co_await load_named(context_, connected_, named_);
    if (!live) co_return emit_failure(context_, report_conflict_as_refusal(context_, live.error()));
    for (const schema::Field& row : named_.kind->fields) {
      const json::value* value = row.is_output ? live->body.if_contains(row.wire_name()) : nullptr;
      if (value != nullptr && value->is_string() && !value->get_string().empty())
        values_[row.name] = value->get_string();
    }
    if (values_.if_contains(named_.kind->id_field) == nullptr) values_[named_.kind->id_field] = live->id;
    if (place_.is_wanted()) {
      auto calls = api::make_secret_calls(connected_.io.get_executor(), connected_.options);
      if (!calls) co_return emit_failure(context_, report(context_, calls.error()));
      auto secret = co_await (*calls)->read(*named_.kind, live->id);
      if (!secret) co_return emit_failure(context_, report(context_, secret.error()));
      const auto taken = take(*secret);
      if (!taken) co_return emit_failure(context_, report(context_, taken.error()));
    }
    co_return finish();
  }

 private:
  Result<void> take(const model::Secret& secret) {
    if (secret.empty())
      return Error(ErrorKind::kFailure, fmt::format("{} has no secret", named_.key.to_string()),
                   "a public client has none");
    auto taken = place_.take(context_, secret);
    if (!taken) return taken;
    if (place_.is_shown()) values_[find_secret_row(*named_.kind)->name] = secret.reveal();
    return {};
  }

  ExitStatus finish() {
    if (context_.options.arguments.size() > 1) {
      const std::string& field = context_.options.arguments[1];
      const json::value* value = values_.if_contains(field);
      if (value == nullptr && is_secret(field)) {  // it went into its file
        values_.clear();
        return emit();
      }
      if (value == nullptr) {
        context_.fail("no-value", fmt::format("{} has no {}", named_.key.to_string(), field));
        return emit_failure(context_, ExitStatus::kFailure);
      }
      const json::value only = *value;
      values_.clear();
      values_[field] = only;
    }
    return emit();
  }

  bool is_secret(std::string_view field) const {
    const schema::Field* row = find_secret_row(*named_.kind);
    return row != nullptr && row->name == field;
  }

  ExitStatus emit() {
    return context_.emit(
        ExitStatus::kDone, [&](const render::FormatRow& row, const render::Presentation& shown) {
          return row.name == "text"
                     ? to_text()
                     : base::to_pretty_json(render::with_ending(
                           {{"address", named_.key.to_string()}, {"outputs", values_}}, shown.json));
        });
  }

  std::string to_text() const {
    std::size_t width = 0;
    for (const auto& [name, value] : values_)
      width = std::max(width, name.size());
    const bool is_bare = context_.options.arguments.size() > 1;
    std::string text;
    for (const auto& [name, value] : values_) {
      const std::string bare(value.get_string());
      text += is_bare ? bare + "\n"
                      : fmt::format("{:{}}  {}\n", std::string_view(name), width,
                                    base::printable(bare, bare.size()));
    }
    return text;
  }

  Context& context_;
  Connected& connected_;
  const Named& named_;
  SecretPlace& place_;
  json::object values_;
};

net::awaitable<ExitStatus> output_connected(Context& context, Connected& connected, const Named& named,
                                            SecretPlace& place) {
  OutputRun run(context, connected, named, place);
  co_return co_await run.run();
}

/// Flags and FIELD against what the kind has.
bool check_request(Context& context, const schema::Kind& kind) {
  const SecretFlags& flags = context.options.secret;
  const schema::Field* secret = kind.calls.secret.exists() ? find_secret_row(kind) : nullptr;
  if (secret == nullptr && (flags.is_shown || !flags.file.empty())) {
    context.fail("invalid-value", fmt::format("the service tells no secret of a {}", kind.name));
    return false;
  }
  if (context.options.arguments.size() < 2) return true;
  const std::string& field = context.options.arguments[1];
  std::vector<std::string_view> known{kind.id_field};
  for (const schema::Field& row : kind.fields)
    if (row.is_output && row.name != kind.id_field) known.push_back(row.name);
  if (secret != nullptr && field == secret->name) {
    if (flags.is_shown || !flags.file.empty()) return true;
    context.fail("invalid-value", fmt::format("'{}' is a secret", field),
                 "write --secret-file FILE to keep it in a file, or --show-secret to print it");
    return false;
  }
  if (secret != nullptr) known.push_back(secret->name);
  if (std::find(known.begin(), known.end(), field) != known.end()) return true;
  context.fail("unknown-field",
               fmt::format("'{}' is no output of kind {}", base::printable(field, 80), kind.name),
               "outputs: " + base::join_words(known));
  return false;
}

}  // namespace

ExitStatus run_output(Context& context) {
  const auto named = find_named(context, false);
  if (!named) return emit_failure(context, ExitStatus::kInvalidInput);
  if (!check_request(context, *named->kind)) return emit_failure(context, ExitStatus::kInvalidInput);
  auto place = SecretPlace::open(context);
  if (!place) return emit_failure(context, report_conflict_as_refusal(context, place.error()));
  return run_connected(
      context, [&](Connected& connected) { return output_connected(context, connected, *named, *place); });
}

}  // namespace descopectl::cli
