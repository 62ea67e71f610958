// One manifest document: apiVersion, kind, metadata, spec.
#include "decode_document.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"
#include "descopectl/manifest/envelope.hpp"
#include "descopectl/manifest/handle.hpp"
#include "descopectl/schema/identity.hpp"
#include "descopectl/schema/values.hpp"

namespace descopectl::manifest {
namespace {

using document::Member;
using document::Node;
using document::NodeKind;

diag::Span first_key(const Node& node) {
  return node.members.empty() ? node.span : node.members.front().key_span;
}

const schema::Kind* decode_kind(const Node& root, bool is_config, bool& is_skipped, diag::Sink& sink) {
  const Member* member = root.find("kind");
  if (member == nullptr) {
    sink.error("missing-field", first_key(root), "a manifest needs the field 'kind'",
               "one of " + base::join_words(kinds::names(), " or "));
    return nullptr;
  }
  const std::string_view name =
      member->value.kind == NodeKind::kString ? member->value.text : std::string_view();
  if (const schema::Kind* kind = kinds::find(name)) return kind;
  if (name == "Config") {
    is_skipped = is_config;
    if (!is_config)
      sink.error("unknown-kind", member->value.span,
                 "'kind: Config' is for descopectl.yaml and not for a manifest",
                 "name the file with --config");
    return nullptr;
  }
  const auto nearest = base::find_nearest(member->value.text, kinds::names());
  sink.error("unknown-kind", member->value.span,
             fmt::format("unknown kind '{}'", base::printable(member->value.text, 80)),
             nearest ? fmt::format("did you mean '{}'?", *nearest)
                     : "known kinds: " + base::join_words(kinds::names()));
  return nullptr;
}

class MetadataDecoder {
 public:
  MetadataDecoder(const schema::Kind& kind, schema::DecodeContext& context, model::DesiredObject& object)
      : kind_(kind), context_(context), object_(object) {}

  void decode(const Node& metadata) {
    for (const Member& member : schema::declared_members(metadata)) {
      const bool is_null =
          member.value.kind == NodeKind::kNull && schema::find_field(kMetadataFields, member.key) != nullptr;
      if (member.key == "name")
        decode_name(member);
      else if (is_null || member.key == "absent")
        continue;  // as if it were not written; of overlays, and dealt with there
      else if (!takes_metadata(kind_, member.key))
        report_not_taken(member);
      else if (member.key == "id")
        decode_id(member);
      else if (member.key == "labels")
        decode_labels(member.value);
      else if (member.key == "lifecycle")
        decode_lifecycle(member.value);
      else
        schema::report_unknown_key(member, "metadata", names_of(kMetadataFields), context_.sink);
    }
    if (metadata.find("name") == nullptr)
      context_.sink.error("missing-field", first_key(metadata), "metadata needs the field 'name'",
                          "the handle by which other manifests refer to the object");
  }

 private:
  void decode_name(const Member& member) {
    auto name = schema::decode_text(member.value, "metadata.name", context_);
    if (!name) return;
    object_.span = member.value.span;
    if (const auto fault = find_handle_fault(*name)) {
      const bool is_written = fault->size > 0 && *name == member.value.text;
      context_.sink.error(
          "invalid-handle", is_written ? member.value.span_of(fault->begin, fault->size) : member.value.span,
          fmt::format("'{}' can't be a handle: {}", base::printable(*name, 80), fault->what),
          "up to 200 bytes of letters, digits and signs, without '/', ',', '=' and white space");
      return;
    }
    object_.key.handle = std::move(*name);
  }

  void report_not_taken(const Member& member) {
    context_.sink.error("invalid-combination", member.key_span,
                        fmt::format("a {} has no {} of its own", kind_.name, member.key),
                        member.key == "id"
                            ? "remove metadata.id: what it refers to tells which one is meant"
                            : fmt::format("remove it here: that of its {} counts", kind_.item_of.kind));
  }

  void decode_id(const Member& member) {
    auto id = schema::decode_text(member.value, "metadata.id", context_);
    if (!id) return;
    if (base::is_blank(*id))
      context_.sink.error("invalid-value", member.value.span, "metadata.id is empty",
                          "remove it, or write the live id");
    else {
      object_.id = std::move(*id);
      object_.identity.push_back({kind_.id_field, member.value.span});
    }
  }

  void decode_labels(const Node& node) {
    if (!expect_map(node, "metadata.labels")) return;
    for (const Member& label : schema::declared_members(node)) {
      if (label.value.kind == NodeKind::kNull) continue;
      if (auto value =
              schema::decode_text(label.value, fmt::format("metadata.labels.{}", label.key), context_))
        object_.labels.emplace(std::string(label.key), std::move(*value));
    }
  }

  void decode_lifecycle(const Node& node) {
    if (!expect_map(node, "metadata.lifecycle")) return;
    for (const Member& member : schema::declared_members(node)) {
      if (member.value.kind == NodeKind::kNull &&
          schema::find_field(kLifecycleFields, member.key) != nullptr) {
        if (member.key == "preventDestroy") object_.lifecycle.prevent_destroy = false;
        continue;
      }
      if (member.key == "preventDestroy") {
        object_.lifecycle.prevent_destroy =
            schema::decode_boolean(member.value, "metadata.lifecycle.preventDestroy", context_);
      } else if (member.key == "onRemoval") {
        decode_on_removal(member.value);
      } else if (member.key == "ignoreFields") {
        decode_ignore_fields(member.value);
      } else {
        schema::report_unknown_key(member, "metadata.lifecycle", names_of(kLifecycleFields), context_.sink);
      }
    }
  }

  void decode_on_removal(const Node& node) {
    const auto text = schema::decode_text(node, "metadata.lifecycle.onRemoval", context_);
    if (!text) return;
    if (*text == "keep" || *text == "delete") {
      object_.lifecycle.keep_on_removal = *text == "keep";
      return;
    }
    context_.sink.error(
        "invalid-value", node.span,
        fmt::format("'onRemoval' can't be '{}': it is delete or keep", base::printable(*text, 40)));
  }

  void decode_ignore_fields(const Node& node) {
    if (node.kind != NodeKind::kSequence) {
      context_.sink.error(
          "wrong-type", node.span,
          fmt::format("'ignoreFields' must be a list, not {}", document::describe(node.kind)));
      return;
    }
    for (const Node& item : node.items) {
      auto pointer = schema::decode_text(item, "an item of ignoreFields", context_);
      if (!pointer) continue;
      if (!pointer->starts_with('/')) {
        context_.sink.error("invalid-value", item.span,
                            fmt::format("'{}' is not a JSON pointer", base::printable(*pointer, 80)),
                            fmt::format("write it with a slash: '/{}'", base::printable(*pointer, 80)));
        continue;
      }
      const std::vector<std::string> tokens = base::split_pointer(*pointer);
      const schema::Field* row = schema::find_wire_field(kind_.fields, tokens.front());
      if (row == nullptr && schema::find_row(kind_.fields, *pointer) == nullptr) {
        std::vector<std::string_view> known;
        for (const schema::Field& field : kind_.fields)
          known.push_back(field.wire_name());
        const auto nearest = base::find_nearest(tokens.front(), known);
        context_.sink.warning("unknown-field", item.span,
                              fmt::format("ignoreFields names '{}', which is no known field of {}",
                                          base::printable(*pointer, 80), kind_.name),
                              nearest ? fmt::format("did you mean '/{}'?", *nearest) : std::string());
      }
      object_.lifecycle.ignore_fields.push_back(std::move(*pointer));
    }
  }

  bool expect_map(const Node& node, std::string_view what) {
    if (node.kind == NodeKind::kMapping) return true;
    context_.sink.error("wrong-type", node.span,
                        fmt::format("'{}' must be a map, not {}", what, document::describe(node.kind)));
    return false;
  }

  const schema::Kind& kind_;
  schema::DecodeContext& context_;
  model::DesiredObject& object_;
};

}  // namespace

bool check_api_version(const Node& root, diag::Sink& sink) {
  const Member* member = root.find("apiVersion");
  if (member == nullptr) {
    sink.error("missing-field", first_key(root), "a manifest needs the field 'apiVersion'",
               fmt::format("begin it with 'apiVersion: {}'", kApiVersion));
    return false;
  }
  if (member->value.kind == NodeKind::kString && member->value.text == kApiVersion) return true;
  sink.error("unknown-api-version", member->value.span,
             fmt::format("unknown apiVersion '{}'", base::printable(member->value.text, 80)),
             fmt::format("this program knows '{}'", kApiVersion));
  return false;
}

std::optional<model::ObjectKey> find_key(const Node& root, const schema::DecodeContext& context) {
  const Member* kind = root.find("kind");
  const Member* metadata = root.find("metadata");
  const Member* name = metadata == nullptr ? nullptr : metadata->value.find("name");
  if (kind == nullptr || name == nullptr || kinds::find(kind->value.text) == nullptr) return std::nullopt;
  diag::Sink unheard;
  schema::DecodeContext quiet{context.sources, unheard, context.resolver, context.generation};
  auto handle = schema::decode_text(name->value, "metadata.name", quiet);
  if (!handle || find_handle_fault(*handle)) return std::nullopt;
  return model::ObjectKey{std::string(kind->value.text), std::move(*handle)};
}

std::optional<model::DesiredObject> decode_document(const Node& root, bool is_config,
                                                    schema::DecodeContext& context) {
  diag::Sink& sink = context.sink;
  if (root.kind != NodeKind::kMapping) {
    sink.error("wrong-type", root.span,
               fmt::format("a manifest must be a map with apiVersion, kind, metadata and spec, not {}",
                           document::describe(root.kind)));
    return std::nullopt;
  }
  bool is_skipped = false;
  const schema::Kind* kind = decode_kind(root, is_config, is_skipped, sink);
  if (is_skipped) return std::nullopt;
  check_api_version(root, sink);
  static const std::vector<std::string_view> known{"apiVersion", "kind", "metadata", "spec"};
  for (const Member& member : root.members)
    if (std::find(known.begin(), known.end(), member.key) == known.end())
      schema::report_unknown_key(member, "a manifest", known, sink);
  if (kind == nullptr) return std::nullopt;

  model::DesiredObject object;
  object.kind = kind;
  object.key.kind = std::string(kind->name);
  object.span = first_key(root);
  const Member* metadata = root.find("metadata");
  if (metadata == nullptr || metadata->value.kind != NodeKind::kMapping) {
    sink.error(metadata == nullptr ? "missing-field" : "wrong-type",
               metadata == nullptr ? first_key(root) : metadata->value.span,
               metadata == nullptr ? "a manifest needs the field 'metadata'" : "'metadata' must be a map",
               "write 'metadata: {name: HANDLE}'");
  } else {
    MetadataDecoder(*kind, context, object).decode(metadata->value);
  }
  const Member* spec = root.find("spec");
  if (spec == nullptr || spec->value.kind != NodeKind::kMapping) {
    const bool is_missing = spec == nullptr || spec->value.is_unset;
    sink.error(is_missing ? "missing-field" : "wrong-type",
               spec == nullptr ? first_key(root)
                               : (spec->value.kind == NodeKind::kNull ? spec->key_span : spec->value.span),
               is_missing
                   ? "a manifest needs the field 'spec'"
                   : fmt::format("'spec' must be a map, not {}", document::describe(spec->value.kind)));
  } else {
    schema::decode_spec(*kind, spec->value, context, object);
  }
  if (object.key.handle.empty()) return std::nullopt;
  return object;
}

}  // namespace descopectl::manifest
