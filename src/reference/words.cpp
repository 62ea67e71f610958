// What a row says, in words.
#include "words.hpp"

#include <fmt/format.h>

#include <limits>

#include "descopectl/base/text.hpp"
#include "descopectl/kinds/registry.hpp"

namespace descopectl::reference {
namespace {

using schema::Field;
using schema::Format;
using schema::ListForm;
using schema::Type;

std::string_view text_type(Format format) {
  switch (format) {
    case Format::kWebUrl:
      return "http(s) URL";
    case Format::kUrl:
      return "URL";
    case Format::kUri:
      return "URI";
    case Format::kNone:
      break;
  }
  return "string";
}

std::string integer_type(const Field& field) {
  constexpr auto kLeast = std::numeric_limits<std::int64_t>::min();
  return field.minimum == kLeast ? "integer" : fmt::format("integer, at least {}", field.minimum);
}

std::string names_of(std::span<const Field> fields) {
  std::vector<std::string_view> names;
  for (const Field& field : fields)
    names.push_back(field.name);
  return base::join_words(names, ", ");
}

bool is_create_only(const Field& field) {
  return field.calls != schema::kNowhere && field.in(schema::kInCreate) && !field.in(schema::kInUpdate);
}

void add_list_remark(const Field& field, std::vector<std::string>& out) {
  if (field.type == Type::kConnectionScopes) return;
  switch (field.list) {
    case ListForm::kSet:
      out.emplace_back("Order and repetition mean nothing.");
      break;
    case ListForm::kKeyed:
      out.push_back(fmt::format("Items are told apart by '{}'; their order means nothing.", field.key));
      break;
    case ListForm::kOrdered:
      out.emplace_back("The order counts.");
      break;
    case ListForm::kNone:
      break;
  }
}

}  // namespace

std::string type_of(const Field& field) {
  if (field.secret) return "secret";
  const std::string_view text = text_type(field.format);
  switch (field.type) {
    case Type::kString:
      return std::string(text);
    case Type::kBoolean:
      return "boolean";
    case Type::kInteger:
    case Type::kInteger64:
      return integer_type(field);
    case Type::kStringList:
      return fmt::format("list of {}s", text);
    case Type::kStringMap:
      return "map of strings";
    case Type::kObject:
      return "object";
    case Type::kObjectList:
      return field.list == ListForm::kKeyed ? fmt::format("list of objects by '{}'", field.key)
                                            : "list of objects";
    case Type::kObjectMap:
      return "map of objects";
    case Type::kReference:
      return fmt::format("handle of a {}", field.reference);
    case Type::kConnectionScopes:
      return fmt::format("list of {{{}}}", names_of(field.items));
  }
  return {};
}

std::vector<std::string> flags_of(const Field& field) {
  std::vector<std::string> out;
  if (field.required) out.emplace_back("required");
  if (field.immutable) out.emplace_back("replaces");
  if (is_create_only(field)) out.emplace_back("create only");
  if (field.has_unknown_default) out.emplace_back("no reset");
  if (field.generation != 0) out.push_back(fmt::format("inboundApi v{} only", field.generation));
  return out;
}

std::vector<std::string> remarks_of(const Field& field) {
  std::vector<std::string> out;
  if (field.immutable) out.emplace_back("A change deletes the object and creates it anew (--allow-replace).");
  if (is_create_only(field)) out.emplace_back("Taken on create only; the update call does not take it.");
  if (field.secret)
    out.emplace_back("Never read back: compared by a fingerprint in the state, and never printed.");
  else if (field.write_only)
    out.emplace_back("Never read back: compared with what was last applied.");
  if (field.dropped_on_update) out.emplace_back("The service's update call is known to lose it.");
  if (field.may_come_back_changed)
    out.emplace_back("The service may store a hosted copy under another address; that counts as equal.");
  if (field.has_unknown_default)
    out.emplace_back("The service's default is not known: left out after it was written, it stays as it is.");
  else if (field.is_settable() && !field.required && !field.secret && !field.resets_when_left_out())
    out.emplace_back("Left out after it was written, it stays as it is.");
  if (kinds::find(field.names) != nullptr)
    out.push_back(fmt::format("Exact names (spec.name) of objects of the kind {}.", field.names));
  if (field.type == Type::kReference)
    out.push_back(
        fmt::format("The handle (metadata.name) of a {}, or {{live: ID}} for one outside the repository.",
                    field.reference));
  if (field.type == Type::kConnectionScopes)
    out.push_back(fmt::format("Each item names a {} by its handle, or by {{live: ID}}.", field.reference));
  add_list_remark(field, out);
  return out;
}

}  // namespace descopectl::reference
