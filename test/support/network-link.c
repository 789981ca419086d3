/*
 * A slow link that can be cut: two network namespaces, a tun device in each, and this process between them, which hands
 * every packet on later (delay), at a limited rate (with a bounded queue, as a router has), or not at all (cut).
 * `tc netem` would do that inside the kernel, but not every kernel has it; /dev/net/tun is nearly everywhere. veth with tbf
 * can limit a rate, but neither delays.
 *
 *   network-link DELAY_US BITS_PER_SECOND QUEUE_BYTES            (one way; both ways are alike; 0 bits: no limit)
 *
 * Says `ready PID PID`: two processes that do nothing but hold a namespace each; the tun devices are 198.51.100.1 and .2
 * (RFC 5737). Then, one a line, `cut`, `heal` and `bytes` are answered with `bytes N N`: what left each side so far,
 * dropped packets included. Nothing has a name: at the end of input, or killed, all of it is gone with this process.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_PACKET 2048

struct packet {
  struct packet *next;
  int64_t due_ns;
  ssize_t size;
  char data[MAX_PACKET];
};

/* One way: packets wait their turn at the rate, then travel for the delay. Both are one instant: due_ns. */
struct direction {
  struct packet *first, **last;
  int64_t free_ns;
  uint64_t bytes;
};

static int64_t delay_ns, bits_per_second, queue_bytes;
static int is_cut;

static void die(const char *what) {
  fprintf(stderr, "network-link: %s: %s\n", what, strerror(errno));
  exit(1);
}

static int64_t read_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void set_up(int socket_fd, const char *name) {
  struct ifreq request = {.ifr_flags = IFF_UP};
  strncpy(request.ifr_name, name, IFNAMSIZ - 1);
  if (ioctl(socket_fd, SIOCSIFFLAGS, &request) < 0) die("SIOCSIFFLAGS");
}

static void set_address(int socket_fd, unsigned long what, const char *address) {
  struct ifreq request = {0};
  struct sockaddr_in *to = (struct sockaddr_in *)&request.ifr_addr;
  strcpy(request.ifr_name, "link0");
  to->sin_family = AF_INET;
  inet_pton(AF_INET, address, &to->sin_addr);
  if (ioctl(socket_fd, what, &request) < 0) die("an address");
}

/* Keeps the namespace that it was started in; ends with its parent. */
static pid_t start_holder(void) {
  pid_t parent = getpid(), pid = fork();
  if (pid < 0) die("fork");
  if (pid > 0) return pid;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
  /* A pipe of ours that stays open here would hide our end from who waits for it. */
  for (int fd = 0; fd < 64; fd++) close(fd);
  for (;;) pause();
}

/* A new namespace for this process, with the loopback and a tun device up. Gives back the device. */
static int open_side(const char *address) {
  if (unshare(CLONE_NEWNET) < 0) die("unshare");
  /* No neighbour discovery: an idle link is to be silent. */
  int ipv6 = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_WRONLY);
  if (ipv6 >= 0) {
    if (write(ipv6, "1", 1) < 0) die("disable_ipv6");
    close(ipv6);
  }
  int tun = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (tun < 0) die("/dev/net/tun");
  struct ifreq request = {.ifr_name = "link0", .ifr_flags = IFF_TUN | IFF_NO_PI};
  if (ioctl(tun, TUNSETIFF, &request) < 0) die("TUNSETIFF");
  int socket_fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (socket_fd < 0) die("socket");
  set_address(socket_fd, SIOCSIFADDR, address);
  set_address(socket_fd, SIOCSIFNETMASK, "255.255.255.252");
  set_up(socket_fd, "link0");
  set_up(socket_fd, "lo");
  close(socket_fd);
  return tun;
}

static void drop_all(struct direction *way) {
  while (way->first) {
    struct packet *packet = way->first;
    way->first = packet->next;
    free(packet);
  }
  way->last = &way->first;
  way->free_ns = 0;
}

/* Takes every packet that left one side. */
static void take(struct direction *way, int tun) {
  for (;;) {
    struct packet *packet = malloc(sizeof *packet);
    if (!packet) die("malloc");
    packet->size = read(tun, packet->data, MAX_PACKET);
    if (packet->size <= 0) {
      free(packet);
      return;
    }
    way->bytes += packet->size;
    int64_t now = read_clock();
    int64_t start = way->free_ns > now ? way->free_ns : now;
    int64_t sending = bits_per_second ? packet->size * 8 * 1000000000LL / bits_per_second : 0;
    int64_t most = bits_per_second ? queue_bytes * 8 * 1000000000LL / bits_per_second : 0;
    if (is_cut || (bits_per_second && start - now > most)) {
      free(packet);
      continue;
    }
    way->free_ns = start + sending;
    packet->due_ns = way->free_ns + delay_ns;
    packet->next = NULL;
    *way->last = packet;
    way->last = &packet->next;
  }
}

/* Hands on what is due. */
static void give(struct direction *way, int tun) {
  int64_t now = read_clock();
  while (way->first && way->first->due_ns <= now) {
    struct packet *packet = way->first;
    /* A full device drops, as a card does. */
    if (write(tun, packet->data, packet->size) < 0 && errno != EAGAIN && errno != ENOBUFS) die("write");
    way->first = packet->next;
    if (!way->first) way->last = &way->first;
    free(packet);
  }
}

static int read_commands(struct direction ways[2]) {
  static char line[64];
  static size_t used;
  char chunk[256];
  ssize_t size = read(0, chunk, sizeof chunk);
  if (size <= 0) return 0;
  for (ssize_t at = 0; at < size; at++) {
    if (chunk[at] != '\n') {
      if (used < sizeof line - 1) line[used++] = chunk[at];
      continue;
    }
    line[used] = 0;
    used = 0;
    if (!strcmp(line, "cut") || !strcmp(line, "heal")) {
      is_cut = line[0] == 'c';
      /* What is on its way is lost, too. */
      for (int way = 0; is_cut && way < 2; way++) drop_all(&ways[way]);
    }
    printf("bytes %llu %llu\n", (unsigned long long)ways[0].bytes, (unsigned long long)ways[1].bytes);
    fflush(stdout);
  }
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  delay_ns = atoll(argv[1]) * 1000;
  bits_per_second = atoll(argv[2]);
  queue_bytes = atoll(argv[3]);
  signal(SIGPIPE, SIG_IGN);
  int tuns[2];
  pid_t holders[2];
  for (int side = 0; side < 2; side++) {
    tuns[side] = open_side(side == 0 ? "198.51.100.1" : "198.51.100.2");
    holders[side] = start_holder();
  }
  struct direction ways[2] = {0};
  for (int way = 0; way < 2; way++) ways[way].last = &ways[way].first;
  printf("ready %d %d\n", holders[0], holders[1]);
  fflush(stdout);
  for (;;) {
    int64_t due = INT64_MAX;
    for (int way = 0; way < 2; way++)
      if (ways[way].first && ways[way].first->due_ns < due) due = ways[way].first->due_ns;
    int64_t wait = due == INT64_MAX ? 0 : due - read_clock();
    if (wait < 0) wait = 0;
    struct timespec limit = {wait / 1000000000LL, wait % 1000000000LL};
    struct pollfd polled[3] = {{0, POLLIN, 0}, {tuns[0], POLLIN, 0}, {tuns[1], POLLIN, 0}};
    if (ppoll(polled, 3, due == INT64_MAX ? NULL : &limit, NULL) < 0 && errno != EINTR) die("ppoll");
    if (polled[0].revents && !read_commands(ways)) return 0;
    for (int way = 0; way < 2; way++) {
      take(&ways[way], tuns[way]);
      give(&ways[way], tuns[1 - way]);
    }
  }
}
