// SPDX-License-Identifier: Apache-2.0
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { listFiles } from './files.mjs'
import { writeNotices } from './notices.mjs'
import { at, dist } from './paths.mjs'
import { precompileSeccomp } from './seccomp.mjs'
import { sources } from './types.mjs'

const entries = {
  main: 'cli/main.ts',
  run: 'cli/run-main.ts',
  seccomp: 'core/spec/seccomp/seccomp-main.ts',
  cli: 'cli/cli-main.ts',
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
    minifyIdentifiers: name === 'run', // read at each start
    sourcemap: 'linked',
    sourcesContent: false,
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
    external: ['koffi', './run.cjs', './cli.cjs'],
    define: {
      'process.env.NODE_ENV': '"production"',
      'import.meta.url': 'importMetaUrl',
      PRECOMPILED_SECCOMP: precompiled,
    },
    // Only yargs asks for it, and making it costs the others a millisecond or two.
    inject: name === 'cli' ? [at('scripts/lib/import-meta-url.js')] : [],
    plugins: name === 'run' ? [displayWidth, seccompApart] : [displayWidth],
  }
}

/** @param {readonly { metafile: import('esbuild').Metafile }[]} results */
const mergeMetafiles = (results) => ({
  inputs: Object.assign({}, ...results.map(({ metafile }) => metafile.inputs)),
  outputs: Object.assign({}, ...results.map(({ metafile }) => metafile.outputs)),
})

/**
 * What `run` loads only for a profile that the build has not compiled.
 *
 * @type {import('esbuild').Plugin}
 */
const seccompApart = {
  name: 'seccomp-apart',
  setup(build) {
    const filter = /seccomp\/seccomp-main\.ts$/
    build.onResolve({ filter }, () => ({ path: './seccomp.cjs', external: true }))
  },
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
