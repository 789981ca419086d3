export const usage = `Ballonet: RSS, Go heap in use and LazyFree side by side, and a balloon that proves what is reclaimable.

  ballonet ps      [--target T] [--sudo] [--json]
        the process table once, largest first
  ballonet watch   --pid P [--pprof URL] [--target T] [--sudo] [--interval 1s] [--count N] [--allow-long-read]
                   [--json]
        one process, a line a poll
  ballonet profile URL|FILE [--top N] [--cum] [--sample-index NAME] [--base FILE | --diff-base FILE]
                   [--focus REGEXP] [--ignore REGEXP] [--target T] [--json]
        where memory or time goes, by function: the text of go tool pprof -top
  ballonet balloon --size 2GiB | --until-reclaimed PID  [--pprof URL] [--domain host|cgroup] [--floor 10%]
                   [--step 100MiB] [--hold 5s] [--yes] [--target T] [--confirm-host NAME] [--sudo] [--json]
        bounded pressure, and the proof; Ctrl-C gives the memory back at once
  ballonet capture --pid P[,P…] --seconds N --out FILE.ballonet [--pprof URL] [--target T] [--sudo] [--interval 1s]
                   [--redact arguments,hosts,users,paths | all | none] [--force]
        an incident snapshot of processes; Ctrl-C ends it early and still writes the file
  ballonet report  FILE.ballonet [--html OUT | --json] [--lang en|zh-CN]
        what a snapshot says: in the terminal, as a page that prints, or as lines of JSON
  ballonet demo    [--json]
        plays the incident: a Go service whose memory is all LazyFree, a balloon, the proof

T is local; ssh:HOST, any HOST that your own ssh takes; or exec:COMMAND, a command that gives a POSIX shell on its
standard input, such as 'exec:docker exec -i web sh'. Nothing is installed or left there.
--sudo reads as root there, where sudo needs no password. A balloon on another machine asks for its name once more:
at a terminal, or by --confirm-host NAME (HOST, or the whole COMMAND); --yes alone does not confirm it.
A profile's URL begins with http:// or https:// and is asked from T; without a path it is that of the heap. REGEXP is
a regular expression of Go.
Sizes: 512MiB, 2GiB, or bytes. Times: 500ms, 5s, 2m.
--json prints one JSON object a line; a number that the kernel did not report is null.
Exit status: 0 done, 1 the job failed (message on standard error), 2 wrong usage.`
