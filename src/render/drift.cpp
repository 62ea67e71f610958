// A drift report as text and as JSON.
#include "descopectl/render/drift.hpp"

#include <fmt/format.h>

#include "action_sign.hpp"
#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "document.hpp"
#include "not_compared.hpp"
#include "painter.hpp"
#include "scope_view.hpp"
#include "value_json.hpp"
#include "value_text.hpp"

namespace descopectl::render {
namespace {

using plan::Cause;
using plan::DriftObject;

struct Group {
  Cause cause;
  std::string_view title;
  Sign sign;
};
constexpr Group kGroups[] = {
    {Cause::kLive, "Changed live:", Sign::kChange},
    {Cause::kBoth, "Changed live and in the manifests:", Sign::kChange},
    {Cause::kDeleted, "Deleted live:", Sign::kRemove},
    {Cause::kManifest, "Changed in the manifests:", Sign::kChange},
    {Cause::kUnmanaged, "Unmanaged:", Sign::kNone},
};

schema::Fields fields_of(const DriftObject& object) {
  const schema::Kind* kind = kinds::find(object.key.kind);
  return kind == nullptr ? schema::Fields{} : kind->fields;
}

/// From what was last applied to what is: live's way where live moved, the manifest's where that did.
std::string show_change(const plan::DriftChange& change) {
  if (change.is_sensitive) return std::string(kSensitive);
  switch (change.cause) {
    case Cause::kManifest:
      return show_step(change.live, change.expected);
    case Cause::kBoth:
      return fmt::format("{}, and the manifest says {}", show_step(change.last_applied, change.live),
                         show_value(change.expected));
    default:
      return show_step(change.expected, change.live);
  }
}

/// What happened to the object; where the manifests changed, what an apply would do to it.
Sign sign_of(const Group& group, const DriftObject& object) {
  const bool is_manifests = group.cause == Cause::kManifest || group.cause == Cause::kBoth;
  return is_manifests && object.action ? render::sign_of(*object.action) : group.sign;
}

void append_object(std::string& out, const Group& group, const DriftObject& object,
                   const TextOptions& options, const Painter& painter) {
  out += fmt::format("{} {}", painter.sign(sign_of(group, object)), show_prose(object.key.to_string()));
  if (group.cause == Cause::kUnmanaged) {
    if (!object.name.empty()) out += " " + quote_text(show_prose(object.name));
  } else if (!object.live_id.empty()) {
    out += fmt::format(" [id={}]", show_prose(object.live_id));
  }
  const std::string place = show_place(object.source, options.sources);
  if (!place.empty()) out += painter.faint(fmt::format(" ({})", place));
  out += '\n';
  for (const plan::DriftChange& change : object.changes) {
    out += fmt::format("    {}: {} ({})\n", show_path(fields_of(object), change.path), show_change(change),
                       plan::to_string(change.cause));
  }
}

/// "12 objects are as last applied, 1 changed in the manifests, 2 unmanaged".
std::string describe_rest(const plan::DriftReport& report) {
  const std::string_view agreed = report.has_state ? "as last applied" : "as the manifests say";
  std::string text = fmt::format("{} {} {}", base::counted(report.clean, "object"),
                                 report.clean == 1 ? "is" : "are", agreed);
  if (report.manifest > 0)
    text += fmt::format(", {} {}", report.manifest, report.has_state ? "changed in the manifests" : "not");
  if (report.unmanaged > 0) text += fmt::format(", {} unmanaged", report.unmanaged);
  return text;
}

/// Agrees with the exit status: what is not counted is no drift, whatever is listed.
std::string last_line(const plan::DriftReport& report) {
  if (!report.differs)
    return fmt::format("{} {}.", report.has_state ? "No drift." : "Without a state, drift can't be told:",
                       describe_rest(report));
  std::string line = fmt::format("Drift: {} changed live, ", report.live);
  if (report.both > 0) line += fmt::format("{} changed live and in manifests, ", report.both);
  return line +
         fmt::format("{} deleted, {} changed in manifests, {} unmanaged.{}", report.deleted, report.manifest,
                     report.unmanaged,
                     report.has_state ? "" : " Without a state, live was compared with the manifests alone.");
}

json::object change_to_json(schema::Fields fields, const plan::DriftChange& change) {
  const schema::Field* row = schema::find_row(fields, change.path);
  const auto shown = [&](const json::value& value) {
    return change.is_sensitive ? json::value(nullptr) : to_public(row, value);
  };
  return {{"path", change.path},
          {"expected", shown(change.expected)},
          {"live", shown(change.live)},
          {"last_applied", shown(change.last_applied)},
          {"cause", plan::to_string(change.cause)},
          {"sensitive", change.is_sensitive}};
}

json::object object_to_json(const DriftObject& object, const JsonContext& context) {
  json::array changes;
  for (const plan::DriftChange& change : object.changes)
    changes.emplace_back(change_to_json(fields_of(object), change));
  return {{"address", object.key.to_string()},
          {"cause", plan::to_string(object.cause)},
          {"action", object.action ? json::value(model::to_string(*object.action)) : json::value(nullptr)},
          {"changes", std::move(changes)},
          {"live_id", text_or_null(object.live_id)},
          {"name", text_or_null(object.name)},
          {"source", place_to_json(object.source, context.sources)}};
}

}  // namespace

std::string drift_to_text(const plan::DriftReport& report, const TextOptions& options) {
  const Painter painter(options.color);
  std::string out;
  for (const Group& group : kGroups) {
    std::string objects;
    for (const DriftObject& object : report.objects)
      if (object.cause == group.cause) append_object(objects, group, object, options, painter);
    if (!objects.empty()) out += painter.bold(group.title) + "\n" + objects + "\n";
  }
  return out + scope_to_text(report.scope) + not_compared_to_text(report.not_compared) +
         painter.bold(last_line(report)) + "\n";
}

json::object drift_to_json(const plan::DriftReport& report, const JsonContext& context) {
  json::array objects;
  for (const DriftObject& object : report.objects)
    objects.emplace_back(object_to_json(object, context));
  json::object document{{"drift", std::move(objects)},
                        {"summary",
                         {{"live", report.live},
                          {"manifest", report.manifest},
                          {"both", report.both},
                          {"deleted", report.deleted},
                          {"unmanaged", report.unmanaged},
                          {"clean", report.clean}}},
                        {"not_compared", not_compared_to_json(report.not_compared)},
                        {"version", context.version},
                        {"timestamp", context.timestamp}};
  add_scope(document, report.scope);
  add_ending(document, context);
  return document;
}

}  // namespace descopectl::render
