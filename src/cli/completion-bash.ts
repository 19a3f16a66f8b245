/**
 * The script for bash, of any version that people have, also without the package bash-completion. What was typed is read
 * from the line itself: bash takes words apart at `=`, and puts in what follows it alone.
 */
export const BASH_SCRIPT = `# Completes the commands of faultline in bash: eval "$(faultline completion bash)"
_faultline() {
  local line=\${COMP_LINE:0:COMP_POINT} words typed answer directive value kept
  read -ra words <<<"$line"
  case $line in *[[:space:]]) words+=("") ;; esac
  typed=\${words[\${#words[@]}-1]}
  COMPREPLY=()
  answer=$("\${words[0]/#\\~\\//$HOME/}" complete -- "\${words[@]:1}" 2>/dev/null) || return 0
  directive=\${answer##*:}
  kept=
  case $typed in --*=*) case $COMP_WORDBREAKS in *=*) ;; *) kept=\${typed%%=*}= ;; esac ;; esac
  while IFS=$'\\t' read -r value _; do
    case $value in '' | :*) ;; *) COMPREPLY+=("$kept$value") ;; esac
  done <<<"$answer"
  # Files are bash's own to complete, where they make sense.
  if [ "$directive" = 4 ] && type compopt >/dev/null 2>&1; then compopt +o default; fi
}
complete -o default -F _faultline faultline
`;
