// SPDX-License-Identifier: Apache-2.0

/** The archive of a root file system, where the outer container has it. */
export const busyboxInside = '/busybox.tar'

/** Does everything, and prints what it finds as NAME=VALUE. */
export const everything = `set -e
cd /tmp
export TSBUILD_ROOT=\${TSBUILD_ROOT:-/var/lib/tsbuild}
echo rung=$(tsbuild info --json | sed -n 's/.*"rung": \\([0-9]\\),/\\1/p' | head -n 1)
tsbuild from --name c scratch >/dev/null
tsbuild add c ${busyboxInside} / >/dev/null
echo driver=$(sed 's/.*"driver":"\\([a-z]*\\)".*/\\1/' "$TSBUILD_ROOT/driver.json")
echo user=$(tsbuild run --network none c id -u)
echo processes=$(tsbuild run --network none c sh -c 'set -- /proc/[0-9]*; echo $#')
echo hostname=$(tsbuild run --network none --hostname inner c hostname)
echo host=$(tsbuild run --network host c cat /sys/class/net/lo/operstate)
tsbuild run --network none c sh -c 'echo x >/dev/null && mkdir made && chown 0:0 made'
tsbuild commit --quiet c image >/dev/null
mkdir context
echo 'FROM image
RUN rm -r /made && echo built >/built
COPY Containerfile /' >context/Containerfile
tsbuild build --quiet --network none --tag built context >/dev/null
tsbuild push --quiet built oci:/tmp/out
echo pushed=$(ls /tmp/out | wc -l)
`

/** What such a script printed, by name. */
export const foundIn = (stdout: string): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    stdout.split('\n').flatMap((line) => {
      const [name = '', value] = line.split(/=(.*)/s)
      return value === undefined ? [] : [[name, value]]
    }),
  )

/** Files of an outer container: empty but for where things are mounted, and links into /usr. */
export const rootfsScript = `mkdir -p "$1" && cd "$1" && mkdir -m 1777 tmp &&
  mkdir dev etc proc root run sys usr var && ln -s usr/bin usr/sbin usr/lib usr/lib64 .`
