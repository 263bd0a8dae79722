// SPDX-License-Identifier: Apache-2.0

/** Calls that are treated alike, for one reason. */
export interface CallGroup {
  readonly reason: string
  /** Names, separated by white space. */
  readonly calls: string
}

/** What every program may call: the kernel judges each use by the caller's own rights. */
export const everyday: readonly CallGroup[] = [
  {
    reason: 'bytes of open files and pipes',
    calls: `read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 lseek _llseek
      sendfile sendfile64 splice tee vmsplice copy_file_range readahead cachestat fadvise64
      fadvise64_64 arm_fadvise64_64 sync sync_file_range sync_file_range2 arm_sync_file_range
      syncfs fsync fdatasync ftruncate ftruncate64 truncate truncate64 fallocate`,
  },
  {
    reason: 'descriptors: get, copy, tune and drop them',
    calls: `open openat openat2 creat close close_range dup dup2 dup3 pipe pipe2 fcntl fcntl64
      ioctl flock memfd_create memfd_secret eventfd eventfd2 signalfd signalfd4 timerfd_create
      timerfd_settime timerfd_settime64 timerfd_gettime timerfd_gettime64`,
  },
  {
    reason: 'names in the container, guarded by owner, mode and mount',
    calls: `access faccessat faccessat2 chdir fchdir getcwd mkdir mkdirat rmdir mknod mknodat link
      linkat symlink symlinkat readlink readlinkat unlink unlinkat rename renameat renameat2
      getdents getdents64 readdir name_to_handle_at umask`,
  },
  {
    reason: 'what is known of a file, and changes of it by its owner',
    calls: `stat stat64 fstat fstat64 lstat lstat64 fstatat64 newfstatat statx statfs statfs64
      fstatfs fstatfs64 chmod fchmod fchmodat fchmodat2 chown chown32 fchown fchown32 fchownat
      lchown lchown32 utime utimes futimesat utimensat utimensat_time64 getxattr lgetxattr
      fgetxattr getxattrat setxattr lsetxattr fsetxattr setxattrat listxattr llistxattr
      flistxattr listxattrat removexattr lremovexattr fremovexattr removexattrat file_getattr
      file_setattr`,
  },
  {
    reason: 'mounts of its own namespace, read only',
    calls: 'statmount listmount',
  },
  {
    reason: 'waiting for many descriptors, and for changes of files',
    calls: `poll ppoll ppoll_time64 select _newselect pselect6 pselect6_time64 epoll_create
      epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait epoll_pwait2
      inotify_init inotify_init1 inotify_add_watch inotify_rm_watch fanotify_mark`,
  },
  {
    reason: 'asynchronous reads and writes of the old kind',
    calls: `io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents
      io_pgetevents_time64`,
  },
  {
    reason: 'memory of the caller',
    calls: `brk mmap mmap2 munmap mremap mprotect madvise mincore msync mlock mlock2 munlock
      mlockall munlockall remap_file_pages mseal map_shadow_stack membarrier pkey_alloc pkey_free
      pkey_mprotect process_mrelease`,
  },
  {
    reason: 'start, run and end programs; clone and clone3 have rules of their own',
    calls: `fork vfork execve execveat exit exit_group wait4 waitid waitpid pause
      restart_syscall arch_prctl prctl modify_ldt set_thread_area get_thread_area set_tls get_tls
      breakpoint cacheflush set_tid_address rseq rseq_slice_yield uretprobe uprobe`,
  },
  {
    reason: 'signals to those the caller may signal',
    calls: `kill tkill tgkill pidfd_open pidfd_send_signal rt_sigaction rt_sigpending
      rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait
      rt_sigtimedwait_time64 rt_tgsigqueueinfo sigaction sigaltstack signal sigpending
      sigprocmask sigreturn sigsuspend`,
  },
  {
    reason: 'locks between threads and processes',
    calls: `futex futex_time64 futex_wait futex_waitv futex_wake futex_requeue get_robust_list
      set_robust_list`,
  },
  {
    reason: 'who the caller is; ids change as far as capabilities and maps let them',
    calls: `getpid getppid gettid getpgid getpgrp setpgid getsid setsid getuid getuid32 geteuid
      geteuid32 getgid getgid32 getegid getegid32 getresuid getresuid32 getresgid getresgid32
      getgroups getgroups32 setuid setuid32 setgid setgid32 setreuid setreuid32 setregid
      setregid32 setresuid setresuid32 setresgid setresgid32 setfsuid setfsuid32 setfsgid
      setfsgid32 setgroups setgroups32 capget capset`,
  },
  {
    reason: 'scheduling and limits; raising them takes a capability',
    calls: `sched_yield sched_getaffinity sched_setaffinity sched_getattr sched_setattr
      sched_getparam sched_setparam sched_getscheduler sched_setscheduler sched_get_priority_max
      sched_get_priority_min sched_rr_get_interval sched_rr_get_interval_time64 getpriority
      setpriority nice ioprio_get ioprio_set getcpu getrlimit ugetrlimit setrlimit prlimit64
      getrusage times sysinfo uname`,
  },
  {
    reason: 'time; setting the clock takes a capability, also through adjtimex',
    calls: `time gettimeofday clock_gettime clock_gettime64 clock_getres clock_getres_time64
      clock_nanosleep clock_nanosleep_time64 nanosleep adjtimex clock_adjtime clock_adjtime64
      alarm getitimer setitimer timer_create timer_delete timer_getoverrun timer_gettime
      timer_gettime64 timer_settime timer_settime64`,
  },
  {
    reason: 'sockets in the network namespace given; socket itself has a rule of its own',
    calls: `socketpair bind connect listen accept accept4 getsockname getpeername getsockopt
      setsockopt send sendto sendmsg sendmmsg recv recvfrom recvmsg recvmmsg recvmmsg_time64
      shutdown`,
  },
  {
    reason:
      'the only way to sockets and System V IPC for older 32-bit C libraries; what they ask ' +
      'for is in memory, where a filter cannot look, so the rule for socket is not kept here',
    calls: 'socketcall ipc',
  },
  {
    reason: 'message queues, semaphores and shared memory of the IPC namespace given',
    calls: `mq_open mq_unlink mq_notify mq_getsetattr mq_timedsend mq_timedsend_time64
      mq_timedreceive mq_timedreceive_time64 msgctl msgget msgrcv msgsnd semctl semget semop
      semtimedop semtimedop_time64 shmat shmctl shmdt shmget`,
  },
  {
    reason: 'a program confines itself further',
    calls: `seccomp landlock_create_ruleset landlock_add_rule landlock_restrict_self
      lsm_get_self_attr lsm_set_self_attr lsm_list_modules`,
  },
  {
    reason: 'debuggers; since Linux 4.8 the filter is asked again after the tracer',
    calls: 'ptrace process_vm_readv process_vm_writev',
  },
  {
    reason: 'randomness',
    calls: 'getrandom',
  },
]
