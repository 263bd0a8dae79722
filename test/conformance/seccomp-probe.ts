// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before } from 'node:test'
import { wordsOf } from '../../core/spec/seccomp/abi.ts'
import type { LinuxSeccomp } from '../../core/spec/seccomp/types.ts'

/**
 * dump PID: the newest filter of a process, as it was loaded.
 * try FILE|-: loads a filter, says its pid, then makes each call of standard input in a child of
 *   its own ("i386? number arg0 … arg5") and says how it ended (an errno, or 1000 + a signal).
 */
const source = String.raw`
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct sock_filter filter[4096];

static int dump(pid_t pid) {
  if (ptrace(PTRACE_SEIZE, pid, 0, 0) || ptrace(PTRACE_INTERRUPT, pid, 0, 0)) return 1;
  waitpid(pid, 0, __WALL);
  long count = ptrace(0x420c /* PTRACE_SECCOMP_GET_FILTER */, pid, 0, filter);
  if (count < 0) return perror("PTRACE_SECCOMP_GET_FILTER"), 1;
  return fwrite(filter, 8, count, stdout) != (size_t)count;
}

static int load(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) return 1;
  struct sock_fprog program = { fread(filter, 8, 4096, file), filter };
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)) return 1;
  return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program);
}

static long call(int i386, long n, const long *a) {
#ifdef __x86_64__
  long result;
  if (i386) {
    __asm__ volatile("int $0x80" : "=a"(result)
      : "a"(n), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4])
      : "memory", "r8", "r9", "r10", "r11");
    return result;
  }
#endif
  return syscall(n, a[0], a[1], a[2], a[3], a[4], a[5]) < 0 ? -errno : 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && !strcmp(argv[1], "dump")) return dump(atoi(argv[2]));
  if (argc == 3 && strcmp(argv[2], "-") && load(argv[2])) return perror(argv[2]), 1;
  printf("%d\n", getpid());
  fflush(stdout);
  int i386, status;
  unsigned long n, a[6];
  while (scanf("%d %lu", &i386, &n) == 2) {
    for (int i = 0; i < 6; i++) if (scanf("%lu", &a[i]) != 1) return 1;
    pid_t child = fork();
    if (!child) {
      long result = call(i386, n, (long *)a);
      _exit(result < 0 ? -result : 0);
    }
    waitpid(child, &status, 0);
    printf("%d\n", WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status));
  }
  return 0;
}
`

export interface Probe {
  /** A directory with a root file system whose /probe is the program. */
  readonly directory: string
  readonly program: string
}

/** What is missing to run containers of others; false when nothing is. */
export function whyNot(): string | false {
  const missing = ['cc', 'crun', 'runc'].find(
    (name) => spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0,
  )
  if (missing !== undefined) return `needs program:${missing}: npm run setup -- --peers`
  return process.getuid?.() === 0 ? false : 'needs root: started as a normal user'
}

/** Calls that libseccomp 2.5.4 of Debian 12 has no name for. */
export const youngerNames: ReadonlySet<string> = new Set(
  wordsOf(`uretprobe uprobe map_shadow_stack statmount listmount lsm_get_self_attr
    lsm_set_self_attr lsm_list_modules mseal setxattrat getxattrat listxattrat removexattrat
    open_tree_attr file_getattr file_setattr listns rseq_slice_yield`),
)

/** A probe for the tests of a suite, gone after them. */
export function useProbe(): { readonly probe: () => Probe } {
  let built: Probe | undefined
  before(() => {
    built = buildProbe(mkdtempSync(join(tmpdir(), 'tsbuild-seccomp-')))
  })
  after(() => {
    if (built) rmSync(built.directory, { recursive: true })
  })
  return {
    probe: () => {
      assert.ok(built)
      return built
    },
  }
}

function buildProbe(directory: string): Probe {
  const program = join(directory, 'rootfs/probe')
  for (const name of ['dev', 'proc'])
    mkdirSync(join(directory, 'rootfs', name), { recursive: true })
  writeFileSync(join(directory, 'probe.c'), source)
  execFileSync('cc', ['-static', '-O1', '-o', program, join(directory, 'probe.c')])
  return { directory, program }
}

/** A call as the probe takes it. */
export interface Attempt {
  readonly i386?: boolean
  readonly number: number
  readonly args: readonly bigint[]
}

export interface ContainerRequest {
  readonly runtime: 'crun' | 'runc'
  readonly seccomp?: LinuxSeccomp
  /** A filter that the probe loads by itself. */
  readonly program?: Buffer
  readonly attempts?: readonly Attempt[]
}

export interface ContainerResult {
  /** The filter in force, when the runtime loaded one. */
  readonly filter: Buffer | undefined
  /** How each attempt ended: an errno, 0, or 1000 + a signal. */
  readonly outcomes: readonly number[]
}

/** Runs the probe in a container of another runtime; as root. */
export async function runContainer(
  { directory, program }: Probe,
  { runtime, seccomp, program: own, attempts = [] }: ContainerRequest,
): Promise<ContainerResult> {
  writeFileSync(join(directory, 'rootfs/filter'), own ?? '')
  writeFileSync(join(directory, 'config.json'), configOf(seccomp, own && '/filter'))
  const root = join(directory, `state-${runtime}`)
  const run = [runtime, '--root', root, 'run', '--bundle', directory, basename(directory)]
  // A hybrid cgroup tree is refused by some; it is hidden from them.
  const script = 'mount -t cgroup2 cgroup2 /sys/fs/cgroup && exec "$@"'
  const child = spawn('unshare', ['--mount', 'sh', '-c', script, 'sh', ...run], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const closed = once(child, 'close')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  try {
    const { value: pid } = await lines.next()
    if (pid === undefined) throw new Error(`${runtime} did not start the probe`)
    const filter = seccomp && execFileSync(program, ['dump', pid])
    child.stdin.end(attempts.map(lineOf).join(''))
    const outcomes: number[] = []
    for (let next = await lines.next(); !next.done; next = await lines.next()) {
      outcomes.push(Number(next.value))
    }
    return { filter, outcomes }
  } finally {
    child.stdin.end()
    await closed
  }
}

function lineOf({ i386 = false, number, args }: Attempt): string {
  const six = Array.from({ length: 6 }, (_, at) => args[at] ?? 0n)
  return `${[i386 ? 1 : 0, number, ...six].join(' ')}\n`
}

function configOf(seccomp: LinuxSeccomp | undefined, filter = '-'): string {
  const config = {
    ociVersion: '1.0.2',
    process: {
      user: { uid: 0, gid: 0 },
      args: ['/probe', 'try', filter],
      cwd: '/',
      noNewPrivileges: true,
      capabilities: {},
    },
    root: { path: 'rootfs' },
    mounts: [{ destination: '/proc', type: 'proc', source: 'proc' }],
    // No pid namespace: the probe has to know its pid out here.
    linux: { namespaces: ['mount', 'ipc'].map((type) => ({ type })), seccomp },
  }
  const marked = (_: string, value: unknown) => (typeof value === 'bigint' ? `#${value}#` : value)
  return JSON.stringify(config, marked).replaceAll(/"#(\d+)#"/g, '$1')
}
