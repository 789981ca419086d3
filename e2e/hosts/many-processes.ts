import { spawn } from 'node:child_process'

/** Many small processes of one name. */
export interface ManyProcesses {
  /** Pid of the one that started them, the parent of all. */
  parentPid: number
  /** Ends all of them; resolves when they are gone. */
  end(): Promise<void>
}

// Perl forks without exec: 1,500 of them share their pages and start in a second or two. The children have their parent's
// end of a pipe as standard input and end when it closes, however the parent dies.
const forkAndWait = `
my $count = shift;
pipe(my $read, my $write);
for (1 .. $count) {
  my $pid = fork() // die "fork: $!";
  if ($pid == 0) { close $write; close STDIN; close STDOUT; sysread($read, my $end, 1); exit 0 }
}
close $read;
$| = 1;
print "ready\\n";
1 while <STDIN>;
close $write;
1 while wait() > 0;
`

export async function startManyProcesses(count: number): Promise<ManyProcesses> {
  const child = spawn('/usr/bin/perl', ['-e', forkAndWait, String(count)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve())
    child.once('exit', () => reject(new Error('could not fork')))
  })
  return {
    parentPid: child.pid!,
    async end() {
      child.stdin.end()
      await ended
    },
  }
}
