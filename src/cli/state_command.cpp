// state: looks into the recorded state and repairs it; nothing in the project changes.
#include <fmt/format.h>

#include <array>

#include "descopectl/base/columns.hpp"
#include "descopectl/base/files.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/manifest/handle.hpp"
#include "descopectl/state/document.hpp"
#include "run.hpp"

namespace descopectl::cli {

namespace net = boost::asio;
using diag::ExitStatus;

namespace {

constexpr std::uint64_t kMostDocumentBytes = std::uint64_t{1} << 30;

/// Text and JSON of a result.
ExitStatus emit_result(Context& context, const std::string& text, const json::object& document) {
  return context.emit(
      ExitStatus::kDone, [&](const render::FormatRow& row, const render::Presentation& shown) {
        return row.name == "text" ? text : base::to_pretty_json(render::with_ending(document, shown.json));
      });
}

bool has_content(const model::RecordedState& state) {
  return state.serial > 0 || !state.objects.empty();
}

/// The owned object of that address; null, with the nearest one in the hint, where there is none.
const model::RecordedObject* find_owned(Context& context, const model::RecordedState& state,
                                        const std::string& address) {
  const auto found = state.objects.find(to_key(address));
  if (found != state.objects.end()) return &found->second;
  std::vector<std::string> known;
  for (const auto& [key, object] : state.objects)
    known.push_back(key.to_string());
  const auto nearest = base::find_nearest(address, {known.begin(), known.end()});
  context.fail("not-owned", fmt::format("the state does not own {}", base::printable(address, 200)),
               nearest ? fmt::format("did you mean '{}'?", *nearest)
                       : std::string("'descopectl state list' shows what it owns"));
  return nullptr;
}

ExitStatus list(Context& context) {
  const auto state = read_recorded(context);
  if (!state) return emit_failure(context, exit_of(state.error()));
  base::Rows rows;
  json::array objects;
  for (const auto& [key, object] : state->objects) {
    rows.emplace_back(base::printable(key.to_string()), base::printable(object.live_id));
    objects.push_back(
        json::object{{"address", key.to_string()}, {"live_id", object.live_id}, {"root", object.root}});
  }
  std::string text;
  base::append_columns(text, rows, 0, 60);
  if (rows.empty()) {
    text = "Nothing is owned.\n";
    context.note_unchosen_environment();
  }
  return emit_result(context, text,
                     {{"project_id", state->project_id},
                      {"base_url", state->base_url},
                      {"lineage", state->lineage},
                      {"serial", state->serial},
                      {"objects", std::move(objects)}});
}

/// What is recorded of an object but for its fingerprints: only which fields have one.
json::object describe(const model::RecordedObject& object) {
  json::array depends_on;
  for (const model::ObjectKey& key : object.depends_on)
    depends_on.emplace_back(key.to_string());
  json::array secrets;
  for (const auto& [pointer, fingerprint] : object.secrets)
    secrets.emplace_back(pointer);
  json::object document{{"address", object.key.to_string()},
                        {"live_id", object.live_id},
                        {"root", object.root},
                        {"prevent_destroy", object.prevent_destroy},
                        {"on_removal", object.keep_on_removal ? "keep" : "delete"},
                        {"is_partial", object.is_partial},
                        {"depends_on", std::move(depends_on)},
                        {"secrets", std::move(secrets)},
                        {"applied", object.applied}};
  if (!object.pending_create.empty()) document["pending_create"] = object.pending_create;
  if (!object.superseded_id.empty()) document["superseded_id"] = object.superseded_id;
  return document;
}

/// A value on one line: words for truth values, lists with commas.
std::string on_one_line(const json::value& value) {
  if (value.is_bool()) return value.get_bool() ? "yes" : "no";
  if (value.is_string()) return std::string(value.get_string());
  std::string text;
  if (const json::array* list = value.if_array())
    for (const json::value& item : *list)
      text += (text.empty() ? "" : ", ") + on_one_line(item);
  return text.empty() ? "-" : text;
}

ExitStatus show(Context& context) {
  const auto state = read_recorded(context);
  if (!state) return emit_failure(context, exit_of(state.error()));
  const model::RecordedObject* object = find_owned(context, *state, context.options.arguments.front());
  if (object == nullptr) return emit_failure(context, ExitStatus::kInvalidInput);
  const json::object document = describe(*object);
  base::Rows rows;
  for (const auto& [name, value] : document)
    if (!value.is_object()) rows.emplace_back(name, base::printable(on_one_line(value)));
  std::string text;
  base::append_columns(text, rows, 0, 60);
  for (const auto& [name, value] : document)
    if (value.is_object()) text += fmt::format("{}  {}", std::string_view(name), base::to_pretty_json(value));
  return emit_result(context, text, document);
}

ExitStatus pull(Context& context) {
  const auto state = read_recorded(context);
  if (!state) return emit_failure(context, exit_of(state.error()));
  if (!has_content(*state)) {
    context.fail("no-state", "nothing was ever recorded: there is no state to print");
    return emit_failure(context, ExitStatus::kInvalidInput);
  }
  return context.emit(ExitStatus::kDone, [&](const render::FormatRow&, const render::Presentation&) {
    return state::encode_document(*state);
  });
}

/// Ends a command that wrote to the store.
net::awaitable<Result<void>> end_writing(state::Store& store) {
  const auto flushed = co_await store.flush();
  if (!flushed) co_return flushed;
  co_return store.compact();
}

net::awaitable<ExitStatus> remove(Context& context, state::Store& store) {
  std::string text;
  json::array removed;
  for (const std::string& address : context.options.arguments)
    (void)find_owned(context, store.current(), address);
  if (context.sink.has_errors()) co_return emit_failure(context, ExitStatus::kInvalidInput);
  Result<void> done;
  for (const std::string& address : context.options.arguments) {
    const auto found = store.current().objects.find(to_key(address));
    if (found == store.current().objects.end()) continue;  // named twice
    const std::string live_id = found->second.live_id;
    const std::string superseded_id = found->second.superseded_id;
    if (done) done = store.remove(to_key(address));
    text += fmt::format("Forgot {}; the live object '{}' stays in the project.\n", address,
                        base::printable(live_id));
    if (!superseded_id.empty())
      text += fmt::format("So does what it was to replace, the live object '{}'.\n",
                          base::printable(superseded_id));
    removed.push_back(json::object{{"address", address}, {"live_id", live_id}});
  }
  if (done) done = co_await end_writing(store);
  if (!done) co_return emit_failure(context, report_state(context, done.error()));
  co_return emit_result(context, text, {{"removed", std::move(removed)}});
}

net::awaitable<ExitStatus> move(Context& context, state::Store& store) {
  const std::string& from = context.options.arguments[0];
  const std::string& to = context.options.arguments[1];
  const model::RecordedObject* owned = find_owned(context, store.current(), from);
  if (owned != nullptr && to_key(from).kind != to_key(to).kind)
    context.fail("invalid-value", fmt::format("{} can't become {}: an object's kind stays", from, to));
  else if (const auto fault = manifest::find_handle_fault(to_key(to).handle); owned != nullptr && fault)
    context.fail(
        "invalid-handle",
        fmt::format("'{}' can't be a handle: {}", base::printable(to_key(to).handle, 80), fault->what),
        "no manifest could declare it");
  else if (owned != nullptr && from != to && store.current().objects.contains(to_key(to)))
    context.fail("already-owned", fmt::format("the state owns {} already", to),
                 fmt::format("if that is wrong: 'descopectl state rm {}' first", to));
  if (context.sink.has_errors()) co_return emit_failure(context, ExitStatus::kInvalidInput);
  auto done = store.move(to_key(from), to_key(to));
  if (done) done = co_await end_writing(store);
  if (!done) co_return emit_failure(context, report_state(context, done.error()));
  co_return emit_result(context, fmt::format("{} is now {}.\n", from, to), {{"from", from}, {"to", to}});
}

/// Why the state that is there may not be replaced by `pushed`.
void check_push(Context& context, const model::RecordedState& present, const model::RecordedState& pushed) {
  const std::string project = context.settings.project_id.value;
  for (const std::string& other : {project, present.project_id}) {
    if (other.empty() || pushed.project_id.empty() || other == pushed.project_id) continue;
    return context.fail("wrong-project",
                        fmt::format("the document is the state of the project {}, and here it is {}",
                                    pushed.project_id, other),
                        "check the project id, or name another state with --state");
  }
  if (context.options.is_forced || !has_content(present)) return;
  if (present.lineage != pushed.lineage)
    context.fail("other-lineage", "the document has another history than the state that is there",
                 "to replace the state all the same: --force");
  else if (pushed.serial < present.serial)
    context.fail("older-state",
                 fmt::format("the document is older than the state that is there (serial {}, and {})",
                             pushed.serial, present.serial),
                 "to go back to it all the same: --force");
}

net::awaitable<ExitStatus> push(Context& context, state::Store& store, model::RecordedState pushed) {
  check_push(context, store.current(), pushed);
  if (context.sink.has_errors()) co_return emit_failure(context, ExitStatus::kRefused);
  const std::size_t count = pushed.objects.size();
  const auto replaced = co_await store.replace(std::move(pushed));
  if (!replaced) co_return emit_failure(context, report_state(context, replaced.error()));
  co_return emit_result(context, fmt::format("The state holds {} now.\n", base::counted(count, "object")),
                        {{"serial", store.current().serial}, {"objects", count}});
}

/// What no run could have recorded, and later runs could make nothing of.
void check_content(Context& context, const model::RecordedState& pushed) {
  const auto refuse = [&](const model::ObjectKey& key, std::string_view what) {
    context.fail(
        "invalid-state",
        fmt::format("the document can't be the state: {} {}", base::printable(key.to_string(), 200), what),
        "push what 'descopectl state pull' printed, or errored.state.json, as it is");
  };
  for (const auto& [key, object] : pushed.objects) {
    if (kinds::find(key.kind) == nullptr) refuse(key, "is of no kind that there is");
    if (base::is_blank(key.handle) || base::printable(key.handle, key.handle.size()) != key.handle)
      refuse(key, "has a handle that no manifest could declare");
    if (object.live_id.empty() && object.pending_create.empty()) refuse(key, "has no live id");
  }
}

ExitStatus run_push(Context& context) {
  const std::string& file = context.options.arguments.front();
  const Result<std::string> text =
      file == "-" ? Result<std::string>(base::read_at_most(context.input, kMostDocumentBytes))
                  : base::read_file(context.place_of(file), kMostDocumentBytes);
  if (!text) {
    context.fail("unreadable-file", text.error().message(), text.error().hint());
    return emit_failure(context, ExitStatus::kInvalidInput);
  }
  auto pushed = state::decode_document(*text, file);
  if (!pushed) return emit_failure(context, report_state(context, pushed.error()));
  check_content(context, *pushed);
  if (context.sink.has_errors()) return emit_failure(context, ExitStatus::kInvalidInput);
  return run_on_state(context, [&](state::Store& store) { return push(context, store, std::move(*pushed)); });
}

ExitStatus run_remove(Context& context) {
  return run_on_state(context, [&](state::Store& store) { return remove(context, store); });
}

ExitStatus run_move(Context& context) {
  return run_on_state(context, [&](state::Store& store) { return move(context, store); });
}

ExitStatus unlock(Context& context) {
  const auto revoked = unlock_state(context);
  if (!revoked) return emit_failure(context, report_state(context, revoked.error()));
  if (!*revoked) return emit_result(context, "Nobody holds the lock.\n", {{"holder", nullptr}});
  const state::HeldLock& held = **revoked;
  return emit_result(context, fmt::format("The lock was taken from {}.\n", state::describe(held)),
                     {{"holder",
                       {{"who", held.holder.who},
                        {"host", held.holder.process.host},
                        {"pid", held.holder.process.pid},
                        {"command", held.holder.command},
                        {"since", held.since}}}});
}

// In the order of StateCommand.
constexpr std::array<ExitStatus (*)(Context&), 8> kRuns{list, show,     run_remove,        run_move,
                                                        pull, run_push, run_state_rebuild, unlock};

}  // namespace

ExitStatus run_state(Context& context) {
  if (context.settings.state.backend == config::StateBackend::kNone) {
    context.fail("no-state", "there is no state: 'state: {backend: none}' is configured");
    return emit_failure(context, ExitStatus::kInvalidInput);
  }
  return kRuns.at(context.options.subcommand)(context);
}

}  // namespace descopectl::cli
