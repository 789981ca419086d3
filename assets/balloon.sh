# Ballonet's balloon: takes memory bit by bit, and gives all of it back whatever happens. POSIX sh; needs /proc, dd, sleep.
#
#   sh -c "$(cat balloon.sh)" ballonet-balloon MODE key=value...        (commands on standard input, answers on standard output)
#
# MODE probe   bytes=N [join=FILE]      what this host can do, and a dd of N bytes between two lines that the reader times
# MODE guard   floor=BYTES watchdog=MS page=BYTES [max=BYTES] [time=MS] [chunk=MS]
#              and for a memory cgroup: version=1|2 limit=BYTES group=DIR join=FILE hostfloor=BYTES
#
# Commands, one a line: `beat` (I am still there), `look` (say the state), `grow BYTES`, `deflate`. Every line is a heartbeat.
# Answers: `ready`, `state`, `grown`, `refused reason=...`, `shrunk reason=...`, `end reason=...`; each but the first with
# balloon= pending= available= memavailable= in bytes.
#
# How memory is held: `dd bs=N count=1` reads N zero bytes into its buffer and then blocks, for ever, on a pipe that nobody
# reads. The only read end of that pipe belongs to the guard's shell. So when the guard ends in any way, kill -9 included,
# the kernel ends every dd by SIGPIPE and the memory is free. Nothing is ever written to a disk, no dd is started twice.
#
# Processes: top shell ($$, waits) > forwarder (standard input -> events), guard (all decisions) > ticker, holders (dd).
# The ticker wakes the guard, so that floor and watchdog need no `read -t`; it also ends a guard that was stopped.
# The guard ends when: the input ends, no line came for watchdog ms, the ticker is lost, or the top shell is gone or stopped.
#
# In ksh93 the guard is the top shell itself.
#
# Descriptors in the guard: 4 the holders' pipe (read end, never read), 5 the events. Children close both. Both are opened
# again for writing by their names in /proc/self/fd, so both must be real pipes. The pipelines of ksh93 are sockets.

LC_ALL=C
floor=0 watchdog=1500 page=4096 max=0 time=0 chunk=20000 version=0 limit=0 group= join= hostfloor=0 bytes=0

fail() {
  echo "end reason=$1 balloon=0 pending=0 available=0 memavailable=0"
  exit 1
}

# look_at PID: state (letter, or `gone`), parent, born (start time, ticks), rss (pages).
look_at() {
  state=gone parent=0 born=0 rss=0 line=
  { read -r line <"/proc/$1/stat"; } 2>/dev/null || return 0
  [ -n "$line" ] || return 0
  set -- ${line##*\) }
  state=$1 parent=$2 born=${20} rss=${22}
}

# The time since boot, suspended time included, in ms.
read_clock() {
  read -r now line </proc/uptime
  now=$(((${now%.*} * 100 + 1${now#*.} - 100) * 10))
}

# Bytes that are available: in the host (memavailable) and in the domain (available).
measure() {
  memavailable=-1
  while read -r key value line; do
    case $key in MemAvailable:) memavailable=$((value * 1024)) && break ;; esac
  done </proc/meminfo
  available=$memavailable
  if [ "$version" != 0 ]; then
    # A limit that was lowered meanwhile counts at once; `max` is none.
    room=$limit
    for key in $limit_files; do
      value=
      read -r value <"$group/$key"
      case $value in '' | *[!0-9]*) ;; *) [ "$value" -ge "$room" ] || room=$value ;; esac
    done
    used=$limit file=0 found=0
    read -r used <"$group/$usage_file"
    while read -r key value; do
      case $key in
        "$inactive_key" | "$active_key")
          file=$((file + value)) found=$((found + 1))
          [ "$found" -lt 2 ] || break
          ;;
      esac
    done <"$group/memory.stat"
    available=$((room - used + file))
    [ "$available" -le "$memavailable" ] || available=$memavailable
  fi
}

# has_room BYTES: would the floor still hold with so much more taken?
has_room() {
  [ $((available - $1)) -ge "$floor" ] && [ $((memavailable - $1)) -ge "$hostfloor" ]
}

say() {
  echo "$1 balloon=$balloon pending=$pending_bytes available=$available memavailable=$memavailable"
}

# Starts one dd of $1 bytes. Its first acts, before it takes anything: be the kernel's first victim, and join the group.
# Braces, as yash makes two processes of `( ) &`: the outer one would keep the pipe's read end, and would be `$!`.
start_holder() {
  {
    echo 1000 >/proc/self/oom_score_adj || exit 3
    [ -z "$join" ] || echo 0 >"$join" || exit 3
    exec dd if=/dev/zero bs="$1" count=1 >/proc/self/fd/4 4<&- 5<&-
  } </dev/null 2>/dev/null &
  pending=$! pending_bytes=$1 pending_since=$now
}

kill_holder() {
  kill -9 "$1" 2>/dev/null
  wait "$1" 2>/dev/null
}

drop_pending() {
  [ -n "$pending" ] || return 0
  kill_holder "$pending"
  pending= pending_bytes=0
}

# Gives everything back. `wait` returns when the memory is really free.
drop_all() {
  for holder in $pending $holders; do kill -9 "${holder%:*}" 2>/dev/null; done
  drop_pending
  for holder in $holders; do wait "${holder%:*}" 2>/dev/null; done
  holders= balloon=0
}

# Ends the script; the forwarder may be blocked in a read for ever, so it is ended too, if it still is ours.
finish() {
  drop_all
  measure
  say "end reason=$1"
  kill -9 "$ticker" 2>/dev/null
  end_forwarder
  # The top shell was stopped: it could never end by itself.
  look_at "$$"
  [ "$state" != T ] || kill -9 "$$"
  exit 0
}

end_forwarder() {
  [ -n "$forwarder" ] || return 0
  look_at "$forwarder"
  [ "$born" != "$forwarder_born" ] || kill -9 "$forwarder" 2>/dev/null
}

# Below the floor: the newest holders go, one by one, until it holds again.
keep_floor() {
  measure
  has_room 0 && return 0
  [ -n "$pending$holders" ] || return 0
  if [ -n "$pending" ]; then
    drop_pending
    measure
  fi
  for holder in $holders; do
    has_room 0 && break
    kill_holder "${holder%:*}"
    holders=${holders#"$holder"} balloon=$((balloon - ${holder#*:}))
    holders=${holders# }
    measure
  done
  say 'shrunk reason=floor'
}

# A chunk counts when its dd has all of it in memory (an eighth is left for the kernel's lazy counters) and sleeps.
check_pending() {
  [ -n "$pending" ] || return 0
  look_at "$pending"
  case $state in
    gone | Z | X) finish_lost "$pending" ;;
    S)
      if [ $((rss * page)) -ge $((pending_bytes - pending_bytes / 8)) ]; then
        holders="$pending:$pending_bytes${holders:+ $holders}" balloon=$((balloon + pending_bytes))
        pending= pending_bytes=0
        say grown
        return 0
      fi
      ;;
  esac
  read_clock
  if [ $((now - pending_since)) -ge "$chunk" ]; then
    drop_pending
    measure
    say 'shrunk reason=slow'
  fi
}

# A holder ended that the guard did not end. A SIGKILL, which is how the kernel's OOM killer does it, is status 137, in
# ksh93 265 and in yash 393.
finish_lost() {
  status=0
  wait "$1" 2>/dev/null || status=$?
  case $status in 137 | 265 | 393) finish out-of-memory ;; esac
  finish holder-failed
}

check_holders() {
  for holder in $holders; do
    # The link of a zombie leads nowhere.
    [ -e "/proc/${holder%:*}/exe" ] || finish_lost "${holder%:*}"
  done
}

grow() {
  case $1 in '' | *[!0-9]* | 0*) say 'refused reason=invalid' && return 0 ;; esac
  measure
  if [ -n "$pending" ]; then
    say 'refused reason=busy'
  elif [ "$max" != 0 ] && [ $((balloon + $1)) -gt "$max" ]; then
    say 'refused reason=size'
  elif ! has_room "$1"; then
    say 'refused reason=floor'
  else
    start_holder "$1"
    watch_pending
  fi
}

# Between two ticks a growing chunk is looked at more often, where sleep takes fractions.
watch_pending() {
  for try in 1 2 3; do
    [ -n "$pending" ] && [ "$tick_ms" -lt 1000 ] || return 0
    sleep 0.02 4<&- 5<&-
    check_pending
    keep_floor
  done
}

run_ticker() {
  trap '' PIPE
  exec 6>/proc/self/fd/5 4<&- 5<&-
  stopped=0
  while sleep "$tick"; do
    look_at "$guard"
    [ "$born" = "$guard_born" ] || break
    case $state in
      Z | X) break ;;
      T)
        stopped=$((stopped + tick_ms))
        [ "$stopped" -lt 1000 ] || kill -9 "$guard"
        ;;
      *)
        stopped=0
        echo tick >&6 || break
        ;;
    esac
  done
  end_forwarder
}

run_guard() {
  balloon=0 pending= pending_bytes=0 holders= forwarder= ticker=
  look_at self
  read -r guard line </proc/self/stat
  guard_born=$born
  look_at "$$"
  top_born=$born
  read -r line forwarder forwarder_born <&5
  run_ticker </dev/null >/dev/null 2>&1 &
  ticker=$!
  measure
  read_clock
  beat_at=$now tick_at=$now began=$now
  [ "$memavailable" -ge 0 ] || finish no-memavailable
  say "ready tick=$tick_ms"
  while read -r event size <&5; do
    read_clock
    case $event in
      tick) tick_at=$now ;;
      eof) finish eof ;;
      *) beat_at=$now ;;
    esac
    [ $((now - beat_at)) -lt "$watchdog" ] || finish watchdog
    [ $((now - tick_at)) -lt $((tick_ms + 1100)) ] || finish ticker-lost
    [ "$time" = 0 ] || [ $((now - began)) -lt "$time" ] || finish time
    look_at "$$"
    [ "$born" = "$top_born" ] || finish shell-gone
    case $state in Z | X | T) finish shell-gone ;; esac
    check_holders
    check_pending
    keep_floor
    case $event in
      tick) watch_pending ;;
      look) say state ;;
      grow) grow "$size" ;;
      deflate) finish deflate ;;
    esac
  done
  finish eof
}

run_forwarder() {
  trap '' PIPE
  look_at self
  read -r line rest </proc/self/stat
  echo "forwarder $line $born" || exit 0
  while read -r line; do echo "$line" || exit 0; done
  echo eof
}

run_probe() {
  joins=no
  if [ -n "$join" ]; then
    # In the background, because a subshell of ksh is not always a process of its own.
    { echo 0 >"$join"; } 2>/dev/null &
    wait $! && joins=yes
  fi
  echo "probe begin joins=$joins"
  [ "$bytes" = 0 ] || dd if=/dev/zero of=/dev/null bs="$bytes" count=1 2>/dev/null
  echo "probe end status=$?"
}

# An empty pipe whose writer ended at once: the inner right side owns its only read end.
run_in_pipeline() {
  run_forwarder <&3 3<&- | {
    exec 5<&0 3<&- </dev/null
    : | {
      exec 4<&0 </dev/null
      run_guard
    }
  }
}

# The same with process substitutions of ksh93, which are pipes. In `eval`, as it is no syntax of others. By way of 9, as
# the pipe itself may have been opened as 4 or 5, and is closed afterwards.
run_in_ksh() {
  eval 'exec 9< <(run_forwarder <&3 3<&-)' || fail unsupported-shell
  exec 5<&9 9<&- 3<&- </dev/null
  eval 'exec 9< <(: 5<&-)' || fail unsupported-shell
  exec 4<&9 9<&-
  run_guard
}

mode=$1
[ $# -eq 0 ] || shift
for argument; do
  case ${argument#*=} in
    *[!0-9]* | '') case $argument in group=/* | join=/*) ;; *) fail invalid ;; esac ;;
  esac
  case $argument in
    floor=*) floor=${argument#*=} ;;
    watchdog=*) watchdog=${argument#*=} ;;
    page=*) page=${argument#*=} ;;
    max=*) max=${argument#*=} ;;
    time=*) time=${argument#*=} ;;
    chunk=*) chunk=${argument#*=} ;;
    version=*) version=${argument#*=} ;;
    limit=*) limit=${argument#*=} ;;
    group=*) group=${argument#*=} ;;
    join=*) join=${argument#*=} ;;
    hostfloor=*) hostfloor=${argument#*=} ;;
    bytes=*) bytes=${argument#*=} ;;
    *) fail invalid ;;
  esac
done
# Sizes of memory need 64 bits.
[ "$((4294967296 + 1))" = 4294967297 ] || fail unsupported-shell
[ -r /proc/self/stat ] && [ -r /proc/meminfo ] || fail no-proc
command -v dd >/dev/null 2>&1 && command -v sleep >/dev/null 2>&1 || fail no-dd
case $version in
  1)
    usage_file=memory.usage_in_bytes limit_files=memory.limit_in_bytes
    inactive_key=total_inactive_file active_key=total_active_file
    ;;
  *)
    usage_file=memory.current limit_files='memory.max memory.high'
    inactive_key=inactive_file active_key=active_file
    ;;
esac
tick=1 tick_ms=1000
sleep 0.1 2>/dev/null && tick=0.1 tick_ms=100

case $mode in
  probe) run_probe ;;
  guard)
    # Standard error is closed too: the shell would report there each child that was ended on purpose.
    exec 3<&0 2>/dev/null
    if : | true >/proc/self/fd/0; then run_in_pipeline; else run_in_ksh; fi
    ;;
  *) fail invalid ;;
esac
