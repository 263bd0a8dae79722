// SPDX-License-Identifier: Apache-2.0

interface AllowedSkip {
  readonly requirement: RegExp
  /** Whether CI may skip it too: only what no CI machine of ours has. */
  readonly inCi: boolean
  readonly reason: string
}

/** Every other skip is a failure: a test that is never run proves nothing. */
const allowedSkips: readonly AllowedSkip[] = [
  {
    requirement: /^(arm64|x86-64|cgroup controllers|systemd|lsm)$/,
    inCi: true,
    reason: 'hardware and host services that the CI machines lack',
  },
  {
    requirement: /^kind:/,
    inCi: false,
    reason: 'a normal user cannot become the other kinds of user',
  },
  {
    requirement: /^(program:.+|registry|cni plugins|debian rootfs|arm64 build)$/,
    inCi: false,
    reason: 'peers are installed by `npm run setup -- --peers` only',
  },
  {
    requirement: /^(internet|root|host root|tun)$/,
    inCi: false,
    reason: 'a person may work offline, without root, in a container',
  },
]

/** @param reason as `lacking` makes it: `needs REQUIREMENT: explanation` */
export function isAllowedSkip(reason: string, inCi: boolean): boolean {
  const [, requirement] = /^needs ([^:]+(?::\S+)?): /.exec(reason) ?? []
  if (requirement === undefined) return false
  return allowedSkips.some(
    (allowed) => allowed.requirement.test(requirement) && (!inCi || allowed.inCi),
  )
}
