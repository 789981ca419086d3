# Ballonet's way to a TCP port of the target, where the link itself has none. POSIX sh; runs in bash where there is one.
#
#   sh -c "$(cat connect.sh)" ballonet ADDRESS PORT SECONDS [TOOLS]
#
# Uses the first of TOOLS (default: bash nc ncat busybox curl wget) that is there and says on its first line of output:
#   open       connected; from here on the bytes of the connection, both ways (bash's /dev/tcp)
#   started    the same, but whether it is connected is not known yet (nc tells nothing)
#   curl       a curl that takes its configuration from standard input, to its end, and prints head and body as they came
#   wget       a wget that takes one URL from standard input and prints the body
#   closed     nobody listens there
#   none       there is no such tool
# Nothing is written to a disk. What the tool ended with is the last line of standard error: `ballonet-exit N`.
#
# A connection ends when the other side closes it, or at the end of standard input.

LC_ALL=C
export LC_ALL
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
address=$1 port=$2 seconds=$3 tools=${4:-bash nc ncat busybox curl wget}
case $address in *:*) authority=[$address]:$port ;; *) authority=$address:$port ;; esac

# Tells the shell that started this one, by TERM. Should that have ended meanwhile, its number may be somebody else's.
stop() {
  read -r line </proc/self/stat || exit
  set -- ${line##*\) }
  [ "$2" != "$$" ] || kill "$$"
}

# TERM ends what reads from the other side, and with it everything.
child=
trap '[ -z "$child" ] || kill "$child" 2>/dev/null; exit' TERM

run_bash() {
  [ -n "${BASH_VERSION-}" ] || return 0
  if ! command exec 3<>"/dev/tcp/$address/$port"; then
    echo closed
    exit
  fi 2>/dev/null
  echo open
  exec 4<&0
  {
    cat <&4 >&3
    stop
  } >/dev/null 2>&1 &
  cat <&3 2>/dev/null &
  child=$!
  wait "$child"
  exit
}

# nc and its like: $@ is the command.
run_nc() {
  command -v "$1" >/dev/null 2>&1 || return 0
  [ "$1" != busybox ] || busybox nc --help 2>&1 | grep -q Usage || return 0
  echo started
  exec 4<&0
  {
    cat <&4
    stop
  } 2>/dev/null | {
    exec 5<&0
    trap '[ -z "$child" ] || kill "$child" 2>/dev/null; exit' TERM
    "$@" "$address" "$port" <&5 2>/dev/null &
    child=$!
    wait "$child"
    stop
  } &
  child=$!
  wait "$child"
  exit
}

run_curl() {
  command -v curl >/dev/null 2>&1 || return 0
  # Only connects: 6 and 7 are no such host, refused. An old curl, and one without telnet, says nothing of it.
  curl -q -s --max-time 0.2 "telnet://$authority" </dev/null >/dev/null 2>&1
  case $? in
    6 | 7)
      echo closed
      exit
      ;;
  esac
  echo curl
  curl -q -K -
  echo "ballonet-exit $?" >&2
  exit
}

run_wget() {
  command -v wget >/dev/null 2>&1 || return 0
  echo wget
  case $(wget --help 2>&1) in
    *BusyBox*)
      read -r url && wget -q -O - -T "$seconds" "$url" </dev/null
      ;;
    # The address is read from standard input: arguments can be seen by others.
    *) wget --no-config -nv -S -O - -t 1 -T "$seconds" --max-redirect=0 --no-proxy -i - ;;
  esac
  echo "ballonet-exit $?" >&2
  exit
}

for tool in $tools; do
  case $tool in
    bash) run_bash ;;
    nc | ncat) run_nc "$tool" ;;
    busybox) run_nc busybox nc ;;
    curl) run_curl ;;
    wget) run_wget ;;
  esac
done
echo none
