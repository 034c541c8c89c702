// libcurl alone: GETs of one URL, so many at a time, driven by its multi interface over an epoll
// set, with nothing of ours around it. What a call through a connector costs has this in it.
//
//   curl_alone URL AT_A_TIME SECONDS     prints microseconds of CPU for each request
#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include <curl/curl.h>

namespace {

using Clock = std::chrono::steady_clock;

struct Loop {
  CURLM* multi = nullptr;
  int epoll = -1;
  long wait_ms = -1;
};

std::size_t take(char* data, std::size_t size, std::size_t count, void* text) {
  static_cast<std::string*>(text)->append(data, size * count);
  return size * count;
}

int on_socket(CURL*, curl_socket_t fd, int what, void* self, void* known) {
  auto const& loop = *static_cast<Loop*>(self);
  epoll_event event{};
  event.data.fd = fd;
  if ((what & CURL_POLL_IN) != 0) event.events |= EPOLLIN;
  if ((what & CURL_POLL_OUT) != 0) event.events |= EPOLLOUT;
  auto const change = what == CURL_POLL_REMOVE ? EPOLL_CTL_DEL
                      : known == nullptr       ? EPOLL_CTL_ADD
                                               : EPOLL_CTL_MOD;
  epoll_ctl(loop.epoll, change, fd, &event);
  curl_multi_assign(loop.multi, fd, what == CURL_POLL_REMOVE ? nullptr : self);
  return 0;
}

int on_timer(CURLM*, long wait_ms, void* self) {
  static_cast<Loop*>(self)->wait_ms = wait_ms;
  return 0;
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  auto const seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

int to_number(std::string_view text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fputs("usage: curl_alone URL AT_A_TIME SECONDS\n", stderr), 2;
  auto const at_a_time = static_cast<std::size_t>(std::clamp(to_number(argv[2]), 1, 1000));
  auto const seconds = std::clamp(to_number(argv[3]), 1, 600);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  Loop loop{curl_multi_init(), epoll_create1(EPOLL_CLOEXEC)};
  curl_multi_setopt(loop.multi, CURLMOPT_SOCKETFUNCTION, &on_socket);
  curl_multi_setopt(loop.multi, CURLMOPT_SOCKETDATA, &loop);
  curl_multi_setopt(loop.multi, CURLMOPT_TIMERFUNCTION, &on_timer);
  curl_multi_setopt(loop.multi, CURLMOPT_TIMERDATA, &loop);
  curl_slist* headers = curl_slist_append(nullptr, "PRIVATE-TOKEN: x");
  headers = curl_slist_append(headers, "Accept: application/json");
  std::vector<std::string> bodies(at_a_time);
  std::size_t number = 0;
  for (auto& body : bodies) {
    auto* const easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 25'000L);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &take);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, reinterpret_cast<char*>(number++));
    curl_multi_add_handle(loop.multi, easy);
  }

  long done = 0;
  auto const before = cpu_seconds();
  auto const end = Clock::now() + std::chrono::seconds(seconds);
  std::array<epoll_event, 64> events{};
  while (Clock::now() < end) {
    auto const wait = loop.wait_ms < 0 ? 1000 : std::min(loop.wait_ms, 1000L);
    auto const count = epoll_wait(loop.epoll, events.data(), 64, static_cast<int>(wait));
    int running = 0;
    if (count <= 0) curl_multi_socket_action(loop.multi, CURL_SOCKET_TIMEOUT, 0, &running);
    for (int i = 0; i < count; ++i) {
      auto const& event = events[static_cast<std::size_t>(i)];
      auto happened = (event.events & EPOLLIN) != 0 ? CURL_CSELECT_IN : 0;
      if ((event.events & EPOLLOUT) != 0) happened |= CURL_CSELECT_OUT;
      if ((event.events & (EPOLLERR | EPOLLHUP)) != 0) happened |= CURL_CSELECT_ERR;
      curl_multi_socket_action(loop.multi, event.data.fd, happened, &running);
    }
    int left = 0;
    while (auto const* message = curl_multi_info_read(loop.multi, &left)) {
      char* which = nullptr;
      auto* const easy = message->easy_handle;
      curl_easy_getinfo(easy, CURLINFO_PRIVATE, &which);
      auto& body = bodies[reinterpret_cast<std::size_t>(which)];
      if (message->data.result != CURLE_OK || body.empty()) {
        return std::fprintf(stderr, "%s\n", curl_easy_strerror(message->data.result)), 1;
      }
      body.clear();
      ++done;
      curl_multi_remove_handle(loop.multi, easy);
      curl_multi_add_handle(loop.multi, easy);
    }
  }
  std::printf("%.1f\n", (cpu_seconds() - before) / static_cast<double>(std::max(done, 1L)) * 1e6);
}
