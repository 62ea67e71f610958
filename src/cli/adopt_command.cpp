// adopt: binds declared manifests to live objects; writes the state and nothing else.
#include <fmt/format.h>

#include "descopectl/base/digest.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/plan/adoption.hpp"
#include "descopectl/render/adoption.hpp"
#include "prompt.hpp"
#include "run.hpp"

namespace descopectl::cli {

namespace net = boost::asio;
using diag::ExitStatus;

namespace {

constexpr std::size_t kObjectIdBytes = 16;

model::ObjectKey to_key(const std::string& address) {
  const std::size_t slash = address.find('/');
  return {address.substr(0, slash), address.substr(slash + 1)};
}

/// The objects asked for (empty: all); none, with diagnostics, where one is not declared.
std::optional<std::set<model::ObjectKey>> choose(Context& context, const model::DesiredState& desired) {
  std::set<model::ObjectKey> keys;
  if (context.options.arguments.empty() && !context.options.adopts_all) {
    context.fail("missing-argument", "'adopt' needs to know which manifests",
                 "name them as KIND/NAME, or write --all for every declared object");
    return std::nullopt;
  }
  std::vector<std::string> declared;
  for (const model::DesiredObject& object : desired.objects)
    declared.push_back(object.key.to_string());
  for (const std::string& address : context.options.arguments) {
    if (desired.find(to_key(address)) == nullptr) {
      const auto nearest = base::find_nearest(address, {declared.begin(), declared.end()});
      context.fail(
          "not-declared", fmt::format("no manifest declares {}", base::printable(address, 200)),
          nearest ? fmt::format("did you mean '{}'?", *nearest)
                  : std::string("only what has a manifest is adopted: write one with 'descopectl export'"));
    }
    keys.insert(to_key(address));
  }
  if (context.sink.has_errors()) return std::nullopt;
  return keys;
}

class AdoptRun {
 public:
  AdoptRun(Context& context, Connected& connected, const model::DesiredState& desired,
           const std::set<model::ObjectKey>& keys, state::Store& store)
      : context_(context), connected_(connected), desired_(desired), keys_(keys), store_(store) {}

  net::awaitable<ExitStatus> run() {
    auto reader = api::make_reader(connected_.io.get_executor(), connected_.options);
    if (!reader) co_return emit_failure(context_, report(context_, reader.error()));
    plan::PlanInput input;
    input.policy = make_policy(context_);
    const apply::LiveOptions options = make_live_options(context_, connected_, desired_, store_.current());
    auto live = co_await apply::read_live(**reader, store_.current(), options);
    if (!live) co_return emit_failure(context_, report(context_, live.error()));
    model::RecordedState recorded = store_.current();
    const auto recovered =
        co_await recover(context_, **reader, connected_, options, *live, recorded, &store_);
    if (!recovered) co_return emit_failure(context_, report(context_, recovered.error()));
    input.desired = &desired_;
    input.live = &live->state;
    input.recorded = &store_.current();
    input.project_id = connected_.options.project_id;
    adoption_ = plan::make_adoption(input, keys_, context_.sink);
    co_return co_await decide();
  }

 private:
  bool is_text() const { return context_.options.format == Format::kText; }

  net::awaitable<ExitStatus> decide() {
    if (is_text()) {
      context_.flush_diagnostics();
      context_.output.result(
          render::adoption_to_text(adoption_, context_.presentation(ExitStatus::kDone).text));
    }
    if (context_.sink.has_errors()) co_return finish(ExitStatus::kInvalidInput, "");
    for (const plan::Refusal& refusal : adoption_.refusals)
      context_.fail(refusal.code, refusal.summary, refusal.hint);
    if (!adoption_.refusals.empty()) co_return finish(ExitStatus::kRefused, "");
    const std::size_t count = adoption_.count(plan::Match::kAdopt);
    if (count == 0) co_return finish(ExitStatus::kDone, "Nothing to adopt.\n");
    const bool is_approved = co_await approve();
    if (!is_approved) co_return finish(ExitStatus::kRefused, "");
    const auto recorded = co_await record();
    if (!recorded) co_return finish(report(context_, recorded.error()), "");
    co_return finish(ExitStatus::kDone, fmt::format("Adopted {}. Nothing was changed in the project.\n",
                                                    base::counted(count, "object")));
  }

  net::awaitable<bool> approve() {
    if (context_.options.auto_approve) co_return true;
    Question question;
    question.text = "\nTo note this in the state, type yes: ";
    question.wanted = "yes";
    const bool is_approved = co_await ask(context_, std::move(question));
    co_return is_approved;
  }

  net::awaitable<Result<void>> record() {
    auto done = store_.set_target(connected_.options.project_id, base_url_of(context_, connected_));
    for (plan::AdoptionRow& row : adoption_.rows) {
      if (!done) co_return done;
      if (row.match != plan::Match::kAdopt) continue;
      row.record.object_id = base::random_hex(kObjectIdBytes);
      done = store_.put(row.record);
    }
    if (done) done = co_await store_.flush();
    if (!done) co_return done;
    is_recorded_ = true;
    co_return store_.compact();
  }

  ExitStatus finish(ExitStatus exit, const std::string& text) {
    return context_.emit(exit, [&](const render::FormatRow& row, const render::Presentation& shown) {
      if (row.name != "text")
        return base::to_pretty_json(render::adoption_to_json(adoption_, is_recorded_, shown.json));
      // On standard output the table stands already.
      return is_text() ? text : render::adoption_to_text(adoption_, shown.text) + text;
    });
  }

  Context& context_;
  Connected& connected_;
  const model::DesiredState& desired_;
  const std::set<model::ObjectKey>& keys_;
  state::Store& store_;
  plan::Adoption adoption_;
  bool is_recorded_ = false;
};

net::awaitable<ExitStatus> adopt_connected(Context& context, Connected& connected,
                                           const model::DesiredState& desired,
                                           const std::set<model::ObjectKey>& keys, state::Store& store) {
  AdoptRun run(context, connected, desired, keys, store);
  co_return co_await run.run();
}

}  // namespace

ExitStatus run_adopt(Context& context) {
  const auto desired = load_desired(context);
  if (!desired) return emit_failure(context, ExitStatus::kInvalidInput);
  const auto keys = choose(context, *desired);
  if (!keys) return emit_failure(context, ExitStatus::kInvalidInput);
  if (context.settings.state.backend == config::StateBackend::kNone) {
    context.fail("no-state",
                 "there is no state to note an adoption in: 'state: {backend: none}' is configured",
                 "without a state every match counts as ours; there is nothing to adopt");
    return emit_failure(context, ExitStatus::kInvalidInput);
  }
  return run_with_store(context, [&](Connected& connected, state::Store& store) {
    return adopt_connected(context, connected, *desired, *keys, store);
  });
}

}  // namespace descopectl::cli
