// See state_server.hpp.
#include "support/state_server.hpp"

#include <fmt/chrono.h>

#include "descopectl/base/digest.hpp"
#include "descopectl/base/json.hpp"
#include "descopectl/base/text.hpp"

namespace descopectl::test {
namespace {

std::string id_of(const std::string& document) {
  const auto parsed = base::parse_json(document);
  if (!parsed || !parsed->is_object()) return {};
  const json::value* id = base::find_member(parsed->get_object(), "ID");
  return id != nullptr && id->is_string() ? std::string(id->get_string()) : std::string();
}

std::optional<std::int64_t> serial_of(const std::string& document) {
  const auto parsed = base::parse_json(document);
  if (!parsed || !parsed->is_object()) return std::nullopt;
  const json::object& members = parsed->get_object();
  const json::value* serial = base::find_member(members, "serial");
  const json::value* version = base::find_member(members, "version");
  const json::value* lineage = base::find_member(members, "lineage");
  const bool is_state = serial != nullptr && serial->is_int64() && version != nullptr &&
                        version->is_int64() && lineage != nullptr && lineage->is_string();
  return is_state ? std::optional(serial->get_int64()) : std::nullopt;
}

}  // namespace

http::Reply StateServer::handle(const http::Request& request) {
  const std::string path = request.target.substr(0, request.target.find('?'));
  requests.push_back(request.method + " " + path);
  const auto serve = [&] {
    http::Response response = answer(request);
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now() + ahead);
    response.headers.emplace_back("Date", fmt::format("{:%a, %d %b %Y %H:%M:%S} GMT", fmt::gmtime(now)));
    return http::Reply(std::move(response));
  };
  return around ? around(request, serve) : serve();
}

http::Response StateServer::answer(const http::Request& request) {
  if (!authorization.empty() && http::find_header(request.headers, "Authorization") != authorization)
    return {401, R"({"message":"401 Unauthorized"})"};
  const bool is_state = request.target.starts_with("/state");
  if (is_state && request.method == "GET") {
    if (stored) return {200, *stored};
    return form_ == Form::kGitLab ? http::Response(404, "") : http::Response(204, "");
  }
  if (is_state && request.method == "POST") return store(request);
  if (form_ == Form::kNoLocks || is_state) return {405, "method not allowed"};
  if (request.method == (form_ == Form::kGitLab ? "POST" : "LOCK")) return take_lock(request);
  if (request.method == (form_ == Form::kGitLab ? "DELETE" : "UNLOCK")) return give_lock_back(request);
  return {405, "method not allowed"};
}

http::Response StateServer::refuse() const {
  return {form_ == Form::kGitLab ? 409 : 423, lock.value_or("")};
}

http::Response StateServer::take_lock(const http::Request& request) {
  if (lock) return refuse();
  lock = request.body;
  return {200, ""};
}

http::Response StateServer::give_lock_back(const http::Request& request) {
  if (!lock) return {404, ""};
  if (checks_ids && id_of(request.body) != id_of(*lock)) return refuse();
  lock.reset();
  return {200, ""};
}

http::Response StateServer::store(const http::Request& request) {
  if (http::find_header(request.headers, "Content-MD5") != base::to_base64(base::md5(request.body)))
    return {400, "Content-MD5 does not fit"};
  const std::string id = http::query_value(request.target, "ID");
  const std::string wanted = lock ? id_of(*lock) : std::string();
  if (checks_ids && (lock || form_ == Form::kGitLab) && id != wanted) return refuse();
  if (form_ == Form::kGitLab) {
    const auto serial = serial_of(request.body);
    if (!serial) return {422, "version, serial and lineage are missing"};
    if (stored && *serial <= serial_of(*stored).value_or(0)) return {422, "Version has already been taken"};
  }
  stored = request.body;
  ++posts;
  return {200, ""};
}

}  // namespace descopectl::test
