// SPDX-License-Identifier: Apache-2.0

/** In the order of Linux' numbers. @see signal(7) */
const names = [
  'HUP INT QUIT ILL TRAP ABRT BUS FPE KILL USR1 SEGV USR2 PIPE ALRM TERM STKFLT CHLD CONT STOP',
  'TSTP TTIN TTOU URG XCPU XFSZ VTALRM PROF WINCH IO PWR SYS IOT CLD POLL',
].flatMap((line) => line.split(' '))

/** A name, with or without SIG and in any case, `RTMIN+3`, `RTMAX-3`, or a number up to 64. */
export function isSignal(text: string): boolean {
  if (/^[0-9]{1,2}$/.test(text)) return Number(text) >= 1 && Number(text) <= 64
  const name = text.toUpperCase().replace(/^SIG/, '')
  return names.includes(name) || /^(?:RTMIN(?:\+\d{1,2})?|RTMAX(?:-\d{1,2})?)$/.test(name)
}
