// Making readers and writers: checking the options, and keeping writes out of what may only read.
#include "descopectl/api/management_api.hpp"
#include "descopectl/base/letters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "descopectl/api/timing.hpp"
#include "operations.hpp"

namespace descopectl::api {
namespace {

using boost::asio::awaitable;
using schema::Kind;

/// What reads, for those who only read and for those who write as well.
template <class Interface>
class Reading : public Interface {
 public:
  explicit Reading(std::unique_ptr<Engine> engine) : operations_(std::move(engine)) {}

  awaitable<Result<std::vector<model::LiveObject>>> list(const Kind& kind, unsigned generation,
                                                         std::vector<std::string> parents) override {
    return operations_.list(kind, generation, std::move(parents));
  }
  awaitable<Result<model::LiveObject>> load(const Kind& kind, std::string id, unsigned generation) override {
    return operations_.load(kind, std::move(id), generation);
  }
  awaitable<Result<std::uint64_t>> count_losses(const Kind& kind, std::string id) override {
    return operations_.count_losses(kind, std::move(id));
  }
  [[nodiscard]] std::uint64_t request_count() const override { return operations_.request_count(); }

 protected:
  Operations operations_;
};

/// Has no write methods at all: a command that may only read can't be given one.
class ReaderOnly final : public Reading<Reader> {
 public:
  using Reading::Reading;
};

class ReaderAndWriter final : public Reading<Writer> {
 public:
  using Reading::Reading;

  awaitable<Result<Created>> create(const Kind& kind, json::object body, BodySecrets secrets,
                                    unsigned generation, unsigned* tries) override {
    return operations_.create(kind, std::move(body), std::move(secrets), generation, tries);
  }
  awaitable<Result<json::object>> update(const Kind& kind, json::object body, BodySecrets secrets,
                                         unsigned generation, unsigned* tries) override {
    return operations_.update(kind, std::move(body), std::move(secrets), generation, tries);
  }
  awaitable<Result<std::vector<Created>>> create_batch(const Kind& kind, std::vector<json::object> bodies,
                                                       unsigned* tries) override {
    return operations_.create_batch(kind, std::move(bodies), tries);
  }
  awaitable<Result<void>> erase_batch(const Kind& kind, std::vector<std::string> ids,
                                      unsigned* tries) override {
    return operations_.erase_batch(kind, std::move(ids), tries);
  }
  awaitable<Result<void>> erase(const Kind& kind, std::string id, unsigned* tries) override {
    return operations_.erase(kind, std::move(id), tries);
  }
};

class OnlySecrets final : public SecretCalls {
 public:
  explicit OnlySecrets(std::unique_ptr<Engine> engine) : operations_(std::move(engine)) {}

  awaitable<Result<model::Secret>> read(const Kind& kind, std::string id) override {
    return operations_.read_secret(kind, std::move(id));
  }
  awaitable<Result<model::Secret>> rotate(const Kind& kind, std::string id) override {
    return operations_.rotate_secret(kind, std::move(id));
  }

 private:
  Operations operations_;
};

bool is_header_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// Both go into a header: a line break in them (a key file's last, say) would be another header.
Result<void> check_credentials(const ApiOptions& options) {
  if (options.project_id.empty())
    return Error(ErrorKind::kInvalidInput, "no project id is given",
                 "set DESCOPE_PROJECT_ID, --project-id, or projectId in descopectl.yaml");
  if (!is_header_text(options.project_id) || options.project_id.find(':') != std::string::npos)
    return Error(ErrorKind::kInvalidInput, "the project id holds a character that no project id has",
                 "look for white space or a colon in it; it begins with P and has letters and digits");
  if (options.management_key.empty())
    return Error(ErrorKind::kUnauthorized, "no management key is given",
                 "set DESCOPE_MANAGEMENT_KEY, or name a file with --management-key-file");
  if (!is_header_text(options.management_key.reveal()))
    return Error(ErrorKind::kUnauthorized, "the management key holds a character that no key has",
                 "look for white space or a line break in it");
  return {};
}

void fill_in_base_url(ApiOptions& options) {
  if (options.http.base_url.empty()) options.http.base_url = base_url_of_project(options.project_id);
}

template <class Made, class Interface>
Result<std::unique_ptr<Interface>> make_over(std::unique_ptr<http::Client> client, ApiOptions options,
                                             std::unique_ptr<Timing> timing) {
  const auto checked = check_credentials(options);
  if (!checked) return checked.error();
  fill_in_base_url(options);
  auto engine = std::make_unique<Engine>(std::move(client), std::move(options), std::move(timing));
  return std::unique_ptr<Interface>(std::make_unique<Made>(std::move(engine)));
}

template <class Made, class Interface>
Result<std::unique_ptr<Interface>> make(boost::asio::any_io_executor executor, ApiOptions options) {
  const auto checked = check_credentials(options);
  if (!checked) return checked.error();
  fill_in_base_url(options);
  auto client = http::make_client(executor, options.http);
  if (!client) return client.error();
  return make_over<Made, Interface>(std::move(*client), std::move(options), make_timing(std::move(executor)));
}

}  // namespace

std::string base_url_of_project(std::string_view project_id) {
  constexpr std::size_t kShortestWithRegion = 32;
  std::string default_url = "https://api.descope.com";
  if (project_id.size() < kShortestWithRegion) return default_url;
  const std::string region = base::to_lower(project_id.substr(1, 4));
  // What is no host label must not choose where the key is sent.
  if (!std::all_of(region.begin(), region.end(), base::is_alphanumeric)) return default_url;
  return fmt::format("https://api.{}.descope.com", region);
}

Result<std::unique_ptr<Reader>> make_reader(boost::asio::any_io_executor executor, ApiOptions options) {
  return make<ReaderOnly, Reader>(std::move(executor), std::move(options));
}

Result<std::unique_ptr<Writer>> make_writer(boost::asio::any_io_executor executor, ApiOptions options) {
  return make<ReaderAndWriter, Writer>(std::move(executor), std::move(options));
}

Result<std::unique_ptr<SecretCalls>> make_secret_calls(boost::asio::any_io_executor executor,
                                                       ApiOptions options) {
  return make<OnlySecrets, SecretCalls>(std::move(executor), std::move(options));
}

Result<std::unique_ptr<Reader>> make_reader_over(std::unique_ptr<http::Client> client, ApiOptions options,
                                                 std::unique_ptr<Timing> timing) {
  return make_over<ReaderOnly, Reader>(std::move(client), std::move(options), std::move(timing));
}

Result<std::unique_ptr<Writer>> make_writer_over(std::unique_ptr<http::Client> client, ApiOptions options,
                                                 std::unique_ptr<Timing> timing) {
  return make_over<ReaderAndWriter, Writer>(std::move(client), std::move(options), std::move(timing));
}

}  // namespace descopectl::api
