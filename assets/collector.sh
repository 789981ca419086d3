# Ballonet's collector: answers raw reads of /proc, /sys and files over one shell. POSIX sh; needs an awk. Leaves nothing behind.
#
#   sh -c "$(cat collector.sh)" ballonet-collector [TICK]     first line of standard input: a nonce; then requests, one a line
#
# Requests (MAX: bytes, CUT: 1 = the first MAX bytes will do; a PATH is absolute, without newline or NUL, and ends the line):
#   s                    every /proc/PID/stat                d ID MAX CUT PATH   names a file that polls ask for
#   r ID ID ...            those files                         u ID ID …           forgets them
#   f MAX CUT PATH       a file, once                        x SKIP MAX PATH     a part of a file, as hexadecimal digits
#   l PATH  a link       L PATH  all links of a folder       D PATH  names       i PATH  which file that is
#   e SEQ                the end of a batch                  z COUNT             starts anew, after `again`
#
# Standard output is a row of frames, `NONCE LENGTH` newline and so many bytes, or `NONCE again STATUS` when awk ended (mawk
# ends at any failed read: a process that went away between open and read, a file that answers with an error). The bytes of
# all frames together are a row of records; each but the plain ones is followed by so many bytes as it says:
#   + PID LENGTH   a stat that is new or changed      - PID   one that is gone        S COUNT   so many there are now
#   =   an asked file is as before      W LENGTH   all of it      L LINES LENGTH   `UNCHANGED LINE` for each changed line
#   E CODE   it could not be read       T LENGTH   bytes of an answer      X LENGTH   the same as hexadecimal digits
#   I   the end of one name or link     A CODE MS   the end of an answer   e SEQ MS CPU   the end of a batch
#
# Processes: this shell > loop (requests -> awk), keeper (starts awk, and again) > awk (reads every text, knows what it sent
# last), watcher (every TICK seconds; ends all when awk slept for three of them: the link is dead or the reader is gone).

set +a +e +f +u +v +x +C
unalias -a 2>/dev/null
unset -f printf read cd echo test [ kill wait sleep true false command trap set shift id uname getconf od ls stat readlink awk mawk gawk busybox timeout sudo 2>/dev/null
unset nonce request IFS CDPATH POSIXLY_CORRECT GAWK_READ_TIMEOUT GREP_OPTIONS LS_COLORS BLOCK_SIZE TIME_STYLE
command -v shopt >/dev/null 2>&1 && shopt -u failglob nullglob dotglob nocaseglob nocasematch
LC_ALL=C PATH=${PATH:-/bin}:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin IFS=' '
export LC_ALL PATH
tick=${1:-20} bracket=') ' newline='
'

has() { command -v "$1" >/dev/null 2>&1; }

# put TEXT: one line to awk. printf is no builtin of mksh: as a program it would cost a fork and show its arguments.
case "$(command -v printf) $(command -v print)" in
  */*\ print) put() { print -r -- "$1"; } ;;
  *) put() { printf '%s\n' "$1"; } ;;
esac

# Which awk, how it is called so that it answers at once, and whether NUL bytes and lengths of bytes survive it.
find_awk() {
  flavour= nulls=0 lines=0 awk= interactive=
  for try in awk mawk gawk original-awk nawk 'busybox awk'; do
    has "${try%% *}" || continue
    [ "$($try 'BEGIN { printf "%d", length("\303\244") }' </dev/null 2>/dev/null)" = 2 ] || continue
    awk=$try
    break
  done
  [ -n "$awk" ] || return 0
  case $($awk -W version </dev/null 2>&1) in
    *mawk*) flavour=mawk interactive='-W interactive' ;;
    *GNU\ Awk*) flavour=gawk ;;
    *BusyBox*) flavour=busybox ;;
    *) flavour=other ;;
  esac
  # The BSD one says its name in another way, and busybox may be the next program that its warning calls.
  case $($awk --version </dev/null 2>&1) in *'awk version 2'*) flavour=other ;; esac
  # mawk, when it answers at once, knows lines only: their last newline is taken for granted then, and NUL bytes are lost.
  case $($awk $interactive 'BEGIN { RS = "\001"; getline t < "/proc/self/status"; print t ~ /\n./ }' </dev/null 2>/dev/null) in
    1) lines=0 ;;
    *) lines=1 ;;
  esac
  text=$($awk $interactive 'BEGIN { RS = "\001"; getline t < "/proc/self/cmdline"; print length(t) ":" t }' </dev/null 2>/dev/null | tr '\000' '@')
  case $text in *:*@BEGIN*@) nulls=1 ;; esac
  rest=${text#*:}
  [ "${text%%:*}" = "${#rest}" ] || nulls=0
}

# look_at PATH: the letters of what it is: e there, r readable, d a folder, or `x`: hidden from this user; `-` for none.
look_at() {
  look=
  if [ -e "$1" ]; then
    look=e
    [ -r "$1" ] && look=er
    [ -d "$1" ] && look=${look}d
  elif [ -L "$1" ]; then
    # A link of /proc/PID that leads nowhere: a thread of the kernel and a zombie have no program, another's is not shown.
    case $1 in /proc/[0-9]*/*) has_memory "$1" && look=x ;; esac
  elif [ ! -x "${1%/*}/" ] && [ -d "${1%/*}/" ]; then
    look=x
  fi
  look=${look:--}
}

# has_memory PATH: is the process that PATH is of neither a zombie nor a thread of the kernel (PF_KTHREAD)?
has_memory() {
  about=${1#/proc/} about=${about%%/*} text=
  { while read -r about_line; do text="$text $about_line"; done <"/proc/$about/stat"; } 2>/dev/null
  [ -n "$text" ] || return 1
  text=${text##*"$bracket"}
  case $text in Z* | X*) return 1 ;; esac
  text=${text#* * * * * * } text=${text%% *}
  [ "$((text & 2097152))" = 0 ]
}

# The code of what a test said before or a tool said on its standard error.
explain() {
  case $1 in
    *'not found'* | *'nvalid option'* | *'nrecognized option'*) code=unsupported ;;
    *enied* | *permitted*) code=permission-denied ;;
    *'o such '*) code=gone ;;
    *'not supported'* | *'nvalid argument'*) code=unsupported ;;
    *) code=failed ;;
  esac
}

# Text of any bytes but NUL, newlines too.
put_text() {
  text=$1
  while :; do
    case $text in
      *"$newline"*)
        put "t ${text%%"$newline"*}"
        put n
        text=${text#*"$newline"}
        ;;
      *) break ;;
    esac
  done
  put "t $text"
}

item() {
  put_text "$1"
  put c
}

# Answers with a code where look_at already tells; false: go on.
refuse() {
  look_at "$1"
  case $look in
    -) put 'a gone' ;;
    x) put 'a permission-denied' ;;
    *r*) return 1 ;;
    *) put 'a permission-denied' ;;
  esac
}

read_file() {
  max=${1%% *} file=${1#* }
  cut=${file%% *} file=${file#* }
  refuse "$file" && return
  case $look in *d*) put 'a failed' && return ;; esac
  mode=w
  case $file in
    /proc/*/exe | /proc/*/root/* | /proc/*/cwd/* | /proc/*/fd/* | /proc/*/map_files/* | /proc/*/pagemap | /proc/*/mem) mode=x ;;
    /proc/*/cmdline | /proc/*/environ | /proc/*/auxv | /proc/*/attr/*) [ "$nulls" = 1 ] || mode=x ;;
    # Long ones whose lines all end: read line by line, so that awk never holds all of it.
    /proc/*maps | /proc/*/net/* | /proc/net/*) mode=l ;;
    /proc/* | /sys/*) ;;
    *) mode=x ;;
  esac
  if [ $mode = x ]; then
    read_part "0 $((max + 1)) $file"
  else
    put "f $mode $max $cut $look $file"
  fi
}

read_part() {
  skip=${1%% *} file=${1#* }
  max=${file%% *} file=${file#* }
  refuse "$file" && return
  # A pipe or a terminal would be waited for.
  [ -f "$file" ] || { put 'a failed' && return; }
  put b
  problem=$({ od -A n -v -t x1 -j "$skip" -N "$max" "$file" </dev/null >&4; } 2>&1) && code=ok || explain "$problem"
  # Some say so when a file ends before SKIP.
  case $problem in *'past end'* | *'cannot skip'*) code=ok ;; esac
  put "a $code"
} 4>&1

read_link() {
  if has readlink; then
    problem=$(readlink "$1" 2>/dev/null && echo x) && problem=${problem%x} problem=${problem%"$newline"}
  else
    problem=$(ls -ld "$1" 2>/dev/null && echo x) && problem=${problem%"${newline}x"} problem=${problem#*" $1 -> "}
  fi
  if [ -n "$problem" ]; then
    put_text "$problem"
    put 'a ok'
  elif [ -e "$1" ] && [ ! -L "$1" ]; then
    put 'a unsupported'
  else
    look_at "$1"
    case $look in - | e*) put 'a gone' ;; *) put 'a permission-denied' ;; esac
  fi
}

read_folder() {
  refuse "$1" && return
  case $look in *d*) ;; *) put 'a gone' && return ;; esac
  for entry in "${1%/}"/* "${1%/}"/.[!.]* "${1%/}"/..?*; do
    [ -e "$entry" ] || [ -L "$entry" ] || continue
    item "${entry#"${1%/}"/}"
  done
  put 'a ok'
}

# One ls for all links of a folder: the reader takes its lines apart.
read_links() {
  refuse "$1" && return
  [ -x "$1" ] || { put 'a permission-denied' && return; }
  put b
  ls $list "$1/" 2>/dev/null | while read -r entry; do put "t $entry" && put n; done
  look_at "$1"
  case $look in -) put 'a gone' ;; *) put 'a ok' ;; esac
}

read_identity() {
  look_at "$1"
  case $look in
    -) put 'a gone' && return ;;
    x) put 'a permission-denied' && return ;;
  esac
  problem=
  has stat && problem=$(stat -L -c '%d:%i:%s:%y' "$1" 2>/dev/null)
  [ -n "$problem" ] || problem=$(ls -Lnid "$1" 2>/dev/null)
  if [ -n "$problem" ]; then
    put_text "${problem%" $1"}"
    put 'a ok'
  else
    put 'a failed'
  fi
}

# What `ls` takes so that it shows a newline as something else.
list=-ln
ls -lnq / >/dev/null 2>&1 && list=-lnq

# fact KEY VALUE
fact() { [ -z "$2" ] || item "$1=$2"; }

first_line() {
  first=
  { read -r first <"$1"; } 2>/dev/null
  fact "$2" "$first"
}

# What this kernel counts and shows of MADV_FREE: 1 or 0, and nothing where a file can't be read.
tell_kernel_memory() {
  counted='' shown=''
  {
    while read -r name rest; do
      case $name in pgfault) counted=${counted:-0} ;; pglazyfreed) counted=1 ;; esac
    done </proc/vmstat
  } 2>/dev/null
  fact lazyfreed "$counted"
  smaps=/proc/self/smaps
  [ -r /proc/self/smaps_rollup ] && smaps=/proc/self/smaps_rollup
  {
    while read -r name rest; do
      case $name in
        # The second one: all of a mapping has been seen.
        Rss:) [ -z "$shown" ] && shown=0 || break ;;
        LazyFree:) shown=1 && break ;;
      esac
    done <$smaps
  } 2>/dev/null
  fact lazyfree "$shown"
  {
    while read -r name amount rest; do
      case $name in SwapTotal:) fact swap "$amount" && break ;; esac
    done </proc/meminfo
  } 2>/dev/null
}

tell_facts() {
  fact awk "$flavour"
  fact nulls "$nulls"
  fact user "$(id -un 2>/dev/null)"
  uid=$(id -u 2>/dev/null)
  fact uid "$uid"
  fact arch "$(uname -m 2>/dev/null)"
  fact os "$(uname -s 2>/dev/null)"
  first_line /proc/sys/kernel/osrelease release
  first_line /proc/sys/kernel/hostname hostname
  first_line /proc/sys/kernel/random/boot_id boot
  first_line /sys/kernel/mm/transparent_hugepage/enabled thp
  first_line /sys/kernel/mm/transparent_hugepage/defrag thpdefrag
  tell_kernel_memory
  fact page "$(getconf PAGESIZE 2>/dev/null)"
  fact ticks "$(getconf CLK_TCK 2>/dev/null)"
  for name in dd timeout od stat readlink curl wget bash nc sudo getconf; do has $name && item "has=$name"; done
  shell=$(readlink "/proc/$$/exe" 2>/dev/null)
  fact shell "$shell"
  [ -r /proc/pressure/memory ] && item pressure=1
  [ -e /proc/self/smaps_rollup ] && item rollup=1
  if [ -e /.dockerenv ] || [ -e /run/.containerenv ]; then item container=1; fi
  # sudo may wait for a directory server: never without a limit.
  if [ "$uid" != 0 ] && has sudo && has timeout; then
    if timeout 3 sudo -n true </dev/null >/dev/null 2>&1; then item sudo=1; else item sudo=0; fi
  fi
  put h
  put 'a ok'
}

# Takes requests until standard input ends, and hands to awk what it can do.
serve() {
  me=
  read -r me request </proc/self/stat
  put "$me"
  put "z $nonce 0"
  put "$nonce 0"
  put b
  tell_facts
  put 'e 0'
  while IFS= read -r request; do
    case $request in
      s)
        set -- [0-9]*
        put "s $*"
        ;;
      r\ * | u\ * | e\ *) put "$request" ;;
      f\ *) read_file "${request#? }" ;;
      x\ *) read_part "${request#? }" ;;
      l\ *) read_link "${request#? }" ;;
      L\ *) read_links "${request#? }" ;;
      D\ *) read_folder "${request#? }" ;;
      i\ *) read_identity "${request#? }" ;;
      d\ *)
        look_at "/${request#*/}"
        put "d $look ${request#? }"
        ;;
      z\ *)
        put "z $nonce ${request#? }"
        put "$nonce ${request#? }"
        ;;
    esac
  done
}

program='
# Bytes of the record row that were not sent yet; a frame holds whole records or pieces of their bytes, it never mixes rows.
function flush() {
  if (out == "") return
  print nonce " " length(out) "\n" out
  fflush()
  out = ""
}
function add(text) {
  out = out text
  if (length(out) > 16000) flush()
}
function cpu(  t) {
  if ((getline t < "/proc/self/schedstat") <= 0) t = 0
  close("/proc/self/schedstat")
  return t / 1000000
}
function clock(  t) {
  if ((getline t < "/proc/uptime") <= 0) t = 0
  close("/proc/uptime")
  return t * 1000
}
function start() {
  begun = 1
  clock0 = clock()
  cpu0 = cpu()
}
function begin() {
  read_clock = clock()
  read_cpu = cpu()
}
function spent(from_clock, from_cpu,  wall, busy) {
  wall = clock() - from_clock
  busy = cpu() - from_cpu
  return sprintf("%.3f", busy > wall ? busy : wall)
}
# Every stat of the processes that were listed: what differs from what was sent.
function stats(list,  n, i, p, f, t, x, live) {
  n = split(list, pids, " ")
  live = 0
  RS = between
  for (i = 1; i <= n; i++) {
    p = pids[i]
    f = p "/stat"
    if ((getline t < f) > 0) {
      while ((getline x < f) > 0) t = t between x
      close(f)
      t = t after
      live++
      if (last[p] != t) {
        if (last[p] == "") known++
        last[p] = t
        add("+ " p " " length(t) "\n" t)
      }
    } else {
      close(f)
      if (p in last) forget(p)
    }
  }
  if (known > live) {
    split("", now)
    for (i = 1; i <= n; i++) now[pids[i]] = 1
    n = 0
    for (p in last) if (!(p in now)) gone[++n] = p
    for (i = 1; i <= n; i++) forget(gone[i])
  }
  add("S " known + 0 "\n")
}
function forget(p) {
  delete last[p]
  known--
  add("- " p "\n")
}
# Why a file could not be opened or read: what the shell saw of it, and whether its process still answers.
function problem(file, look,  f, t, n, part) {
  if (look == "-") return "gone"
  if (look ~ /d/) return "failed"
  if (file ~ /^\/proc\/[0-9]+\//) {
    split(file, part, "/")
    f = part[3] "/stat"
    n = whole(f)
    if (n <= 0) return "gone"
    # The greedy match ends at the last bracket, whatever the name of the process holds.
    t = got
    gsub(/[\n\001]/, " ", t)
    sub(/^.*\) /, "", t)
    split(t, part, " ")
    # Zombies and threads of the kernel have no memory to tell of: the kernel says that there is no such process.
    if (part[1] == "Z" || part[1] == "X" || part[21] + 0 == 0) return "gone"
    return "permission-denied"
  }
  return look ~ /r/ ? "failed" : "permission-denied"
}
# All of a file in `got`; below 0: it could not be read.
function whole(file,  n, x) {
  RS = between
  n = (getline got < file)
  if (n > 0) {
    while ((getline x < file) > 0) got = got between x
    got = got after
  } else got = ""
  close(file)
  return n
}
# A polled file: nothing when it is as before, its changed lines, or all of it.
function poll(id,  t, f) {
  f = path[id]
  # A folder would end mawk.
  if (f == "" || look[id] ~ /d/) return lose(id, "failed")
  if (whole(f) < 0) return lose(id, problem(f, look[id]))
  t = got
  if (length(t) > max[id]) {
    if (!cut[id]) return lose(id, "too-large")
    t = substr(t, 1, max[id])
  }
  if (!(id in text)) add("W " length(t) "\n" t)
  else if (text[id] == t) add("=\n")
  else change(id, t)
  text[id] = t
}
function lose(id, code) {
  delete text[id]
  add("E " code "\n")
}
function change(id, t,  n, m, i, same, ops) {
  m = split(text[id], old, "\n")
  n = split(t, new, "\n")
  same = 0
  ops = ""
  for (i = 1; i <= n; i++) {
    if (i <= m && old[i] == new[i]) {
      same++
      continue
    }
    ops = ops same " " new[i] "\n"
    same = 0
  }
  if (length(ops) < length(t)) add("L " n " " length(ops) "\n" ops)
  else add("W " length(t) "\n" t)
}
# A file once. Mode w: all at once, exact to the last byte; l: line by line.
function once(mode, most, may_cut, seen, file,  t, n, left, rest) {
  # What came before goes first: this one may take long, and mawk may end.
  flush()
  left = most
  rest = 0
  if (lines) mode = "l"
  RS = mode == "w" ? between : "\n"
  begin()
  n = (getline t < file)
  # Some awks take an error for an end: this file is never empty.
  if (n < 0 || n == 0 && file ~ /\/smaps_rollup$/) {
    close(file)
    return add("A " problem(file, seen) " " spent(read_clock, read_cpu) "\n")
  }
  while (n > 0) {
    if (mode == "l") t = t "\n"
    else if (rest) t = RS t
    rest = 1
    if (length(t) > left) {
      t = substr(t, 1, left)
      piece = piece t
      left = -1
      break
    }
    left -= length(t)
    piece = piece t
    if (length(piece) > 4000) send()
    n = (getline t < file)
  }
  close(file)
  send()
  add("A " (left < 0 && !may_cut ? "too-large" : "ok") " " spent(read_clock, read_cpu) "\n")
}
function send() {
  while (length(piece) > 60000) {
    add("T 60000\n" substr(piece, 1, 60000))
    piece = substr(piece, 60001)
  }
  if (piece != "") add("T " length(piece) "\n" piece)
  piece = ""
}
function send_hex() {
  if (hex != "") add("X " length(hex) "\n" hex)
  hex = ""
}
# What only awk finds out quickly about the host.
function tell_host(  t, n, part) {
  RS = "\n"
  while ((getline t < "/proc/cpuinfo") > 0) if (t ~ /^processor[ \t]*:/) n++
  close("/proc/cpuinfo")
  if (n) tell("cpus=" n)
  while ((getline t < "/proc/self/cgroup") > 0) {
    split(t, part, ":")
    if (("," part[2] ",") ~ /,memory,/) n = "v1"
    else if (t ~ /^0::/ && n != "v1") n = "v2"
  }
  close("/proc/self/cgroup")
  if (n == "v1" || n == "v2") tell("cgroup=" n)
  n = ""
  while ((getline t < "/proc/self/mountinfo") > 0) {
    split(t, part, " ")
    if (part[5] == "/proc") n = match(t, /hidepid=[a-z0-9]+/) ? substr(t, RSTART, RLENGTH) : ""
  }
  close("/proc/self/mountinfo")
  if (n != "") tell(n)
  while ((getline t < "/proc/self/smaps") > 0) if (t ~ /^KernelPageSize:/) {
    split(t, part, " ")
    tell("smapspage=" part[2] * 1024)
    break
  }
  close("/proc/self/smaps")
}
function tell(t) {
  piece = t
  send()
  add("I\n")
}
BEGIN {
  ORS = ""
  # Between two records of a file, and after the last one.
  between = lines ? "\n" : "\001"
  after = lines ? "\n" : ""
  out = piece = hex = ""
  getline line
  nonce = line
  sub(/ .*/, "", nonce)
  # After an end the next batch goes out record by record: the last one that comes tells which read is deadly.
  careful = line !~ / 0$/
  while (1) {
    RS = "\n"
    if ((getline line) <= 0) break
    kind = substr(line, 1, 1)
    if (kind == " ") {
      gsub(/[^0-9a-f]/, "", line)
      hex = hex line
      if (length(hex) > 2000) send_hex()
      continue
    }
    rest = substr(line, 3)
    if (!begun) start()
    if (kind == "s") stats(rest)
    else if (kind == "r") {
      count = split(rest, ids, " ")
      for (item = 1; item <= count; item++) {
        poll(ids[item])
        if (careful) flush()
      }
    } else if (kind == "t") piece = piece rest
    else if (kind == "n") piece = piece "\n"
    else if (kind == "c") {
      send()
      add("I\n")
    } else if (kind == "b") begin()
    else if (kind == "a") {
      send()
      send_hex()
      add("A " rest " " (read_clock == "" ? 0 : spent(read_clock, read_cpu)) "\n")
      read_clock = ""
    } else if (kind == "f") {
      split(rest, word, " ")
      once(word[1], word[2] + 0, word[3] + 0, word[4], substr(rest, index(rest, "/")))
      read_clock = ""
    } else if (kind == "d") {
      split(rest, word, " ")
      id = word[2]
      look[id] = word[1]
      max[id] = word[3] + 0
      cut[id] = word[4] + 0
      path[id] = substr(rest, index(rest, "/"))
      delete text[id]
    } else if (kind == "u") {
      count = split(rest, ids, " ")
      for (item = 1; item <= count; item++) {
        id = ids[item]
        delete look[id]
        delete max[id]
        delete cut[id]
        delete path[id]
        delete text[id]
      }
    } else if (kind == "h") tell_host()
    else if (kind == "e") {
      busy = cpu()
      add("e " rest " " spent(clock0, cpu0) " " sprintf("%.3f", busy - cpu0) "\n")
      flush()
      begun = careful = 0
    }
    if (careful) flush()
  }
}
'

# Ends awk ($1) and the loop ($2) when awk did not wake for three ticks: nobody asks, or nobody takes the answers.
watch() {
  exec </dev/null >/dev/null 2>&1 3<&-
  trap 'kill $! 2>/dev/null; exit 0' TERM
  before= quiet=0
  while :; do
    sleep "$tick" &
    wait $!
    wakes=
    [ -r "/proc/$1/status" ] || exit 0
    while IFS= read -r about; do
      case $about in voluntary_ctxt_switches:*) wakes=$about ;; esac
    done <"/proc/$1/status"
    if [ "$wakes" = "$before" ]; then quiet=$((quiet + 1)); else quiet=0; fi
    before=$wakes
    if [ $quiet -ge 3 ]; then
      kill -9 "$1" "$2"
      exit 0
    fi
  done
}

# Reads what the loop writes: its pid, then for each start of awk a line that marks where it begins.
keep_awk() {
  exec 3<&0
  IFS= read -r loop <&3
  starts=0
  while [ $starts -lt 1000 ]; do
    while :; do
      IFS= read -r mark <&3 || return 0
      case $mark in "z $nonce "*) break ;; esac
    done
    starts=$((starts + 1))
    # exec: yash would start one more process, and wait.
    { exec $awk $interactive -v lines=$lines "$program" <&3 3<&- 2>/dev/null; } &
    worker=$!
    watch $worker "$loop" &
    watcher=$!
    wait $worker
    end=$?
    kill $watcher 2>/dev/null
    wait $watcher 2>/dev/null
    # 0: the input ended. Above 128: somebody wants it gone.
    if [ $end = 0 ] || [ $end -gt 128 ]; then return 0; fi
    put "$nonce again $end"
  done
}

IFS= read -r nonce || exit 1
if ! cd /proc 2>/dev/null || [ ! -r /proc/self/stat ]; then
  put "$nonce missing proc"
  exit 1
fi
find_awk
if [ -z "$awk" ]; then
  put "$nonce missing awk"
  exit 1
fi
# In the background, as ksh and zsh run the end of a pipeline themselves: whatever ends this shell, the others see the end of
# their input or output, and end too.
exec 5<&0
{ serve <&5 5<&- | keep_awk 5<&-; } &
wait $!
