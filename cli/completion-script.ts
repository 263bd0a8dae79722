// SPDX-License-Identifier: Apache-2.0

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** A script for the shell to source; it asks `tsbuild __complete` for each completion. */
export const completionScript = (shell: Shell): string => scripts[shell]

const scripts: Readonly<Record<Shell, string>> = {
  bash: `# bash completion of tsbuild
_tsbuild() {
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  mapfile -t COMPREPLY < <(tsbuild __complete bash -- "\${words[@]}" 2>/dev/null)
}
complete -o default -F _tsbuild tsbuild`,

  zsh: `#compdef tsbuild
_tsbuild() {
  local -a found
  found=("\${(@f)$(tsbuild __complete zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n $found[1] ]]; then _describe tsbuild found; else _files; fi
}
compdef _tsbuild tsbuild`,

  fish: `# fish completion of tsbuild
complete -c tsbuild -a '(tsbuild __complete fish -- (commandline -opc)[2..] (commandline -ct))'`,
}
