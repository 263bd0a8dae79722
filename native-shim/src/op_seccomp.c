/* SPDX-License-Identifier: Apache-2.0 */
/* The filter of system calls, and who is asked about those that it does not decide. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdatomic.h>

#include "channel.h"
#include "ops.h"
#include "sys.h"

/* Loads the array of struct sock_filter in `program`: what seccomp(2) returns, -1 with errno. */
static int load_filter(unsigned long flags, const struct field program) {
  const size_t instructions = program.len / sizeof(struct sock_filter);
  if (program.len % sizeof(struct sock_filter) != 0 || instructions > BPF_MAXINSNS) {
    errno = EINVAL;
    return -1;
  }
  /* The field starts anywhere in the message; the kernel copies, so alignment is no matter. */
  struct sock_fprog prog = {
    .len = (unsigned short)instructions,
    .filter = (struct sock_filter *)(void *)program.data,
  };
  return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

/* seccomp FLAGS PROGRAM: PROGRAM is an array of struct sock_filter; seccomp(2). */
int op_seccomp(struct ctx *ctx, const struct field arg[]) {
  const unsigned long flags = (unsigned long)field_number(arg[0]);
  return load_filter(flags, arg[1]) < 0 ? failed(ctx, "filter") : 0;
}

enum { LOADING = -1, NOT_LOADED = -2 };

struct handover {
  int channel;
  _Atomic int listener;
  _Atomic pid_t thread; /* 0 when it has ended: the kernel's doing, clone(2) */
};

/* A thread without the filter: nobody has to answer for the calls that it makes. */
static int hand_over(void *argument) {
  struct handover *handover = argument;
  while (atomic_load(&handover->listener) == LOADING)
    sched_yield();
  const int listener = atomic_load(&handover->listener);
  if (listener >= 0) {
    autoframe frame = { 0 }, answer = { 0 };
    struct field fields[FRAME_FIELDS_MAX];
    frame_text(&frame, "seccomp-fd");
    if (channel_send(handover->channel, &frame, listener) < 0 ||
        channel_receive(handover->channel, &answer, NULL) != 1 ||
        frame_split(answer.data, answer.len, fields) != 1 || !field_is(fields[0], "taken"))
      syscall(SYS_exit_group, 125); /* the monitor has said why */
    close(listener);
  }
  syscall(SYS_exit, 0);
  return 0;
}

/*
 * seccomp-notify FLAGS PROGRAM
 *
 * Loads a filter with SECCOMP_FILTER_FLAG_NEW_LISTENER among FLAGS, seccomp_unotify(2), and sends
 * the listener to the monitor with the message `seccomp-fd`. Until that answers `taken` nobody
 * serves the listener, and any call could be one that waits for it: so this thread makes none, and
 * another one, which the filter does not bind, does all that is needed. Both wait by looking: that
 * takes no longer than the loading, and then the sending.
 */
int op_seccomp_notify(struct ctx *ctx, const struct field arg[]) {
  static _Alignas(64) char stack[64 << 10];
  static struct handover handover;
  enum {
    THREAD = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM |
             CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID,
  };
  const unsigned long flags = (unsigned long)field_number(arg[0]);
  handover.channel = ctx->channel;
  atomic_store(&handover.listener, LOADING);
  if (clone(hand_over, stack + sizeof stack, THREAD, &handover, &handover.thread, NULL,
            &handover.thread) < 0)
    return failed(ctx, "thread");
  const int listener = load_filter(flags, arg[1]);
  if (listener < 0)
    failed(ctx, "filter");
  atomic_store(&handover.listener, listener < 0 ? NOT_LOADED : listener);
  while (atomic_load(&handover.thread) != 0)
    ;
  return listener < 0 ? -1 : 0;
}
