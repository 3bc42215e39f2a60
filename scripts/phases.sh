# Sourced by the scripts that set something up: one line a phase, with its time; what the phase says goes to a log file,
# which is named where something fails.

log=${STILLWATCH_LOG:-${XDG_CACHE_HOME:-$HOME/.cache}/stillwatch/${0##*/}.log}
[ -z "${log%/*}" ] || mkdir -p "${log%/*}"
[ -n "${STILLWATCH_LOG:-}" ] || : >"$log" # a script that calls another shares its log
export STILLWATCH_LOG=$log

say() { printf '%s\n' "$*" >&2; }
stop() { printf '✗ %s\n' "$*" >&2; exit 1; }

now() { local at=$EPOCHREALTIME; printf '%s' "${at//[!0-9]/}"; } # microseconds; the locale's decimal mark left out
since() { printf '%d.%d s' $((($(now) - $1) / 1000000)) $((($(now) - $1) / 100000 % 10)); }

# phase TEXT COMMAND…: does it, and ends the script with the command's exit code if it fails.
phase() {
  local text=$1
  shift
  printf '\n=== %s\n' "$text" >>"$log"
  "$@" </dev/null >>"$log" 2>&1 &
  follow "$text" $! || { local code=$?; why; exit "$code"; }
}

# follow TEXT PID: waits for a child that was started already, and returns its exit code.
follow() {
  local text=$1 pid=$2 code=0 turn=0 began sign=✓
  began=$(now)
  trap 'kill "$pid" 2>/dev/null; printf "\n" >&2; exit 130' INT TERM
  if [ -t 2 ]; then
    while kill -0 "$pid" 2>/dev/null; do
      printf '\r%s %s  %s ' "${SPINNER:turn++ % ${#SPINNER}:1}" "$text" "$(since "$began")" >&2
      sleep 0.1
    done
    printf '\r\033[K' >&2
  fi
  wait "$pid" || code=$?
  trap - INT TERM
  [ "$code" = 0 ] || sign=✗
  printf '%s %-70s %s\n' "$sign" "$text" "$(since "$began")" >&2
  return "$code"
}

# why: the last words of what failed, and where all of them are.
why() {
  grep -v '^ *$' "$log" | tail -n 4 | cut -c 1-200 | sed 's/^/    /' >&2
  say "  all that was said: $log"
}

case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in *[Uu][Tt][Ff]*) SPINNER='⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏' ;; *) SPINNER='-\|/' ;; esac
