// rotate: a new secret, made by the service and handed over once.
//
// What can fail without the service fails before the call: the flags, the state's lock, the question, the
// file. After it, the secret is handed over first and noted in the state second.
#include <fmt/format.h>

#include <algorithm>

#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/manifest/secrets.hpp"
#include "descopectl/state/fingerprint.hpp"
#include "locate.hpp"
#include "prompt.hpp"
#include "secret_place.hpp"

namespace descopectl::cli {

namespace net = boost::asio;
using diag::ExitStatus;

namespace {

std::string how_to_read(const Named& named) {
  return fmt::format("'descopectl output {} --show-secret' tells the secret that counts now",
                     named.key.to_string());
}

/// May an interrupted run have made or changed the object without its being known? What is not owned may be
/// what was created under another handle.
bool may_be_unfinished(const Named& named) {
  const auto& intents = named.recorded.intents;
  if (named.owned() != nullptr) return intents.contains(named.key);
  return std::any_of(intents.begin(), intents.end(),
                     [&](const auto& entry) { return entry.first.kind == named.key.kind; });
}

class RotateRun {
 public:
  RotateRun(Context& context, Connected& connected, const Named& named, state::Store* store)
      : context_(context), connected_(connected), named_(named), store_(store) {}

  net::awaitable<ExitStatus> run() {
    if (store_ != nullptr && may_be_unfinished(named_)) co_return refuse_unfinished();
    auto live = co_await load_named(context_, connected_, named_);
    if (!live) co_return emit_failure(context_, report_conflict_as_refusal(context_, live.error()));
    live_id_ = live->id;
    const bool is_approved = co_await approve();
    if (!is_approved) co_return emit_failure(context_, ExitStatus::kRefused);
    // Not before the question: an interrupt there ends the program, and would leave an empty file behind.
    auto place = SecretPlace::open(context_);
    if (!place) co_return emit_failure(context_, report_conflict_as_refusal(context_, place.error()));
    place_.emplace(std::move(*place));
    auto calls = api::make_secret_calls(connected_.io.get_executor(), connected_.options);
    if (!calls) co_return emit_failure(context_, report(context_, calls.error()));
    const auto forgotten = co_await forget_old_secret();
    if (!forgotten) co_return emit_failure(context_, report_state(context_, forgotten.error()));
    auto secret = co_await (*calls)->rotate(*named_.kind, live_id_);
    if (!secret && secret.error().kind() != ErrorKind::kOutcomeUnknown) {
      const auto kept = co_await keep_old_secret();
      if (!kept) co_return emit_failure(context_, report_state(context_, kept.error()));
    }
    if (!secret) co_return emit_failure(context_, report_unknown(secret.error()));
    co_return co_await hand_over(std::move(*secret));
  }

 private:
  net::awaitable<bool> approve() {
    if (context_.options.auto_approve) co_return true;
    Question question;
    question.text =
        fmt::format("The secret of {} [id={}] is void as soon as there is a new one.\nTo go on, type yes: ",
                    named_.key.to_string(), base::printable(live_id_, 200));
    question.wanted = "yes";
    const bool is_approved = co_await ask(context_, std::move(question));
    co_return is_approved;
  }

  ExitStatus refuse_unfinished() {
    context_.fail("unfinished",
                  fmt::format("an interrupted run did not finish what it did to {}", named_.key.to_string()),
                  "run 'descopectl apply' first: it finds out what became of it");
    return emit_failure(context_, ExitStatus::kRefused);
  }

  ExitStatus report_unknown(const Error& error) {
    const bool may_have_run = error.kind() == ErrorKind::kOutcomeUnknown;
    if (!may_have_run) return report(context_, error);
    context_.fail("unknown", error.message(), how_to_read(named_));
    return ExitStatus::kPartial;
  }

  net::awaitable<ExitStatus> hand_over(model::Secret secret) {
    const auto taken = place_->take(context_, secret);
    if (!taken) {
      context_.fail(
          "secret-not-written",
          fmt::format("there is a new secret, but it could not be handed over: {}", taken.error().message()),
          how_to_read(named_));
    }
    co_await note_in_state(secret);
    tell_what_follows();
    const ExitStatus exit = context_.sink.has_errors() ? ExitStatus::kFailure : ExitStatus::kDone;
    co_return context_.emit(exit, [&](const render::FormatRow& row, const render::Presentation& shown) {
      const bool is_told = place_->is_shown() && taken;
      if (row.name == "text") return is_told ? std::string(secret.reveal()) + "\n" : std::string();
      json::object document{{"address", named_.key.to_string()}, {"live_id", live_id_}};
      if (is_told) document["secret"] = secret.reveal();
      return base::to_pretty_json(render::with_ending(std::move(document), shown.json));
    });
  }

  /// Until the new one is noted, nobody knows which secret counts: a run that ends in between leaves one that
  /// is not compared.
  net::awaitable<Result<void>> forget_old_secret() {
    if (store_ == nullptr || named_.owned() == nullptr) co_return Result<void>();
    model::RecordedObject record = *named_.owned();
    if (record.secrets.erase("/" + std::string(find_secret_row(*named_.kind)->wire_name())) == 0)
      co_return Result<void>();
    co_return co_await put_durably(std::move(record));
  }

  /// It still counts: nothing was carried out.
  net::awaitable<Result<void>> keep_old_secret() {
    if (store_ == nullptr || named_.owned() == nullptr) co_return Result<void>();
    model::RecordedObject record = *named_.owned();
    co_return co_await put_durably(std::move(record));
  }

  net::awaitable<Result<void>> put_durably(model::RecordedObject record) {
    auto noted = store_->put(std::move(record));
    if (noted) noted = co_await store_->flush();
    co_return noted;
  }

  /// From now on the new secret is what the manifest is compared with.
  net::awaitable<void> note_in_state(model::Secret secret) {
    if (store_ == nullptr || named_.owned() == nullptr) co_return;
    const std::string pointer = "/" + std::string(find_secret_row(*named_.kind)->wire_name());
    model::RecordedObject record = *named_.owned();
    if (declared_secret() == nullptr && !record.secrets.contains(pointer)) co_return;
    record.secrets.insert_or_assign(pointer, state::make_fingerprint(store_->current().fingerprint_key,
                                                                     record.object_id, pointer, secret));
    auto noted = co_await put_durably(std::move(record));
    if (noted) noted = store_->compact();
    if (!noted)
      context_.fail("not-recorded",
                    fmt::format("there is a new secret, but the state could not be written: {}",
                                noted.error().message()),
                    noted.error().hint());
  }

  const model::SecretField* declared_secret() const {
    const model::DesiredObject* declared = named_.declared();
    if (declared == nullptr) return nullptr;
    const std::string pointer = "/" + std::string(find_secret_row(*named_.kind)->wire_name());
    const auto at = std::find_if(declared->secrets.begin(), declared->secrets.end(),
                                 [&](const model::SecretField& field) { return field.pointer == pointer; });
    return at == declared->secrets.end() ? nullptr : &*at;
  }

  void tell_what_follows() {
    context_.output.note(fmt::format("{} has a new secret; the old one is void.\n", named_.key.to_string()));
    const model::SecretField* field = declared_secret();
    if (field == nullptr) return;
    context_.output.note(fmt::format(
        "Its manifest takes {} from {}: put the new secret there, or the next plan refuses the old one.\n",
        find_secret_row(*named_.kind)->name, manifest::describe_source(field->source)));
  }

  Context& context_;
  Connected& connected_;
  const Named& named_;
  std::optional<SecretPlace> place_;
  state::Store* store_;
  std::string live_id_;
};

net::awaitable<ExitStatus> rotate_connected(Context& context, Connected& connected, const Named& named,
                                            state::Store* store) {
  RotateRun run(context, connected, named, store);
  co_return co_await run.run();
}

/// What is wrong with the request whatever state and project say.
bool check_request(Context& context) {
  const std::string& address = context.options.arguments.front();
  const schema::Kind* kind = kinds::find(address.substr(0, address.find('/')));
  if (kind == nullptr || !kind->calls.rotate.exists()) {
    std::vector<std::string_view> able;
    for (const schema::Kind* other : kinds::all())
      if (other->calls.rotate.exists()) able.push_back(other->name);
    context.fail("invalid-value",
                 fmt::format("{} has no secret that the service makes", base::printable(address, 200)),
                 "'rotate' is for " + base::join_words(able));
    return false;
  }
  if (context.options.secret.is_shown || !context.options.secret.file.empty()) return true;
  context.fail("missing-flag", "nothing was rotated: the new secret would be handed to nobody",
               "write it to a file with --secret-file FILE, or print it with --show-secret");
  return false;
}

}  // namespace

ExitStatus run_rotate(Context& context) {
  if (!check_request(context)) return emit_failure(context, ExitStatus::kInvalidInput);
  auto named = find_named(context, true);
  if (!named) return emit_failure(context, ExitStatus::kInvalidInput);
  // Whether there is a place for the secret is known before anything is asked; the file goes again.
  if (const auto place = SecretPlace::open(context); !place)
    return emit_failure(context, report_conflict_as_refusal(context, place.error()));
  if (named->owned() == nullptr && !may_be_unfinished(*named))
    return run_connected(
        context, [&](Connected& connected) { return rotate_connected(context, connected, *named, nullptr); });
  return run_with_store(context, [&](Connected& connected, state::Store& store) {
    named->recorded = store.current();  // as it is now that nobody else can change it
    return rotate_connected(context, connected, *named, &store);
  });
}

}  // namespace descopectl::cli
