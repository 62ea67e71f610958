// A service with a clock in the test's hand, called with JSON in and out.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>

#include "descopectl/base/json.hpp"
#include "descopectl/emulator/service.hpp"

namespace descopectl::emulator {

class HandClock final : public base::Clock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point now() const override { return now_; }
  void advance(std::chrono::milliseconds by) { now_ += by; }

 private:
  std::chrono::system_clock::time_point now_{std::chrono::seconds(1'750'000'000)};
};

struct Answer {
  int status = 0;
  json::value body;

  [[nodiscard]] std::string code() const { return text("/errorCode"); }
  [[nodiscard]] std::string message() const { return text("/errorMessage"); }
  /// The value at a JSON pointer as text: strings as they are, others as JSON, absent ones as "(absent)".
  [[nodiscard]] std::string text(std::string_view pointer) const {
    json::error_code error;
    const json::value* found = body.find_pointer(pointer, error);
    if (found == nullptr) return "(absent)";
    return found->is_string() ? std::string(found->get_string()) : json::serialize(*found);
  }
  [[nodiscard]] std::size_t size(std::string_view pointer) const {
    json::error_code error;
    const json::value* found = body.find_pointer(pointer, error);
    return found == nullptr || !found->is_array() ? 999 : found->get_array().size();
  }
};

class Api {
 public:
  explicit Api(Switches switches = {}) {
    Options options;
    options.switches = std::move(switches);
    options.seed = 7;
    service = make_service(std::move(options), clock);
  }

  Answer send(std::string method, std::string target, std::string body = {}) {
    http::Request request(std::move(method), std::move(target), std::move(body));
    request.headers.emplace_back("Authorization", "Bearer P1:K1");
    const http::Reply reply = service->handle(request);
    auto parsed = base::parse_json(reply.response.body);
    EXPECT_TRUE(parsed.has_value() && parsed->is_object()) << reply.response.body;
    return {reply.response.status, parsed.has_value() ? *parsed : json::value()};
  }
  Answer get(std::string target) { return send("GET", std::move(target)); }
  Answer post(std::string target, std::string body = {}) {
    return send("POST", std::move(target), std::move(body));
  }

  HandClock clock;
  std::unique_ptr<Service> service;
};

}  // namespace descopectl::emulator
