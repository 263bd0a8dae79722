// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict'
import {
  closeSync,
  constants,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import {
  O_CLOEXEC,
  O_PATH,
  RESOLVE_IN_ROOT,
  RESOLVE_NO_SYMLINKS,
  syscalls,
} from '../../../native-shim/syscalls.ts'

const sys = syscalls()

function scratch(t: TestContext): { path: string; fd: number } {
  const path = mkdtempSync(join(tmpdir(), 'tsbuild-syscalls-test-'))
  const fd = openSync(path, O_PATH | constants.O_DIRECTORY)
  t.after(() => {
    closeSync(fd)
    rmSync(path, { recursive: true })
  })
  return { path, fd }
}

describe('openat2', () => {
  it('keeps a link that leads up and one that is absolute inside', (t) => {
    const { path, fd } = scratch(t)
    mkdirSync(join(path, 'etc'))
    symlinkSync('../../../../etc', join(path, 'up'))
    symlinkSync('/etc', join(path, 'absolute'))
    for (const name of ['up', 'absolute', '../../etc', '/etc']) {
      const flags = O_PATH | O_CLOEXEC | constants.O_DIRECTORY
      const found = sys.openat2(fd, name, { flags, resolve: RESOLVE_IN_ROOT })
      assert.equal(readlinkSync(`/proc/self/fd/${found}`), join(path, 'etc'))
      closeSync(found)
    }
  })

  it('fails as the functions of node:fs do', (t) => {
    const { path, fd } = scratch(t)
    symlinkSync('x', join(path, 'link'))
    const open = (name: string, resolve: number) => () =>
      sys.openat2(fd, name, { flags: O_PATH, resolve })
    assert.throws(open('missing', 0), {
      code: 'ENOENT',
      errno: 2,
      syscall: 'openat2',
      path: 'missing',
    })
    assert.throws(open('link/x', RESOLVE_NO_SYMLINKS), { code: 'ELOOP' })
    assert.throws(open('a\0b', 0), RangeError)
  })
})

describe('times', () => {
  const cases = [
    ['a nanosecond', { seconds: 1700000000, nanoseconds: 1 }, 1_700_000_000_000_000_001n],
    ['before 1970', { seconds: -2, nanoseconds: 750_000_000 }, -1_250_000_000n],
    ['after 2038', { seconds: 2 ** 32, nanoseconds: 0 }, 4_294_967_296_000_000_000n],
  ] as const
  for (const [name, time, want] of cases) {
    it(`${name}, by name and by descriptor`, (t) => {
      const { path, fd } = scratch(t)
      symlinkSync('nowhere', join(path, 'link'))
      sys.utimensat(fd, 'link', time)
      assert.equal(lstatSync(join(path, 'link'), { bigint: true }).mtimeNs, want)
      const file = openSync(join(path, 'file'), 'w')
      sys.futimens(file, time)
      closeSync(file)
      assert.equal(lstatSync(join(path, 'file'), { bigint: true }).mtimeNs, want)
    })
  }
})

describe('mknodat', () => {
  it('makes a fifo under a name that is no UTF-8', (t) => {
    const { path, fd } = scratch(t)
    sys.mknodat(fd, '\xff', constants.S_IFIFO | 0o600, { major: 0, minor: 0 })
    assert.ok(lstatSync(Buffer.from(`${path}/\xff`, 'latin1')).isFIFO())
  })

  const mayMakeDevices = /^\s*0\s+0\s+4294967295/.test(readFileSync('/proc/self/uid_map', 'utf8'))
  const skip =
    mayMakeDevices && process.getuid?.() === 0
      ? false
      : 'needs host root: this is one of a user namespace'
  it('passes device numbers of 12 and 20 bits', { skip }, (t) => {
    const { path, fd } = scratch(t)
    sys.mknodat(fd, 'device', constants.S_IFCHR | 0o600, { major: 0xabc, minor: 0xf1234 })
    // makedev(3): minor's low byte, major, minor's rest.
    assert.equal(lstatSync(join(path, 'device')).rdev, 0xf12abc34)
  })
})

describe('lseek', () => {
  it('finds data and holes, also behind 4 GiB', (t) => {
    const { path } = scratch(t)
    const far = 5 * 2 ** 30
    const fd = openSync(join(path, 'file'), 'w')
    writeSync(fd, 'x', far)
    ftruncateSync(fd, far + 1_000_000)
    assert.equal(sys.lseek(fd, 0, 'hole'), 0)
    assert.equal(sys.lseek(fd, 0, 'data'), far)
    const end = sys.lseek(fd, far, 'hole')
    assert.ok(end > far && end <= far + 65_536)
    assert.throws(() => sys.lseek(fd, end, 'data'), { code: 'ENXIO' })
    assert.throws(() => sys.lseek(fd, far + 1_000_000, 'hole'), { code: 'ENXIO' })
    closeSync(fd)
  })
})

describe('extended attributes', () => {
  it('hold any bytes, and are listed', (t) => {
    const { path } = scratch(t)
    const file = join(path, 'file')
    const value = Buffer.from([0, 0xff, 0x80])
    const fd = openSync(file, 'w')
    sys.fsetxattr(fd, 'user.by-fd', value)
    closeSync(fd)
    sys.lsetxattr(file, 'user.by-path', Buffer.alloc(0))
    assert.deepEqual(sys.llistxattr(file).sort(), ['user.by-fd', 'user.by-path'])
    assert.deepEqual(sys.lgetxattr(file, 'user.by-fd'), value)
    assert.deepEqual(sys.lgetxattr(file, 'user.by-path'), Buffer.alloc(0))
  })

  it('are those of a link, not of what it leads to', (t) => {
    const { path } = scratch(t)
    writeFileSync(join(path, 'file'), '')
    symlinkSync('file', join(path, 'link'))
    const set = () => sys.lsetxattr(join(path, 'link'), 'user.x', Buffer.alloc(1))
    assert.throws(set, { code: 'EPERM' })
  })

  it('are none where the file system has no such thing', () => {
    assert.deepEqual(sys.llistxattr('/proc/self/status'), [])
  })

  it('that is missing is an error', (t) => {
    const { path } = scratch(t)
    assert.throws(() => sys.lgetxattr(path, 'user.missing'), { code: 'ENODATA' })
  })
})
