// See api.hpp.
#include "api.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <stdexcept>

namespace descopectl::e2e {
namespace {

sockaddr_in loopback(unsigned short port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

Answer Api::raw(std::string_view bytes) const {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port_);
  timeval patience{kPatience.count(), 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  // NOLINTNEXTLINE: the sockets interface
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket);
    throw std::runtime_error("can't connect");
  }
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) break;  // refused early: the answer is there to be read
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  std::string text;
  std::array<char, 65536> buffer{};
  for (ssize_t count = 0; (count = ::recv(socket, buffer.data(), buffer.size(), 0)) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(count));
  ::close(socket);
  Answer answer;
  if (text.rfind("HTTP/1.1 ", 0) == 0) answer.status = std::stoi(text.substr(9, 3));
  if (const auto end = text.find("\r\n\r\n"); end != std::string::npos) answer.body = text.substr(end + 4);
  return answer;
}

Answer Api::get(std::string_view target) const {
  return raw("GET " + std::string(target) +
             " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + bearer_ +
             "\r\n\r\n");
}

Answer Api::post(std::string_view target, const json::value& body) const {
  const std::string text = json::serialize(body);
  return raw("POST " + std::string(target) +
             " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer " + bearer_ +
             "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(text.size()) +
             "\r\n\r\n" + text);
}

json::array Api::list(std::string_view target, std::string_view member) const {
  const Answer answer = get(target);
  if (answer.status != 200) throw std::runtime_error("list failed: " + answer.body);
  return answer.value().at(member).as_array();
}

json::array Api::connections() const {
  return list("/v1/mgmt/outbound/apps", "apps");
}
json::array Api::resources() const {
  return list("/v1/mgmt/resources/load", "resources");
}
json::array Api::apps() const {
  return list("/v1/mgmt/thirdparty/apps/load", "apps");
}
json::array Api::roles() const {
  return list("/v1/mgmt/role/all", "roles");
}

json::value Api::connection(std::string_view id) const {
  for (const json::value& one : connections())
    if (one.at("id").as_string() == id) return one;
  return nullptr;
}

void Api::change_connection(std::string_view id, const json::object& fields) const {
  json::object body = connection(id).as_object();
  for (const auto& [name, value] : fields)
    body[name] = value;
  const Answer answer = post("/v1/mgmt/outbound/app/update", json::object{{"app", body}});
  if (answer.status != 200) throw std::runtime_error("update failed: " + answer.body);
}

void Api::delete_connection(std::string_view id) const {
  const Answer answer = post("/v1/mgmt/outbound/app/delete", json::object{{"id", id}});
  if (answer.status != 200) throw std::runtime_error("delete failed: " + answer.body);
}

SilentServer::SilentServer() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  // NOLINTBEGIN: the sockets interface
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), size) != 0 || ::listen(socket_, 64) != 0 ||
      ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("can't listen");
  // NOLINTEND
  port_ = ntohs(address.sin_port);
}

SilentServer::~SilentServer() {
  ::close(socket_);
}

std::string SilentServer::url() const {
  return "http://127.0.0.1:" + std::to_string(port_);
}

int SilentServer::connections() {
  for (int one = 0; (one = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
    ++count_;
    ::close(one);
  }
  return count_;
}

}  // namespace descopectl::e2e
