// The calls of a kind, made from its descriptor: what Reader and Writer offer.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine.hpp"

namespace descopectl::api {

class Operations {
 public:
  explicit Operations(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

  boost::asio::awaitable<Result<std::vector<model::LiveObject>>> list(const schema::Kind& kind,
                                                                      unsigned generation,
                                                                      std::vector<std::string> parents);
  boost::asio::awaitable<Result<model::LiveObject>> load(const schema::Kind& kind, std::string id,
                                                         unsigned generation);
  boost::asio::awaitable<Result<std::uint64_t>> count_losses(const schema::Kind& kind, std::string id);
  boost::asio::awaitable<Result<Created>> create(const schema::Kind& kind, json::object body,
                                                 BodySecrets secrets, unsigned generation, unsigned* tries);
  boost::asio::awaitable<Result<json::object>> update(const schema::Kind& kind, json::object body,
                                                      BodySecrets secrets, unsigned generation,
                                                      unsigned* tries);
  boost::asio::awaitable<Result<std::vector<Created>>> create_batch(const schema::Kind& kind,
                                                                    std::vector<json::object> bodies,
                                                                    unsigned* tries);
  boost::asio::awaitable<Result<void>> erase_batch(const schema::Kind& kind, std::vector<std::string> ids,
                                                   unsigned* tries);
  boost::asio::awaitable<Result<void>> erase(const schema::Kind& kind, std::string id, unsigned* tries);
  boost::asio::awaitable<Result<model::Secret>> read_secret(const schema::Kind& kind, std::string id);
  boost::asio::awaitable<Result<model::Secret>> rotate_secret(const schema::Kind& kind, std::string id);

  [[nodiscard]] std::uint64_t request_count() const { return engine_->request_count(); }

 private:
  /// All pages of a list, once through.
  struct Listing {
    Listing() = default;
    std::map<std::string, json::object> objects;
    std::optional<std::int64_t> total;
    [[nodiscard]] bool is_short() const {
      return total && static_cast<std::int64_t>(objects.size()) < *total;
    }
  };
  boost::asio::awaitable<Result<Page>> send_for_page(const schema::Kind& kind, Call call,
                                                     std::string_view member, bool is_first);
  boost::asio::awaitable<Result<Page>> load_page(const schema::Kind& kind, schema::Endpoint endpoint,
                                                 schema::Paging paging, unsigned page);
  boost::asio::awaitable<void> load_page_into(const schema::Kind& kind, schema::Endpoint endpoint,
                                              schema::Paging paging, unsigned page, Result<Page>& result);
  /// Pages [begin, end), asked for side by side and taken in their order; the first error, if any.
  boost::asio::awaitable<std::optional<Error>> load_pages(const schema::Kind& kind, schema::Endpoint endpoint,
                                                          schema::Paging paging, unsigned begin, unsigned end,
                                                          Listing& listing);
  boost::asio::awaitable<Result<Listing>> list_pages(const schema::Kind& kind, schema::Endpoint endpoint,
                                                     schema::Paging paging);
  boost::asio::awaitable<Result<Listing>> list_all(const schema::Kind& kind, schema::Endpoint endpoint,
                                                   schema::Paging paging);
  /// What belongs to any of `parents`, asked side by side.
  boost::asio::awaitable<Result<Listing>> list_under(const schema::Kind& kind, schema::Endpoint endpoint,
                                                     std::vector<std::string> parents);
  boost::asio::awaitable<void> list_one_parent(const schema::Kind& kind, schema::Endpoint endpoint,
                                               std::string parent, Listing& listing,
                                               std::optional<Error>& error);
  boost::asio::awaitable<Result<model::LiveObject>> find_in_list(const schema::Kind& kind, std::string id,
                                                                 unsigned generation);
  /// Takes a page's objects over; true where one of them is new.
  bool take_page(const schema::Kind& kind, Page page, Listing& listing);
  /// {"id": ...}, the members of the key, or {"name": ...} where the object is known by name alone.
  void select(const schema::Kind& kind, const std::string& id, json::object& body) const;

  std::unique_ptr<Engine> engine_;
  /// Kind and name of objects that were listed without an id.
  std::set<std::pair<std::string_view, std::string>> nameless_;
};

}  // namespace descopectl::api
