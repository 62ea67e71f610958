// Reading and writing the bodies of the Management API.
#include "wire.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "descopectl/base/text.hpp"
#include "descopectl/http/message.hpp"
#include "descopectl/schema/identity.hpp"
#include "secret_text.hpp"

namespace descopectl::api {
namespace {

std::string_view view(json::string_view text) {
  return {text.data(), text.size()};
}

/// "an array", "HTML": what stands in the place of what was expected.
std::string_view name_of(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "a boolean";
    case json::kind::string:
      return "a string";
    case json::kind::array:
      return "an array";
    case json::kind::object:
      return "an object";
    default:
      return "a number";
  }
}

bool looks_like_html(std::string_view body) {
  const auto begin = body.find_first_not_of(" \t\r\n\xEF\xBB\xBF");
  return begin != std::string_view::npos && body[begin] == '<';
}

/// A number, or a decimal string (sheet 1.4); none where it is neither, or absent.
std::optional<std::int64_t> integer_member(const json::object& object, std::string_view name) {
  const json::value* value = base::find_member(object, name);
  if (value == nullptr) return std::nullopt;
  if (value->is_int64()) return value->get_int64();
  const auto* text = value->if_string();
  if (text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (error != std::errc{} || end != text->data() + text->size()) return std::nullopt;
  return number;
}

/// The value that a secret's pointer leads to; members on the way, and the last, are made where they are
/// missing.
json::value* place_at(json::object& object, std::string_view pointer) {
  json::value* at = nullptr;
  json::object* here = &object;
  for (const std::string& token : base::split_pointer(pointer)) {
    if (at != nullptr && at->is_null()) *at = json::object();
    if (at != nullptr) here = at->if_object();
    if (here != nullptr) {
      at = &(*here)[token];
      continue;
    }
    auto* array = at->if_array();
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
    if (array == nullptr || error != std::errc{} || end != token.data() + token.size()) return nullptr;
    at = array->if_contains(index);
    if (at == nullptr) return nullptr;
  }
  return at;
}

/// A text that does not occur in `body`, to mark the places of secrets with.
std::string find_marker(const json::object& body) {
  const std::string text = json::serialize(body);
  for (unsigned i = 0;; ++i) {
    std::string marker = fmt::format("@secret-{}:", i);
    if (text.find(marker) == std::string::npos) return marker;
  }
}

void strip_value(const schema::Field& field, json::value& value) {
  if (field.type == schema::Type::kObject) {
    if (auto* object = value.if_object()) strip_write_only(field.fields, *object);
  } else if (field.type == schema::Type::kObjectList) {
    if (auto* array = value.if_array())
      for (json::value& item : *array)
        if (auto* object = item.if_object()) strip_write_only(field.fields, *object);
  } else if (field.type == schema::Type::kObjectMap) {
    if (auto* map = value.if_object())
      for (auto& member : *map)
        if (auto* object = member.value().if_object()) strip_write_only(field.fields, *object);
  }
}

/// The member that an empty list may be left out with: the gateway leaves out what is empty, but an object
/// that says other things is some other service's.
Result<void> check_absent_list(const json::object& answer, std::string_view member, bool is_first,
                               std::string_view call) {
  for (const auto& [name, value] : answer) {
    if (view(name) == member || view(name) == "total" || base::is_zero(value)) continue;
    return Error(
        ErrorKind::kBadAnswer,
        fmt::format("{}: the answer has no '{}', but '{}'", call, member, base::printable(view(name), 60)),
        "is the base URL that of the Management API?");
  }
  const auto total = integer_member(answer, "total");
  if (is_first && total.value_or(0) > 0)
    return Error(ErrorKind::kBadAnswer,
                 fmt::format("{}: the answer has no '{}', although its total is {}", call, member, *total));
  return {};
}

}  // namespace

Result<WireBody> WireBody::make(json::object object, std::string_view wrapper, BodySecrets secrets) {
  const std::string marker = find_marker(object);
  for (std::size_t i = 0; i < secrets.size(); ++i) {
    json::value* place = place_at(object, secrets[i].first);
    if (place == nullptr)
      return Error(ErrorKind::kFailure, fmt::format("no place for a secret at {}", secrets[i].first));
    *place = fmt::format("{}{}", marker, i);
  }
  json::value whole;
  if (wrapper.empty()) {
    whole = std::move(object);
  } else {
    whole.emplace_object()[wrapper] = std::move(object);
  }
  std::string text = json::serialize(whole);

  WireBody body;
  const std::string opening = "\"" + marker;
  std::size_t from = 0;
  for (std::size_t at = text.find(opening); at != std::string::npos; at = text.find(opening, from)) {
    const std::size_t digits = at + opening.size();
    const std::size_t quote = text.find('"', digits);
    std::size_t index = 0;
    std::from_chars(text.data() + digits, text.data() + quote, index);
    body.pieces_.push_back(text.substr(from, at - from));
    body.secrets_.push_back(secrets.at(index).second);
    from = quote + 1;
  }
  body.pieces_.push_back(text.substr(from));
  return body;
}

std::string WireBody::render() const {
  if (pieces_.empty()) return {};
  std::size_t size = 0;
  for (const std::string& piece : pieces_)
    size += piece.size();
  for (const model::Secret& secret : secrets_)
    size += secret.reveal().size() * 6 + 2;
  std::string out;
  out.reserve(size);  // all of it at once: growing would leave copies of secrets behind
  out += pieces_.front();
  for (std::size_t i = 0; i < secrets_.size(); ++i) {
    append_json_string(out, secrets_[i].reveal());
    out += pieces_[i + 1];
  }
  return out;
}

std::string target_with_id(std::string_view path, std::string_view id) {
  constexpr std::string_view kPlace = "{id}";
  std::string encoded = http::percent_encode(id);
  const auto at = path.find(kPlace);
  if (at == std::string_view::npos) return fmt::format("{}?id={}", path, encoded);
  // As a path segment these two would mean the folder itself and the one above it.
  if (encoded == ".") encoded = "%2E";
  if (encoded == "..") encoded = "%2E%2E";
  return fmt::format("{}{}{}", path.substr(0, at), encoded, path.substr(at + kPlace.size()));
}

Result<json::object> read_object(std::string_view body, bool may_be_empty, std::string_view call,
                                 std::string_view base_url) {
  if (base::is_blank(body)) {
    if (may_be_empty) return json::object();
    return Error(ErrorKind::kBadAnswer, fmt::format("{}: answered with nothing instead of JSON", call));
  }
  if (looks_like_html(body))
    return Error(ErrorKind::kBadAnswer,
                 fmt::format("{}: answered with HTML instead of JSON: is {} the Management API?", call,
                             base::printable(base_url, 200)),
                 "check the base URL (DESCOPE_BASE_URL, --base-url), and any proxy on the way");
  auto parsed = base::parse_json(body);
  if (!parsed)
    return Error(ErrorKind::kBadAnswer, fmt::format("{}: the answer is {}", call, parsed.error().message()));
  if (parsed->is_null() && may_be_empty) return json::object();
  if (!parsed->is_object())
    return Error(ErrorKind::kBadAnswer,
                 fmt::format("{}: answered with {} instead of an object", call, name_of(*parsed)));
  return std::move(parsed->get_object());
}

Result<Page> read_page(const schema::Kind& kind, json::object answer, std::string_view member, bool is_first,
                       std::string_view call) {
  Page page;
  page.total = integer_member(answer, "total");
  json::value* list = answer.if_contains(member);
  if (list == nullptr || list->is_null()) {
    const auto checked = check_absent_list(answer, member, is_first, call);
    if (!checked) return checked.error();
    return page;
  }
  if (!list->is_array())
    return Error(ErrorKind::kBadAnswer,
                 fmt::format("{}: '{}' in the answer is {} instead of a list", call, member, name_of(*list)));
  auto& items = list->get_array();
  page.objects.reserve(items.size());
  for (json::value& item : items) {
    auto* object = item.if_object();
    if (object == nullptr)
      return Error(ErrorKind::kBadAnswer, fmt::format("{}: '{}' in the answer holds {} instead of an object",
                                                      call, member, name_of(item)));
    std::string id = schema::live_id_of(kind, *object);
    if (id.empty() && !kind.calls.load.exists()) {
      // Known by name alone: such a service selects by name in updates and deletes, too (sheet 9).
      id = base::text_member(*object, kind.name_field);
      page.has_nameless = page.has_nameless || !id.empty();
    }
    if (id.empty())
      return Error(ErrorKind::kBadAnswer,
                   fmt::format("{}: '{}' in the answer holds an object without '{}'", call, member,
                               schema::has_key(kind) ? kind.key_fields.back() : kind.id_field));
    strip_write_only(kind.fields, *object);
    page.objects.push_back({std::move(id), std::move(*object)});
  }
  return page;
}

Result<std::uint64_t> read_total(const json::object& answer, std::string_view member, std::string_view call) {
  const json::value* list = answer.if_contains(member);
  if (list == nullptr)
    if (const auto checked = check_absent_list(answer, member, false, call); !checked) return checked.error();
  const auto total = integer_member(answer, "total");
  if (total && *total >= 0) return static_cast<std::uint64_t>(*total);
  if (!total && (list == nullptr || base::is_zero(*list))) return 0;
  return Error(ErrorKind::kBadAnswer, fmt::format("{}: the answer does not tell the total", call));
}

std::optional<json::object> unwrap(const schema::Kind& kind, json::object answer, std::string_view wrapper) {
  if (!wrapper.empty()) {
    json::value* inner = answer.if_contains(wrapper);
    if (inner != nullptr && inner->is_object()) return std::move(inner->get_object());
  }
  if (!schema::live_id_of(kind, answer).empty()) return answer;
  if (answer.size() != 1) return std::nullopt;
  auto* inner = answer.begin()->value().if_object();
  if (inner == nullptr || schema::live_id_of(kind, *inner).empty()) return std::nullopt;
  return std::move(*inner);
}

void strip_write_only(std::span<const schema::Field> fields, json::object& object) {
  for (const schema::Field& field : fields) {
    json::value* value = object.if_contains(field.wire_name());
    if (value == nullptr) continue;
    if (field.write_only || field.secret) {
      // An answer should not hold it at all; where it does, its bytes go as well.
      if (auto* text = value->if_string()) std::fill(text->begin(), text->end(), '\0');
      object.erase(field.wire_name());
    } else {
      strip_value(field, *value);
    }
  }
}

void rename_for_update(const schema::Kind& kind, json::object& body) {
  for (const schema::Field& field : kind.fields) {
    if (field.update_wire.empty()) continue;
    json::value* value = body.if_contains(field.wire_name());
    if (value == nullptr) continue;
    if (!body.contains(field.update_wire)) body[field.update_wire] = std::move(*value);
    body.erase(field.wire_name());
  }
}

}  // namespace descopectl::api
