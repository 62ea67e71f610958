// What the tests of the state share: a temporary folder, sample objects, files as text.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>

#include "descopectl/state/records.hpp"
#include "descopectl/state/store.hpp"

namespace descopectl::state::test {

/// A folder that goes when the test does.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (parent() / "descopectl-state-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = name;
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return path_ / name; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  // In memory where that can be had: tens of thousands of flushed writes wear out disks and patience.
  static std::filesystem::path parent() {
    return ::access("/dev/shm", W_OK) == 0 ? "/dev/shm" : std::filesystem::temp_directory_path();
  }

  std::filesystem::path path_;
};

inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

inline void write_bytes(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

inline unsigned mode_of(const std::filesystem::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 0777U : 0;
}

inline ino_t inode_of(const std::filesystem::path& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) == 0 ? status.st_ino : 0;
}

/// On a host that nobody can see into.
inline LockHolder sample_holder() {
  LockHolder holder;
  holder.who = "ann@build-7";
  holder.process.host = "build-7";
  holder.process.pid = 4711;
  holder.command = "apply";
  return holder;
}

inline model::ObjectKey connection_key(const std::string& handle) {
  return {.kind = "Connection", .handle = handle};
}

/// An object with something in each of its members.
inline model::RecordedObject sample_object(const std::string& handle) {
  model::RecordedObject object;
  object.key = connection_key(handle);
  object.live_id = "live-" + handle;
  object.object_id = "0b1ec7" + handle;
  object.root = "descope/";
  object.prevent_destroy = true;
  object.is_partial = true;
  object.depends_on = {{"Role", "editor"}, {"Resource", "calendar"}};
  object.applied = {{"name", "Größe \"1\"\n"},
                    {"pkce", true},
                    {"scopes", {"b", "a"}},
                    {"nothing", nullptr},
                    {"expiry", 1234567890123}};
  object.secrets["/clientSecret"] = {.scheme = "hmac-sha256", .digest = "abcdef"};
  object.changed_by_server["/logo"] = {.sent = "a.png", .got = "https://cdn.example.com/a.png"};
  object.pending_create = {{"name", "G"}, {"clientId", "kept"}};
  object.superseded_id = "google-old";
  return object;
}

/// An intent to create that object, with something in each of its members.
inline model::Intent sample_intent(const std::string& handle) {
  model::Intent intent;
  intent.key = connection_key(handle);
  intent.operation = model::Operation::kCreate;
  intent.live_id = handle;
  intent.identity = {{"id", handle}, {"name", "Größe"}};
  intent.body_sha256 = "b0d1";
  intent.at = "2026-01-31T12:00:00Z";
  intent.strangers = {"SA1", "Größe"};
  intent.record = sample_object(handle);
  return intent;
}

/// An intent to delete that object.
inline model::Intent sample_deletion(const std::string& handle) {
  model::Intent intent;
  intent.key = connection_key(handle);
  intent.operation = model::Operation::kDelete;
  intent.live_id = "live-" + handle;
  return intent;
}

/// What `work` comes to.
inline Result<void> wait_for(boost::asio::awaitable<Result<void>> work) {
  boost::asio::io_context io;
  auto result = boost::asio::co_spawn(io, std::move(work), boost::asio::use_future);
  io.run();
  return result.get();
}

/// A state with a key, as read from a base.
inline model::RecordedState sample_state() {
  model::RecordedState state;
  state.project_id = "P2sample";
  state.base_url = "https://api.descope.com";
  state.fingerprint_key = std::string(64, 'a');
  state.lineage = "5eed";
  state.serial = 7;
  for (const char* handle : {"google", "slack"})
    state.objects[connection_key(handle)] = sample_object(handle);
  return state;
}

/// `state` as text: two states are equal where these are.
inline std::string text_of(const model::RecordedState& state) {
  return encode_base(state);
}

/// Opens for writing, and throws where that fails: for tests that are about something else.
inline std::unique_ptr<Store> open_store(const std::filesystem::path& path) {
  return open_for_writing(path, sample_holder()).value();
}

}  // namespace descopectl::state::test
