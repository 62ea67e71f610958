// List, load, create, update and erase by a kind's table of endpoints.
#include "operations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "descopectl/base/text.hpp"
#include "descopectl/schema/create_variant.hpp"
#include "descopectl/schema/identity.hpp"
#include "descopectl/transport/task_group.hpp"
#include "secret_text.hpp"

namespace descopectl::api {
namespace {

using boost::asio::awaitable;
using schema::Endpoint;
using schema::Endpoints;
using schema::Kind;
using schema::Paging;

constexpr unsigned kPageSize = 100;
constexpr unsigned kMostPages = 10'000;

/// The endpoint `which` of the generation asked for, or of the first where the second lacks it.
Endpoint choose(const Kind& kind, Endpoint Endpoints::* which, unsigned generation) {
  const Endpoint& second = kind.second_calls.*which;
  return generation == 2 && second.exists() ? second : kind.calls.*which;
}

Error no_such_call(const Kind& kind, std::string_view call) {
  return {ErrorKind::kFailure, fmt::format("the Management API has no call to {} a {}", call, kind.name)};
}

/// "GET ..." for page `page`; a list without pages has one.
Call make_list_call(const Kind& kind, const Endpoint& endpoint, Paging paging, unsigned page) {
  std::string target(endpoint.path);
  if (paging == Paging::kQuery) target += fmt::format("?page={}&limit={}", page, kPageSize);
  WireBody body;
  if (paging == Paging::kBody) {
    body = WireBody(fmt::format(R"({{"page":{},"limit":{}}})", page, kPageSize));
  } else if (endpoint.method != "GET") {
    body = WireBody("{}");
  }
  return {Purpose::kList, kind, endpoint.method, std::move(target), std::move(body)};
}

/// Takes the string under `name` out of `answer`, and its bytes with it.
model::Secret take_secret(json::object& answer, std::string_view name) {
  json::value* value = answer.if_contains(name);
  if (value == nullptr) return {};
  model::Secret secret;
  if (auto* text = value->if_string()) {
    secret = model::Secret(std::string(text->data(), text->size()));
    std::fill(text->begin(), text->end(), '\0');
  }
  answer.erase(name);
  return secret;
}

/// The object that a write was answered with, fit to be kept; empty where the answer is not the object: an
/// inbound app's create tells ids alone.
json::object object_of_answer(const Kind& kind, std::optional<json::object> object) {
  const bool is_object = object && (schema::has_key(kind) || object->contains(kind.name_field));
  if (!is_object) return {};
  strip_write_only(kind.fields, *object);
  return std::move(*object);
}

/// What the answer to a batch says of the object that was made from `body`, told by its key, or by its name
/// within its tenant.
Created find_created(const Kind& kind, const json::object& body, const json::array* objects) {
  Created created;
  created.id = schema::live_id_of(kind, body);
  if (objects == nullptr) return created;
  for (const json::value& value : *objects) {
    const json::object* object = value.if_object();
    if (object == nullptr) continue;
    const std::string id = schema::live_id_of(kind, *object);
    const auto is_same = [&](std::string_view field) {
      return base::text_member(*object, field) == base::text_member(body, field) &&
             schema::scope_of(kind, field, *object) == schema::scope_of(kind, field, body);
    };
    if (schema::has_key(kind) ? id != created.id : !is_same(kind.name_field)) continue;
    created.id = id;
    created.object = object_of_answer(kind, *object);
    break;
  }
  return created;
}

}  // namespace

awaitable<Result<std::vector<model::LiveObject>>> Operations::list(const Kind& kind, unsigned generation,
                                                                   std::vector<std::string> parents) {
  const Endpoint endpoint = choose(kind, &Endpoints::list, generation);
  if (!endpoint.exists()) co_return no_such_call(kind, "list");
  const bool is_second = generation == 2 && kind.second_calls.list.exists();
  const Paging paging = is_second ? kind.second_calls.paging : kind.calls.paging;
  Result<Listing> listing = Listing();
  if (kind.calls.list_by.empty())
    listing = co_await list_all(kind, endpoint, paging);
  else
    listing = co_await list_under(kind, endpoint, std::move(parents));
  if (!listing) co_return listing.error();
  std::vector<model::LiveObject> objects;
  objects.reserve(listing->objects.size());
  for (auto& [id, body] : listing->objects)
    objects.push_back({id, std::move(body)});
  co_return objects;
}

awaitable<Result<Operations::Listing>> Operations::list_all(const Kind& kind, Endpoint endpoint,
                                                            Paging paging) {
  auto listing = co_await list_pages(kind, endpoint, paging);
  if (!listing) co_return listing.error();
  if (paging != Paging::kNone && listing->is_short()) {
    // Objects may have moved to an earlier page while we were reading: one more look, and then it is the
    // service's word.
    auto again = co_await list_pages(kind, endpoint, paging);
    if (!again) co_return again.error();
    listing = std::move(again);
  }
  if (listing->is_short())
    engine_->log(fmt::format("{}: {} listed although the total is {}", endpoint.path, listing->objects.size(),
                             *listing->total));
  co_return listing;
}

awaitable<Result<Operations::Listing>> Operations::list_under(const Kind& kind, Endpoint endpoint,
                                                              std::vector<std::string> parents) {
  const auto executor = co_await boost::asio::this_coro::executor;
  Listing listing;
  std::optional<Error> error;
  transport::TaskGroup tasks(executor);
  for (std::string& parent : parents)
    tasks.start(list_one_parent(kind, endpoint, std::move(parent), listing, error));
  co_await tasks.wait();
  if (error) co_return *error;
  co_return listing;
}

awaitable<void> Operations::list_one_parent(const Kind& kind, Endpoint endpoint, std::string parent,
                                            Listing& listing, std::optional<Error>& error) {
  std::string target =
      fmt::format("{}?{}={}", endpoint.path, kind.calls.list_by, http::percent_encode(parent));
  Call call(Purpose::kList, kind, endpoint.method, std::move(target), WireBody());
  auto page = co_await send_for_page(kind, std::move(call), endpoint.out, true);
  if (page)
    take_page(kind, std::move(*page), listing);
  else if (page.error().kind() != ErrorKind::kNotFound && !error)
    error = page.error();
}

awaitable<Result<Page>> Operations::load_page(const Kind& kind, Endpoint endpoint, Paging paging,
                                              unsigned page) {
  Call call = make_list_call(kind, endpoint, paging, page);
  auto read = co_await send_for_page(kind, std::move(call), endpoint.out, page == 0);
  co_return read;
}

awaitable<Result<Page>> Operations::send_for_page(const Kind& kind, Call call, std::string_view member,
                                                  bool is_first) {
  const std::string name = call.name();
  auto answer = co_await engine_->send(std::move(call));
  if (!answer) co_return answer.error();
  co_return read_page(kind, std::move(*answer), member, is_first, name);
}

awaitable<Result<Operations::Listing>> Operations::list_pages(const Kind& kind, Endpoint endpoint,
                                                              Paging paging) {
  Listing listing;
  std::size_t page_size = 0;
  for (unsigned page = 0; page < kMostPages; ++page) {
    auto read = co_await load_page(kind, endpoint, paging, page);
    if (!read) co_return read.error();
    if (read->total) listing.total = read->total;
    if (page == 0) page_size = read->objects.size();
    // A page without anything new is the end as well: the service may not know of pages.
    const bool has_new = take_page(kind, std::move(*read), listing);
    if (paging == Paging::kNone || !has_new) co_return listing;
    if (listing.total.value_or(0) > 0 && !listing.is_short()) co_return listing;
    if (page != 1 || listing.total.value_or(0) <= 0) continue;
    // The second page was another one: the service knows of pages, and the rest is asked for side by side.
    const std::uint64_t pages = (static_cast<std::uint64_t>(*listing.total) + page_size - 1) / page_size;
    const unsigned end = static_cast<unsigned>(std::min<std::uint64_t>(pages, kMostPages));
    const auto error = co_await load_pages(kind, endpoint, paging, page + 1, end, listing);
    if (error) co_return *error;
    if (!listing.is_short()) co_return listing;
    page = std::max(page, end - 1);
  }
  co_return Error(ErrorKind::kBadAnswer,
                  fmt::format("{} {}: the list has no end", endpoint.method, endpoint.path));
}

awaitable<std::optional<Error>> Operations::load_pages(const Kind& kind, Endpoint endpoint, Paging paging,
                                                       unsigned begin, unsigned end, Listing& listing) {
  const auto executor = co_await boost::asio::this_coro::executor;
  std::vector<Result<Page>> pages(begin < end ? end - begin : 0, Error());
  transport::TaskGroup tasks(executor);
  for (unsigned page = begin; page < end; ++page)
    tasks.start(load_page_into(kind, endpoint, paging, page, pages[page - begin]));
  co_await tasks.wait();
  for (Result<Page>& page : pages) {
    if (!page) co_return page.error();
    if (page->total) listing.total = page->total;
    take_page(kind, std::move(*page), listing);
  }
  co_return std::nullopt;
}

awaitable<void> Operations::load_page_into(const Kind& kind, Endpoint endpoint, Paging paging, unsigned page,
                                           Result<Page>& result) {
  result = co_await load_page(kind, endpoint, paging, page);
}

bool Operations::take_page(const Kind& kind, Page page, Listing& listing) {
  bool has_new = false;
  for (model::LiveObject& object : page.objects) {
    if (page.has_nameless && !object.body.contains(kind.id_field)) nameless_.emplace(kind.name, object.id);
    const auto [at, inserted] =
        listing.objects.insert_or_assign(std::move(object.id), std::move(object.body));
    has_new = has_new || inserted;
  }
  return has_new;
}

awaitable<Result<model::LiveObject>> Operations::load(const Kind& kind, std::string id, unsigned generation) {
  const Endpoint endpoint = choose(kind, &Endpoints::load, generation);
  if (id.empty()) co_return Error(ErrorKind::kFailure, fmt::format("no id of a {} to load", kind.name));
  if (!endpoint.exists()) {
    auto found = co_await find_in_list(kind, id, generation);
    co_return found;
  }
  Call call(Purpose::kLoad, kind, endpoint.method, target_with_id(endpoint.path, id), WireBody());
  const std::string name = call.name();
  auto answer = co_await engine_->send(std::move(call));
  if (!answer) co_return answer.error();
  auto object = unwrap(kind, std::move(*answer), endpoint.out);
  const std::string got = object ? schema::live_id_of(kind, *object) : std::string();
  if (got.empty())
    co_return Error(ErrorKind::kBadAnswer,
                    fmt::format("{}: the answer holds no object with '{}'", name, kind.id_field));
  if (got != id)
    co_return Error(ErrorKind::kBadAnswer,
                    fmt::format("{}: the answer is another object, '{}'", name, base::printable(got, 100)));
  strip_write_only(kind.fields, *object);
  model::LiveObject live;
  live.id = std::move(id);
  live.body = std::move(*object);
  co_return live;
}

awaitable<Result<model::LiveObject>> Operations::find_in_list(const Kind& kind, std::string id,
                                                              unsigned generation) {
  std::vector<std::string> parents;
  if (!kind.calls.list_by.empty()) parents.push_back(schema::parent_of(kind, id));
  auto objects = co_await list(kind, generation, std::move(parents));
  if (!objects) co_return objects.error();
  for (model::LiveObject& object : *objects)
    if (object.id == id) co_return std::move(object);
  co_return Error(ErrorKind::kNotFound,
                  fmt::format("{} '{}' is not in the list of its kind", kind.name, base::printable(id, 100)));
}

awaitable<Result<std::uint64_t>> Operations::count_losses(const Kind& kind, std::string id) {
  const Endpoint endpoint = kind.counted_loss.search;
  if (!endpoint.exists()) co_return no_such_call(kind, "count what is lost with");
  json::object filter;
  filter[kind.counted_loss.by] = id;
  filter["page"] = 0;
  filter["limit"] = 1;
  Call call(Purpose::kList, kind, endpoint.method, std::string(endpoint.path),
            WireBody(json::serialize(filter)));
  const std::string name = call.name();
  auto answer = co_await engine_->send(std::move(call));
  if (!answer) co_return answer.error();
  co_return read_total(*answer, endpoint.out, name);
}

awaitable<Result<Created>> Operations::create(const Kind& kind, json::object body, BodySecrets secrets,
                                              unsigned generation, unsigned* tries) {
  Endpoint endpoint = choose(kind, &Endpoints::create, generation);
  if (!endpoint.exists()) co_return no_such_call(kind, "create");
  if (const schema::CreateVariant* variant = schema::find_variant(kind, body)) {
    endpoint = variant->call;
    body = schema::make_request(*variant, body);
    std::erase_if(secrets, [&](const auto& secret) {
      return !schema::contains(variant->fields, base::split_pointer(secret.first).front());
    });
  }
  // A key is known before the service has said anything.
  const std::string key = schema::has_key(kind) ? schema::live_id_of(kind, body) : std::string();
  auto wire = WireBody::make(std::move(body), endpoint.in, std::move(secrets));
  if (!wire) co_return wire.error();
  Call call(Purpose::kCreate, kind, endpoint.method, std::string(endpoint.path), std::move(*wire));
  call.tries = tries;
  auto answer = co_await engine_->send(std::move(call));
  if (!answer) co_return answer.error();

  Created created;
  static_cast<void>(take_secret(*answer, kind.calls.secret.out));
  auto object = unwrap(kind, std::move(*answer), endpoint.out);
  created.id = key;
  if (object) created.id = schema::live_id_of(kind, *object);
  created.object = object_of_answer(kind, std::move(object));
  co_return created;
}

awaitable<Result<json::object>> Operations::update(const Kind& kind, json::object body, BodySecrets secrets,
                                                   unsigned generation, unsigned* tries) {
  const Endpoint endpoint = choose(kind, &Endpoints::update, generation);
  if (!endpoint.exists()) co_return no_such_call(kind, "update");
  const std::string id = schema::live_id_of(kind, body);
  if (id.empty())
    co_return Error(ErrorKind::kFailure, fmt::format("an update of a {} without its id", kind.name));
  rename_for_update(kind, body);
  select(kind, id, body);
  auto wire = WireBody::make(std::move(body), endpoint.in, std::move(secrets));
  if (!wire) co_return wire.error();
  Call call(Purpose::kUpdate, kind, endpoint.method, std::string(endpoint.path), std::move(*wire));
  call.tries = tries;
  auto answer = co_await engine_->send(std::move(call));
  if (!answer) co_return answer.error();
  co_return object_of_answer(kind, unwrap(kind, std::move(*answer), endpoint.out));
}

awaitable<Result<std::vector<Created>>> Operations::create_batch(const Kind& kind,
                                                                 std::vector<json::object> bodies,
                                                                 unsigned* tries) {
  const Endpoint endpoint = kind.calls.create_batch;
  if (!endpoint.exists() || bodies.empty()) co_return no_such_call(kind, "create many at once of");
  json::object request;
  json::array& items = request[endpoint.in].emplace_array();
  for (const json::object& body : bodies)
    items.push_back(body);
  Call call(Purpose::kCreate, kind, endpoint.method, std::string(endpoint.path),
            WireBody(json::serialize(request)));
  call.tries = tries;
  auto answer = co_await engine_->send(std::move(call));
  if (!answer) co_return answer.error();
  const json::value* list = endpoint.out.empty() ? nullptr : base::find_member(*answer, endpoint.out);
  const json::array* objects = list == nullptr ? nullptr : list->if_array();
  std::vector<Created> created;
  created.reserve(bodies.size());
  for (const json::object& body : bodies)
    created.push_back(find_created(kind, body, objects));
  co_return created;
}

awaitable<Result<void>> Operations::erase_batch(const Kind& kind, std::vector<std::string> ids,
                                                unsigned* tries) {
  const Endpoint endpoint = kind.calls.erase_batch;
  // Some delete calls take an empty selection for everything (sheet 0.3, trap 8).
  const bool is_whole = std::none_of(ids.begin(), ids.end(), [](const auto& id) { return id.empty(); });
  if (!endpoint.exists() || ids.empty() || !is_whole) co_return no_such_call(kind, "delete many at once of");
  json::object request;
  json::array& items = request[endpoint.in].emplace_array();
  for (const std::string& id : ids) {
    json::object key;
    if (schema::has_key(kind)) schema::put_live_id(kind, id, key);
    items.push_back(key.empty() ? json::value(id) : json::value(std::move(key)));
  }
  Call call(Purpose::kErase, kind, endpoint.method, std::string(endpoint.path),
            WireBody(json::serialize(request)));
  call.tries = tries;
  auto answer = co_await engine_->send(std::move(call));
  if (!answer) co_return answer.error();
  co_return Result<void>();
}

awaitable<Result<void>> Operations::erase(const Kind& kind, std::string id, unsigned* tries) {
  const Endpoint endpoint = kind.calls.erase;
  if (!endpoint.exists()) co_return no_such_call(kind, "delete");
  // Some delete calls take an empty selection for everything (sheet 0.3, trap 8).
  if (id.empty())
    co_return Error(ErrorKind::kFailure, fmt::format("a delete of a {} without its id", kind.name));
  json::object body;
  select(kind, id, body);
  Call call(Purpose::kErase, kind, endpoint.method, std::string(endpoint.path),
            WireBody(json::serialize(body)));
  call.tries = tries;
  auto answer = co_await engine_->send(std::move(call));
  if (!answer && answer.error().kind() != ErrorKind::kNotFound) co_return answer.error();
  co_return Result<void>();
}

awaitable<Result<model::Secret>> Operations::read_secret(const Kind& kind, std::string id) {
  const Endpoint endpoint = kind.calls.secret;
  if (!endpoint.exists()) co_return no_such_call(kind, "read the secret of");
  Call call(Purpose::kLoad, kind, endpoint.method, target_with_id(endpoint.path, id), WireBody());
  auto answer = co_await engine_->send(std::move(call));
  if (!answer) co_return answer.error();
  co_return take_secret(*answer, endpoint.out);
}

awaitable<Result<model::Secret>> Operations::rotate_secret(const Kind& kind, std::string id) {
  const Endpoint endpoint = kind.calls.rotate;
  if (!endpoint.exists()) co_return no_such_call(kind, "rotate the secret of");
  json::object body;
  body[kind.id_field] = id;
  Call call(Purpose::kUpdate, kind, endpoint.method, std::string(endpoint.path),
            WireBody(json::serialize(body)));
  const std::string name = call.name();
  auto answer = co_await engine_->send(std::move(call));
  if (!answer) co_return answer.error();
  model::Secret secret = take_secret(*answer, endpoint.out);
  if (secret.empty())
    co_return Error(ErrorKind::kOutcomeUnknown,
                    fmt::format("{}: the answer holds no '{}'; whether it was carried out is not known", name,
                                endpoint.out));
  co_return secret;
}

void Operations::select(const Kind& kind, const std::string& id, json::object& body) const {
  if (nameless_.contains({kind.name, id})) {
    body.erase(kind.id_field);
    body[kind.name_field] = id;
  } else {
    schema::put_live_id(kind, id, body);
  }
}

}  // namespace descopectl::api
