// dummies COUNT: that many processes that only wait. They end when this one's standard input closes, or with it.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void wait_for_ever(pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  // The parent may have ended before the line above.
  if (getppid() != parent) _exit(0);
  close(0);
  close(1);
  for (;;) pause();
}

int main(int argc, char **argv) {
  int count = argc > 1 ? atoi(argv[1]) : 3000;
  pid_t *pids = calloc(count, sizeof *pids);
  pid_t self = getpid();
  int made = 0;
  for (; made < count; made++) {
    pids[made] = fork();
    if (pids[made] < 0) break;
    if (pids[made] == 0) wait_for_ever(self);
  }
  printf("%d\n", made);
  fflush(stdout);
  char byte;
  while (read(0, &byte, 1) > 0) {
  }
  for (int i = 0; i < made; i++) kill(pids[i], SIGKILL);
  while (wait(NULL) > 0) {
  }
  return 0;
}
