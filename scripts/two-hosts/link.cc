// A cable between two network namespaces, with a bandwidth and a delay: for kernels without netem.
//
//   link NAMESPACE NAMESPACE MBIT_PER_SECOND DELAY_MS
//
// Makes a device net0 in each, and carries packets from one to the other until it is killed. It says "ready" when both are there.
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

// What a switch holds; behind it, senders have to wait.
constexpr size_t kMostQueued = 1 << 20;
constexpr size_t kLargestPacket = 65536;
constexpr ssize_t kSmall = 256;

void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

// A device of a namespace; the descriptor works from any other.
int open_device(const std::string& name) {
  const int there = open(("/run/netns/" + name).c_str(), O_RDONLY | O_CLOEXEC);
  if (there < 0 || setns(there, CLONE_NEWNET) != 0) fail(name.c_str());
  close(there);
  const int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (device < 0) fail("/dev/net/tun");
  ifreq request{};
  request.ifr_flags = IFF_TUN | IFF_NO_PI;
  std::strcpy(request.ifr_name, "net0");
  if (ioctl(device, TUNSETIFF, &request) != 0) fail("TUNSETIFF");
  return device;
}

using Packets = std::deque<std::pair<Clock::time_point, std::vector<char>>>;

// One way of the cable.
struct Direction {
  int from, to;
  // Small ones, acknowledgements above all, do not wait behind large ones: as under Linux's usual queueing, fq_codel.
  Packets large, small;
  size_t queued = 0;
  // When the sender's last bit is on the cable.
  Clock::time_point busy_until = Clock::now();

  bool takes_more() const { return queued < kMostQueued; }

  void read_all(double bits_per_second, std::chrono::nanoseconds delay) {
    std::vector<char> buffer(kLargestPacket);
    while (takes_more()) {
      const ssize_t size = read(from, buffer.data(), buffer.size());
      if (size <= 0) return;
      std::vector<char> packet(buffer.begin(), buffer.begin() + size);
      if (size <= kSmall) {
        small.emplace_back(Clock::now() + delay, std::move(packet));
        continue;
      }
      const auto duration = std::chrono::duration<double>(8.0 * static_cast<double>(size) / bits_per_second);
      busy_until = std::max(busy_until, Clock::now()) + std::chrono::duration_cast<std::chrono::nanoseconds>(duration);
      large.emplace_back(busy_until + delay, std::move(packet));
      queued += static_cast<size_t>(size);
    }
  }

  void write_due() {
    for (Packets* packets : {&small, &large}) {
      while (!packets->empty() && packets->front().first <= Clock::now()) {
        const auto& packet = packets->front().second;
        if (write(to, packet.data(), packet.size()) < 0 && errno == EAGAIN) return;
        if (packets == &large) queued -= packet.size();
        packets->pop_front();
      }
    }
  }

  // How long until the next one is due.
  std::chrono::nanoseconds wait() const {
    auto wait = std::chrono::nanoseconds(std::chrono::milliseconds(100));
    for (const Packets* packets : {&small, &large}) {
      if (!packets->empty()) wait = std::min(wait, std::chrono::nanoseconds(packets->front().first - Clock::now()));
    }
    return std::max(wait, std::chrono::nanoseconds(0));
  }
};

}  // namespace

int main(int count, char** arguments) {
  if (count != 5) {
    std::fprintf(stderr, "link NAMESPACE NAMESPACE MBIT_PER_SECOND DELAY_MS\n");
    return 2;
  }
  const int a = open_device(arguments[1]), b = open_device(arguments[2]);
  const double bits_per_second = std::atof(arguments[3]) * 1e6;
  const auto delay = std::chrono::nanoseconds(static_cast<long long>(std::atof(arguments[4]) * 1e6));
  Direction directions[] = {{a, b, {}, {}}, {b, a, {}, {}}};
  std::puts("ready");
  std::fflush(stdout);
  for (;;) {
    pollfd descriptors[2];
    for (int i = 0; i < 2; i++) {
      descriptors[i] = {directions[i].from, static_cast<short>(directions[i].takes_more() ? POLLIN : 0), 0};
    }
    const auto wait = std::min(directions[0].wait(), directions[1].wait());
    const timespec timeout{wait.count() / 1000000000, wait.count() % 1000000000};
    ppoll(descriptors, 2, &timeout, nullptr);
    for (Direction& direction : directions) {
      direction.read_all(bits_per_second, delay);
      direction.write_due();
    }
  }
}
