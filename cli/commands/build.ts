// SPDX-License-Identifier: Apache-2.0
import { buildArgs, stageLimit } from '../build-args.ts'
import { mixedProgress, plainProgress, quietProgress } from '../build-progress.ts'
import { command } from '../command.ts'
import { containerOptions, givenOptions } from '../container-options.ts'

export const buildCommand = command({
  name: 'build',
  aliases: ['bud'],
  group: 'Images',
  summary: 'Build an image from a Containerfile',
  examples: [
    ['tsbuild build -t site .', 'the Containerfile in this directory, and what it copies'],
    ['tsbuild build --target test --build-arg VERSION=2 .', 'a stage of it, with an argument'],
    ['tsbuild build --no-cache -f deploy/Containerfile -t site .', 'everything anew'],
  ],
  namespace: 'enter',
  positionals: {
    context: {
      count: 'optional',
      describe: 'Directory that COPY and ADD take files from; by default this one',
    },
  },
  options: {
    tag: { type: 'string[]', alias: ['t'], describe: 'Name of the image' },
    file: {
      type: 'string',
      alias: ['f'],
      describe: 'Containerfile, if not the one in the context',
    },
    buildArg: {
      type: 'string[]',
      describe: 'NAME=VALUE for an ARG; NAME alone takes the value from here',
    },
    target: { type: 'string', describe: 'Stage to build: its name or its number' },
    ignorefile: { type: 'string', describe: 'File that says what COPY and ADD leave out' },
    noCache: { type: 'boolean', default: false, describe: 'Do every step, also one done before' },
    layers: {
      type: 'boolean',
      default: true,
      describe: 'Make a layer of each step; otherwise one of each stage',
    },
    format: {
      type: 'string',
      choices: ['oci', 'docker'],
      default: 'oci',
      describe: 'Whose format the manifest and the config have',
    },
    stdin: {
      type: 'boolean',
      default: false,
      describe: 'Let RUN steps read the standard input of this command',
    },
    jobs: { type: 'number', default: 1, describe: 'How many stages are built at once; 0: all' },
    iidfile: { type: 'string', describe: 'Write the id of the image to this file' },
    quiet: { type: 'boolean', alias: ['q'], default: false, describe: 'Print only the id' },
    ...containerOptions,
  },
  async run({ context: contextDir = '.', tag, noCache, ...options }, context, io) {
    const { build } = await import('../../core/build/build.ts')
    const request = {
      ...options,
      contextDir,
      tags: tag,
      ignoreFile: options.ignorefile,
      buildArgs: buildArgs(options.buildArg, context().env),
      useCache: !noCache,
      stdin: options.stdin ? ('inherit' as const) : ('null' as const),
      jobs: stageLimit(options.jobs),
      options: givenOptions(options),
    }
    const progress = options.jobs === 1 ? plainProgress : mixedProgress
    const emit = (options.quiet ? quietProgress : progress)(io)
    await build(context(), request, { emit, signal: new AbortController().signal })
    return 0
  },
})
