// Talks to an emulator behind the program's back, byte by byte where a test wants that.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <string_view>

#include "harness.hpp"

namespace descopectl::e2e {

namespace json = boost::json;

struct Answer {
  int status = 0;  ///< 0 where the server closed without an answer
  std::string body;

  [[nodiscard]] json::value value() const { return json::parse(body); }
};

/// A blocking client of the plainest sort: one connection a request.
class Api {
 public:
  explicit Api(unsigned short port,
               std::string bearer = std::string(kProjectId) + ":" + std::string(kManagementKey))
      : port_(port), bearer_(std::move(bearer)) {}
  explicit Api(const Project& project) : Api(project.emulator.port()) {}

  [[nodiscard]] Answer get(std::string_view target) const;
  Answer post(std::string_view target, const json::value& body) const;
  /// Sends `bytes` as they are, then reads until the server closes.
  [[nodiscard]] Answer raw(std::string_view bytes) const;

  [[nodiscard]] json::array connections() const;
  [[nodiscard]] json::array resources() const;
  [[nodiscard]] json::array apps() const;
  [[nodiscard]] json::array roles() const;
  /// The connection of that id; null where there is none.
  [[nodiscard]] json::value connection(std::string_view id) const;
  /// Loads the connection, lays `fields` over it and updates it.
  void change_connection(std::string_view id, const json::object& fields) const;
  void delete_connection(std::string_view id) const;

 private:
  [[nodiscard]] json::array list(std::string_view target, std::string_view member) const;

  unsigned short port_;
  std::string bearer_;
};

/// A port on loopback that takes connections and says nothing: shows whether anything was called at all.
class SilentServer {
 public:
  SilentServer();
  ~SilentServer();
  SilentServer(const SilentServer&) = delete;
  SilentServer& operator=(const SilentServer&) = delete;

  [[nodiscard]] std::string url() const;
  /// Connections since the start.
  [[nodiscard]] int connections();

 private:
  int socket_ = -1;
  unsigned short port_ = 0;
  int count_ = 0;
};

}  // namespace descopectl::e2e
