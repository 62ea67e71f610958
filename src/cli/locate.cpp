// From KIND/NAME to a live object.
#include "locate.hpp"

#include <fmt/format.h>

#include "descopectl/base/text.hpp"
#include "descopectl/diff/bind.hpp"
#include "descopectl/kinds/registry.hpp"

namespace descopectl::cli {

namespace net = boost::asio;

void report_part(Context& context, const model::ObjectKey& part, const model::ObjectKey& whole) {
  context.fail("part-as-target",
               fmt::format("{} is a part of {} and has no live object of its own",
                           base::printable(part.to_string(), 200), base::printable(whole.to_string(), 200)),
               fmt::format("name {}", base::printable(whole.to_string(), 200)));
}

namespace {

void report_unknown(Context& context, const Named& named) {
  if (named.desired)
    if (const model::DesiredObject* whole = named.desired->find_whole(named.key))
      return report_part(context, named.key, whole->key);
  if (named.recorded.objects.contains(named.key)) {
    context.fail("not-declared",
                 fmt::format("the state owns scopes of {} and not the object itself",
                             base::printable(named.key.to_string(), 200)),
                 "name it with the manifests of those scopes loaded (-f)");
    return;
  }
  std::vector<std::string> known;
  for (const auto& [key, object] : named.recorded.objects)
    known.push_back(key.to_string());
  if (named.desired)
    for (const model::DesiredObject& object : named.desired->objects)
      known.push_back(object.key.to_string());
  const auto nearest = base::find_nearest(named.key.to_string(), {known.begin(), known.end()});
  context.fail(
      "not-declared",
      fmt::format("neither the state nor a manifest knows {}", base::printable(named.key.to_string(), 200)),
      nearest ? fmt::format("did you mean '{}'?", *nearest)
              : std::string("objects are named by the handles of their manifests"));
}

Error not_live(const Named& named) {
  return {ErrorKind::kNotFound,
          fmt::format("{} is {}, but not in the project", named.key.to_string(),
                      named.owned() != nullptr ? "in the state" : "declared"),
          "'descopectl plan' shows what an apply would do"};
}

net::awaitable<Result<model::LiveObject>> load_declared(Context& context, api::Reader& reader,
                                                        const Named& named) {
  const apply::LiveOptions options = make_live_options(context, *named.desired, named.recorded);
  auto live = co_await apply::read_live(reader, named.recorded, options);
  if (!live) co_return live.error();
  diag::Sink sink;
  for (const diff::Binding& binding : diff::bind_objects(*named.desired, live->state, named.recorded, sink)) {
    if (binding.desired->key != named.key) continue;
    if (binding.live != nullptr) co_return *binding.live;
    for (const diag::Diagnostic& diagnostic : sink.all())
      if (binding.desired->is_at(diagnostic.span))
        co_return Error(ErrorKind::kInvalidInput, diagnostic.summary, diagnostic.hint);
  }
  co_return not_live(named);
}

}  // namespace

const model::RecordedObject* Named::owned() const {
  const auto at = recorded.objects.find(key);
  return at == recorded.objects.end() || at->second.is_partial ? nullptr : &at->second;
}

const model::DesiredObject* Named::declared() const {
  return desired ? desired->find(key) : nullptr;
}

std::optional<Named> find_named(Context& context, bool always_loads_manifests) {
  Named named;
  named.key = to_key(context.options.arguments.front());
  named.kind = kinds::find(named.key.kind);
  auto recorded = read_recorded(context);
  if (!recorded) return std::nullopt;
  named.recorded = std::move(*recorded);
  if (!context.settings.roots.empty() && (always_loads_manifests || named.owned() == nullptr)) {
    named.desired = load_desired(context);
    if (!named.desired) return std::nullopt;
  }
  if (named.owned() != nullptr || named.declared() != nullptr) return named;
  report_unknown(context, named);
  return std::nullopt;
}

net::awaitable<Result<model::LiveObject>> load_named(Context& context, Connected& connected,
                                                     const Named& named) {
  if (const auto wrong = plan::find_wrong_project(named.recorded, connected.options.project_id))
    co_return Error(ErrorKind::kConflict, wrong->summary, wrong->hint);
  auto reader = api::make_reader(connected.io.get_executor(), connected.options);
  if (!reader) co_return reader.error();
  const model::RecordedObject* owned = named.owned();
  if (owned == nullptr) {
    auto declared = co_await load_declared(context, **reader, named);
    co_return declared;
  }
  auto live = co_await (*reader)->load(*named.kind, owned->live_id, make_policy(context).inbound_generation);
  if (!live && live.error().kind() == ErrorKind::kNotFound) co_return not_live(named);
  co_return live;
}

}  // namespace descopectl::cli
