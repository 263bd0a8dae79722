/* SPDX-License-Identifier: Apache-2.0 */
/* The terminal side of the relay: raw mode, window size, and the way back. */
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "relay.h"

/* cfmakeraw(3): keys go to the container's pty, whose line discipline gives them their meaning. */
static void make_raw(struct relay *relay) {
  struct termios raw = relay->cooked;
  cfmakeraw(&raw);
  tcsetattr(relay->terminal, TCSADRAIN, &raw);
}

void relay_terminal(struct relay *relay, int master) {
  relay->master = master;
  relay->slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
  fcntl(master, F_SETFL, O_RDWR | O_NONBLOCK);
  if (isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &relay->cooked) == 0) {
    relay->terminal = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
    relay_resume(relay);
  }
  relay_add(relay, 0, relay_own(STDIN_FILENO, O_RDONLY), fcntl(master, F_DUPFD_CLOEXEC, 3));
  relay_add(relay, 1, fcntl(master, F_DUPFD_CLOEXEC, 3), relay_own(STDOUT_FILENO, O_WRONLY));
  relay->pump[1].keep_drain = true;
}

void terminal_size(int terminal, int master) {
  struct winsize size;
  if (ioctl(terminal, TIOCGWINSZ, &size) == 0)
    ioctl(master, TIOCSWINSZ, &size);
}

void relay_resize(struct relay *relay) {
  if (relay->terminal >= 0)
    terminal_size(relay->terminal, relay->master);
}

void relay_resume(struct relay *relay) {
  if (relay->terminal >= 0) {
    make_raw(relay);
    relay_resize(relay);
  }
}

void relay_restore(struct relay *relay) {
  if (relay->terminal >= 0)
    tcsetattr(relay->terminal, TCSADRAIN, &relay->cooked);
}
