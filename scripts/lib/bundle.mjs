// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { removeCodeCaches } from './code-cache.mjs'
import { listFiles } from './files.mjs'
import { writeNotices } from './notices.mjs'
import { at, dist } from './paths.mjs'
import { precompileSeccomp } from './seccomp.mjs'
import { sources } from './types.mjs'

const entries = {
  main: 'cli/main.ts',
  run: 'cli/run-main.ts',
  seccomp: 'core/spec/seccomp/seccomp-main.ts',
  mounts: 'core/runtime/mounts-main.ts',
  external: 'core/runtime/external/external-main.ts',
  conf: 'core/engine-conf/conf-main.ts',
  hooks: 'core/hooks/hooks-main.ts',
  loans: 'core/runtime/bare/loans-main.ts',
  cni: 'core/network/cni/cni-main.ts',
  detach: 'core/network/cni/detach-main.ts',
  cli: 'cli/cli-main.ts',
  yargs: 'cli/yargs.ts',
  schema: 'core/lib/schema.ts',
  execa: 'core/lib/execa.ts',
  digest: 'core/snapshot/digest-worker.ts',
}

/**
 * The programs that the package holds: CommonJS, because the ESM loader costs 5 ms a start.
 *
 * @returns {import('./steps.mjs').Step | undefined}
 */
export function bundleStep() {
  const present = Object.entries(entries).filter(([, source]) => existsSync(at(source)))
  if (present.length === 0) return undefined
  const product = sources().filter((path) => !path.startsWith(at('test/')))
  const scripts = listFiles([at('scripts/lib')])
  return {
    name: 'bundle',
    inputs: [...product, ...scripts, at('package-lock.json')],
    outputs: present.map(([name]) => join(dist, 'lib', `${name}.cjs`)),
    run: () => bundle(present),
  }
}

/** @param {readonly (readonly [string, string])[]} present */
async function bundle(present) {
  const { build } = await import('esbuild')
  removeCodeCaches() // V8 would take one for another bundle of the same length
  const precompiled = JSON.stringify(await precompileSeccomp())
  const results = []
  for (const [name, source] of present)
    results.push(await build(options(name, source, precompiled)))
  writeNotices(mergeMetafiles(results), join(dist, 'lib', 'THIRD-PARTY-NOTICES'))
}

/**
 * main.cjs starts first and says when Node is too old, so an old Node must be able to read it.
 *
 * @param {string} name
 * @param {string} source
 * @param {string} precompiled JSON
 * @returns {import('esbuild').BuildOptions & { metafile: true }}
 */
function options(name, source, precompiled) {
  return {
    absWorkingDir: at(),
    entryPoints: { [name]: source },
    outdir: join(dist, 'lib'),
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: name === 'main' ? 'node12' : 'node20',
    minifySyntax: true,
    minifyWhitespace: true,
    minifyIdentifiers: true, // less to read at each start
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    external: ['koffi'],
    supported: { 'dynamic-import': false }, // what is compiled by vm.Script has only require
    define: {
      'process.env.NODE_ENV': '"production"',
      'import.meta.url': name === 'yargs' ? 'importMetaUrl' : '__filename',
      'import.meta.dirname': '__dirname',
      PRECOMPILED_SECCOMP: precompiled,
    },
    // Only yargs asks for it, and making it costs the others a millisecond or two.
    inject: name === 'yargs' ? [at('scripts/lib/import-meta-url.js')] : [],
    plugins: [displayWidth, ...apart.filter((plugin) => plugin.name !== name)],
  }
}

/** @param {readonly { metafile: import('esbuild').Metafile }[]} results */
const mergeMetafiles = (results) => ({
  inputs: Object.assign({}, ...results.map(({ metafile }) => metafile.inputs)),
  outputs: Object.assign({}, ...results.map(({ metafile }) => metafile.outputs)),
})

/**
 * What few commands need is a bundle of its own: the compiler of seccomp profiles, volumes, CNI,
 * what drives OCI runtimes, what reads containers.conf and hooks, yargs, which writes help and
 * completion, the checks of foreign JSON, and what starts programs of the host.
 *
 * @type {readonly import('esbuild').Plugin[]}
 */
const apart = [
  leftApart('seccomp', /seccomp\/seccomp-main\.ts$/),
  leftApart('external', /external\/external-main\.ts$/),
  leftApart('conf', /\/conf-main\.ts$/),
  leftApart('hooks', /\/hooks-main\.ts$/),
  leftApart('loans', /bare\/loans-main\.ts$/),
  leftApart('mounts', /runtime\/mounts-main\.ts$/),
  leftApart('cni', /\/cni-main\.ts$/),
  leftApart('yargs', /\/yargs\.ts$/),
  leftApart('schema', /lib\/schema\.ts$/),
  leftApart('execa', /lib\/execa\.ts$/),
]

/** @param {string} name @param {RegExp} filter @returns {import('esbuild').Plugin} */
function leftApart(name, filter) {
  return {
    name,
    setup(build) {
      build.onResolve({ filter }, ({ kind }) =>
        kind === 'entry-point' ? undefined : { path: `./${name}.cjs`, external: true },
      )
    },
  }
}

/**
 * yargs measures text with string-width, whose Unicode tables cost 40 ms of every start that
 * shows a usage error or help; ours knows what a terminal needs.
 *
 * @type {import('esbuild').Plugin}
 */
const displayWidth = {
  name: 'display-width',
  setup(build) {
    build.onResolve({ filter: /^string-width$/ }, () => ({ path: '.', namespace: 'width' }))
    build.onLoad({ filter: /.*/, namespace: 'width' }, () => ({
      contents: 'export { displayWidth as default } from "./cli/display-width.ts"',
      resolveDir: at(),
    }))
  },
}
