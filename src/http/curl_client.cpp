// One curl multi handle on the loop: curl says which descriptors it waits for and when it wants to
// be called (libcurl, "curl_multi_socket_action"). Its descriptors are in an epoll set of their
// own, for which Asio waits: a request costs one system call for that, and not the five of a
// descriptor that Asio gets and gives back.
#include <array>
#include <span>
#include <sys/epoll.h>
#include <utility>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <curl/curl.h>
#include <fmt/format.h>

#include "async/event.h"
#include "base/strings.h"
#include "http/client.h"
#include "http/url.h"

namespace davit::http {
namespace {

namespace asio = boost::asio;

constexpr int kMaxRedirects = 3;
constexpr std::size_t kMaxHeadBytes = 64 * 1024;
// What would end a field, or make another one of it.
constexpr std::string_view kNotInName("\r\n\0\t :;", 7);
constexpr std::string_view kNotInValue("\r\n\0", 3);

// Counted in curl; every process calls it once before threads start.
void init_curl_once() {
  static const bool ready = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
  if (!ready) std::abort();
}

// curl repeats a request by itself when the connection that it reused turns out to be dead: a
// failure to connect then comes after a first copy has left. The size counts them all.
Error said_whether_sent(Error error, CURL* easy) {
  long sent = 0;
  auto const is_known = curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &sent) == CURLE_OK;
  if (!is_known || sent != 0) return error;
  return std::move(error).with_detail(std::string(kNothingWasSent));
}

Error to_error(CURLcode code, CURL* easy, const std::string& host, std::string_view said) {
  auto const because = said.empty() ? std::string_view(curl_easy_strerror(code)) : said;
  switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
      return said_whether_sent(
          Error(ErrorKind::timeout, fmt::format("{} did not answer in time", host)), easy
      );
    case CURLE_URL_MALFORMAT:
      return Error(ErrorKind::invalid_input, fmt::format("unusable URL: {}", because));
    case CURLE_UNSUPPORTED_PROTOCOL:  // also an answer that does not begin with "HTTP/"
    case CURLE_WRITE_ERROR:           // `on_head` had enough
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return Error(
          ErrorKind::protocol, fmt::format("{} broke off or sent no valid HTTP: {}", host, because)
      );
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
      return said_whether_sent(
          Error(ErrorKind::unavailable, fmt::format("cannot reach {}: {}", host, because)), easy
      );
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
      return Error(
          ErrorKind::unavailable, fmt::format("no trusted TLS connection to {}: {}", host, because)
      );
    default:
      return Error(ErrorKind::unavailable, fmt::format("cannot reach {}: {}", host, because));
  }
}

struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

// One request under way. Lives in the coroutine that waits for it.
struct Transfer {
  Transfer(const Executor& executor, ClientRequest& r) : request(r), changed(executor) {}

  ClientRequest& request;
  ClientResponse response;
  std::unique_ptr<CURL, FreeEasy> easy;
  std::unique_ptr<curl_slist, FreeList> headers;
  char said[CURL_ERROR_SIZE] = "";
  std::size_t head_bytes = 0;
  bool too_large = false;
  bool ended_by_reader = false;
  std::optional<CURLcode> outcome;
  Event changed;
};

std::size_t on_head(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  std::string_view line(data, size * count);
  transfer.head_bytes += line.size();
  if (transfer.head_bytes > kMaxHeadBytes) return 0;
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // also behind a 1xx answer, whose fields do not count
    transfer.response.headers.clear();
    transfer.response.status = 0;
  } else if (auto const colon = line.find(':'); colon != std::string_view::npos) {
    transfer.response.headers.add(line.substr(0, colon), line.substr(colon + 1));
  }
  return size * count;
}

std::size_t on_piece(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  auto& response = transfer.response;
  std::string_view const piece(data, size * count);
  if (transfer.request.on_body) {
    if (response.status == 0) {
      long status = 0;
      curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
      response.status = static_cast<int>(status);
    }
    if (transfer.request.on_body(response, piece)) return piece.size();
    transfer.ended_by_reader = true;
    return 0;
  }
  auto const room = transfer.request.max_body_bytes - response.body.size();
  response.body += piece.substr(0, room);
  if (piece.size() <= room) return piece.size();
  transfer.too_large = true;
  return 0;
}

class CurlClient final : public Client {
 public:
  CurlClient(Executor executor, ClientOptions options)
      : executor_(executor), options_(std::move(options)), timer_(executor), ready_(executor) {
    init_curl_once();
    auto const ready = epoll_create1(EPOLL_CLOEXEC);
    if (ready < 0) std::abort();
    ready_.assign(ready);
    multi_ = curl_multi_init();
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &CurlClient::on_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &CurlClient::on_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(
        multi_, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(options_.max_connections_per_host)
    );
    curl_multi_setopt(
        multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.max_idle_connections)
    );
  }
  ~CurlClient() override {
    *alive_ = false;
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, nullptr);
    spare_.clear();
    curl_multi_cleanup(multi_);
  }
  CurlClient(const CurlClient&) = delete;
  CurlClient& operator=(const CurlClient&) = delete;

  Async<ClientResponse> send(ClientRequest request) override {
    DAVIT_CO_TRY(auto url, parse_url(request.url));
    auto const deadline = std::chrono::steady_clock::now() + request.timeout;
    for (int redirects = 0;; ++redirects) {
      DAVIT_CO_TRY(auto response, co_await perform(&request, url));
      auto const next = redirect_target(request, url, response);
      if (!next || redirects == kMaxRedirects) co_return response;
      auto const left = deadline - std::chrono::steady_clock::now();
      if (left <= Duration::zero())
        co_return Error(ErrorKind::timeout, url.host + " redirects too slowly");
      request.timeout = std::chrono::ceil<std::chrono::milliseconds>(left);
      request.url = next->origin() + next->path + (next->query.empty() ? "" : "?" + next->query);
      url = *next;
    }
  }

 private:
  using Spare = std::vector<std::unique_ptr<CURL, FreeEasy>>;
  static constexpr std::size_t kMostSpare = 64;

  // What curl waits for on a descriptor, and whether the epoll set does: it forgets after an event.
  struct Watch {
    int wanted = 0;  // CURL_POLL_...
    bool is_armed = false;
  };

  // Where a redirect leads that may be followed: a safe method, and nothing that leaves the origin,
  // for the credentials in the request are meant for this one.
  static std::optional<Url> redirect_target(
      const ClientRequest& request, const Url& from, const ClientResponse& response
  ) {
    auto const status = response.status;
    auto const is_redirect = status == 301 || status == 302 || status == 307 || status == 308;
    if (!is_redirect || (request.method != Method::get && request.method != Method::head))
      return {};
    auto const location = response.headers.get("Location");
    if (!location) return {};
    auto const to = parse_url(
        location->starts_with('/') && !location->starts_with("//")
            ? from.origin() + std::string(*location)
            : std::string(*location)
    );
    if (!to || !to->same_origin(from)) return {};
    return *to;
  }

  // `request` belongs to the caller's coroutine, which waits for this one.
  Async<ClientResponse> perform(ClientRequest* request, Url url) {
    // `on_body` may send, but curl takes no transfer from inside a callback.
    if (in_curl_) co_await asio::post(executor_, asio::use_awaitable);
    Transfer transfer(executor_, *request);
    GivesBack const gives_back{*this, transfer};
    DAVIT_CO_CHECK(prepare(transfer));
    InFlight const in_flight(multi_, transfer.easy.get());
    while (!transfer.outcome) DAVIT_CO_CHECK(co_await transfer.changed.wait());

    auto& response = transfer.response;
    long status = 0;
    curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<int>(status);
    if (transfer.too_large) {
      if (request->over_limit == OverLimit::fail) {
        co_return Error(
            ErrorKind::protocol,
            fmt::format("{} answered more than {} bytes", url.host, request->max_body_bytes)
        );
      }
      response.truncated = true;
    } else if (*transfer.outcome != CURLE_OK && !transfer.ended_by_reader) {
      co_return to_error(*transfer.outcome, transfer.easy.get(), url.host, transfer.said);
    }
    co_return std::move(response);
  }

  // Takes the handle out of curl however the coroutine ends, which closes an unfinished connection.
  struct InFlight {
    InFlight(CURLM* m, CURL* e) : multi(m), easy(e) {
      if (curl_multi_add_handle(multi, easy) != CURLM_OK) std::abort();
    }
    ~InFlight() { curl_multi_remove_handle(multi, easy); }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;
    CURLM* multi;
    CURL* easy;
  };

  // Keeps the handle for the next request: a new one costs some twenty allocations. One that did
  // more than GET begins anew.
  struct GivesBack {
    CurlClient& client;
    Transfer& transfer;
    ~GivesBack() {
      auto& easy = transfer.easy;
      if (easy == nullptr || client.spare_.size() >= kMostSpare) return;
      curl_easy_setopt(easy.get(), CURLOPT_ERRORBUFFER, nullptr);
      if (!is_plain_get(transfer.request)) {
        curl_easy_reset(easy.get());
        client.configure(easy.get());
      }
      client.spare_.push_back(std::move(easy));
    }
  };

  static bool is_plain_get(const ClientRequest& request) {
    return request.method == Method::get && request.body.empty();
  }

  // What is the same for every request.
  void configure(CURL* easy) const {
    auto const set = [easy](CURLoption option, auto value) {
      curl_easy_setopt(easy, option, value);
    };
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_HTTP_VERSION, long{CURL_HTTP_VERSION_2TLS});
    set(CURLOPT_PATH_AS_IS, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // else giving up would wait for the thread that resolves the name
    if (options_.direct) set(CURLOPT_NOPROXY, "*");
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_ACCEPT_ENCODING, "");
    set(CURLOPT_USERAGENT, options_.user_agent.c_str());
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    set(CURLOPT_HEADERFUNCTION, &on_head);
    set(CURLOPT_WRITEFUNCTION, &on_piece);
    if (!options_.ca_file.empty()) set(CURLOPT_CAINFO, options_.ca_file.c_str());
  }

  std::unique_ptr<CURL, FreeEasy> take_handle() {
    if (!spare_.empty()) {
      auto easy = std::move(spare_.back());
      spare_.pop_back();
      return easy;
    }
    std::unique_ptr<CURL, FreeEasy> easy(curl_easy_init());
    if (easy != nullptr) configure(easy.get());
    return easy;
  }

  Result<> prepare(Transfer& transfer) {
    auto const& request = transfer.request;
    transfer.easy = take_handle();
    auto* easy = transfer.easy.get();
    if (easy == nullptr) return Error(ErrorKind::unavailable, "out of memory for another request");
    auto const set = [easy](CURLoption option, auto value) {
      curl_easy_setopt(easy, option, value);
    };

    set(CURLOPT_URL, request.url.c_str());
    set(CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(request.timeout.count())));
    set(CURLOPT_ERRORBUFFER, static_cast<char*>(transfer.said));
    set(CURLOPT_PRIVATE, &transfer);
    set(CURLOPT_HEADERDATA, &transfer);
    set(CURLOPT_WRITEDATA, &transfer);

    if (request.method == Method::head) {
      set(CURLOPT_NOBODY, 1L);
    } else if (!is_plain_get(request)) {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.data());
      set(CURLOPT_CUSTOMREQUEST, to_string(request.method).data());
      // An empty Expect keeps curl from waiting for "100 Continue"; an empty Content-Type from
      // inventing a form.
      append_header(transfer, "Expect:");
      if (!request.headers.get("Content-Type")) append_header(transfer, "Content-Type:");
    }
    std::string line;
    for (std::size_t i = 0; i < request.headers.size(); ++i) {
      auto const name = request.headers.name(i);
      auto const value = request.headers.value(i);
      if (name.empty() || name.find_first_of(kNotInName) != std::string_view::npos ||
          value.find_first_of(kNotInValue) != std::string_view::npos) {
        return Error(ErrorKind::invalid_input, "a header field contains a line break or a blank");
      }
      // curl's own notation for a field with an empty value ends in a semicolon.
      line.assign(name).append(value.empty() ? ";" : ": ").append(value);
      append_header(transfer, line);
    }
    set(CURLOPT_HTTPHEADER, transfer.headers.get());
    return {};
  }

  static void append_header(Transfer& transfer, const std::string& line) {
    auto* list = curl_slist_append(transfer.headers.get(), line.c_str());
    if (list == nullptr) std::abort();
    (void)transfer.headers.release();
    transfer.headers.reset(list);
  }

  // curl calls: watch this descriptor for `what`, or forget it. Forgetting waits for the event that
  // nobody wants any more, or for the end of the descriptor, which leaves the set by itself.
  static int on_socket(CURL*, curl_socket_t fd, int what, void* self, void*) {
    auto& client = *static_cast<CurlClient*>(self);
    auto const place = static_cast<std::size_t>(fd);
    if (client.watches_.size() <= place) client.watches_.resize(place + 1);
    client.watches_[place].wanted = what == CURL_POLL_REMOVE ? 0 : what;
    if (what != CURL_POLL_REMOVE) client.arm(fd);
    return 0;
  }

  void arm(int fd) {
    auto& watch = watches_[static_cast<std::size_t>(fd)];
    watch.is_armed = true;
    epoll_event event{.events = EPOLLONESHOT, .data = {.fd = fd}};
    if ((watch.wanted & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
    if ((watch.wanted & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
    auto const set = ready_.native_handle();
    auto const is_known = epoll_ctl(set, EPOLL_CTL_MOD, fd, &event) == 0;
    if (!is_known) epoll_ctl(set, EPOLL_CTL_ADD, fd, &event);
    if (!std::exchange(is_waiting_, true)) wait();
  }

  void wait() {
    ready_.async_wait(
        asio::posix::stream_descriptor::wait_read,
        [this, alive = alive_](const boost::system::error_code& ec) {
          if (ec || !*alive) return;
          take_events();
          wait();
        }
    );
  }

  void take_events() {
    std::array<epoll_event, 64> events{};
    auto const count =
        epoll_wait(ready_.native_handle(), events.data(), static_cast<int>(events.size()), 0);
    for (auto const& event :
         std::span(events).first(static_cast<std::size_t>(std::max(count, 0)))) {
      auto const fd = event.data.fd;
      auto const place = static_cast<std::size_t>(fd);
      watches_[place].is_armed = false;
      if (watches_[place].wanted == 0) continue;
      int happened = 0;
      if ((event.events & EPOLLIN) != 0) happened |= CURL_CSELECT_IN;
      if ((event.events & EPOLLOUT) != 0) happened |= CURL_CSELECT_OUT;
      if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) happened |= CURL_CSELECT_ERR;
      act(fd, happened);
      auto const& watch = watches_[place];
      if (watch.wanted != 0 && !watch.is_armed) arm(fd);
    }
    hand_over();
  }

  // curl calls: wake me in `milliseconds`; -1 means not at all.
  static int on_timer(CURLM*, long milliseconds, void* self) {
    auto& client = *static_cast<CurlClient*>(self);
    if (milliseconds <= 0) client.timer_.cancel();
    if (milliseconds < 0) return 0;
    if (milliseconds == 0) {
      // Every transfer begins so; a timer would be a system call. Once too often does no harm.
      if (std::exchange(client.is_due_, true)) return 0;
      asio::post(client.executor_, [&client, alive = client.alive_] {
        if (!*alive) return;
        client.is_due_ = false;
        client.act(CURL_SOCKET_TIMEOUT, 0);
        client.hand_over();
      });
      return 0;
    }
    client.timer_.expires_after(std::chrono::milliseconds(milliseconds));
    client.timer_.async_wait([&client, alive = client.alive_](const boost::system::error_code& ec) {
      if (ec || !*alive) return;
      client.act(CURL_SOCKET_TIMEOUT, 0);
      client.hand_over();
    });
    return 0;
  }

  void act(curl_socket_t fd, int events) {
    int running = 0;
    in_curl_ = true;
    curl_multi_socket_action(multi_, fd, events, &running);
    in_curl_ = false;
  }

  // Wakes those whose transfers have ended.
  void hand_over() {
    int left = 0;
    while (auto const* message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      char* self = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &self);
      auto& transfer = *reinterpret_cast<Transfer*>(self);
      transfer.outcome = message->data.result;
      transfer.changed.notify();
    }
  }

  Executor executor_;
  ClientOptions options_;
  CURLM* multi_ = nullptr;
  asio::steady_timer timer_;
  bool is_due_ = false;  // curl is about to be called for its timer
  Spare spare_;
  bool in_curl_ = false;
  asio::posix::stream_descriptor ready_;  // the epoll set with curl's descriptors
  bool is_waiting_ = false;               // for it
  std::vector<Watch> watches_;            // by descriptor
  // Handlers that Asio still holds ask it whether the client exists.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<Client> make_curl_client(Executor executor, ClientOptions options) {
  return std::make_unique<CurlClient>(std::move(executor), std::move(options));
}

}  // namespace davit::http
