/**
 * Sentences of the balloon: phases, plan, risks, refusals, stops and the proof. Keys after the dot are the values of the
 * types in core/balloon/types.ts. Sizes, durations and percentages come in as formatted text.
 */
export const balloonText = {
  en: {
    phase: {
      idle: 'No balloon',
      ramp: 'Taking memory',
      hold: 'Holding',
      deflating: 'Giving memory back',
      done: 'Done',
    },
    domain: {
      host: 'The whole host',
      cgroup: 'The memory cgroup {path} (limit {limit})',
    },
    plan: {
      takes: 'Takes up to {size} in about {steps} steps: about {duration} at {speed}/s.',
      freeFirst: '{free} is free and goes first: until then the kernel does not look at LazyFree.',
      lazyFree: 'LazyFree is {lazyFree} now and is expected to be gone at {expected}.',
      nothing: 'LazyFree is about 0 now: RSS is expected to stay.',
      evicts: 'Up to {cache} of page cache may be evicted on the way.',
      stops:
        'Stops when LazyFree is gone, at {limit}, before less than {floor} would stay available, when memory pressure passes {psi}, when the kernel writes to swap, or after {time}.',
      after: 'Holds for {hold}, then gives everything back.',
    },
    risk: {
      'remote-host':
        'The balloon runs on {host}, not on this machine: the processes there feel the pressure.',
      'floor-near':
        'The floor is near: most of LazyFree may be out of reach before the floor stops the balloon, and little memory would be left meanwhile.',
      'psi-already-up': 'Processes on this host already wait for memory. More pressure slows them down.',
      'swap-in-use': 'This host has swap: pressure may swap live memory out before LazyFree is taken.',
      'no-limit-in-cgroup':
        'The cgroup has no limit of its own or cannot be joined: the pressure would be on the whole host.',
      'lazyfree-unknown':
        'LazyFree cannot be read here (kernel before 4.12, or another user): only RSS can tell, and the balloon does not know when to stop early.',
      'dirty-cache-eviction':
        'A lot of page cache would be evicted first. Reads from disk are slower afterwards.',
      'group-oom':
        'memory.oom.group is set: should the kernel kill the balloon for want of memory, it would kill every process of this cgroup.',
    },
    refusal: {
      'not-linux': 'A balloon needs Linux.',
      'no-shell': 'No POSIX shell could be started there.',
      'small-shell': 'The shell there computes with 32 bits only: too few for sizes of memory.',
      'one-session':
        'The host allows only one session (MaxSessions in its sshd_config), and it is in use for reading. The balloon needs one of its own.',
      'no-dd': 'dd or sleep is missing there.',
      'no-memavailable': 'The kernel does not report MemAvailable (before 3.14): no floor could be held.',
      'no-room': 'There is no room above the floor.',
      'target-gone': 'The process has ended.',
      'no-memory': 'A kernel thread has no memory of its own: there is nothing to take.',
      'already-running': 'A balloon is already running on this target.',
    },
    stop: {
      reclaimed: 'LazyFree is gone',
      size: 'as large as it may be',
      floor: 'the floor was reached',
      psi: 'memory pressure passed its limit',
      'swap-out': 'the kernel started to swap out',
      time: 'the time was over',
      person: 'deflated by hand',
      watchdog: 'no heartbeat',
      'owner-gone': 'the window or its connection ended',
      'target-gone': 'the process ended',
      'link-lost': 'the link to the host was lost',
      'script-ended': 'the shell on the target ended',
      'out-of-memory': 'the kernel killed a part of the balloon',
      error: 'an error',
    },
    proof: {
      verdict: {
        confirmed: 'Confirmed',
        refuted: 'Refuted',
        inconclusive: 'Inconclusive',
      },
      reason: {
        'lazyfree-taken':
          'Under pressure the kernel took {lazyFreed} of LazyFree and RSS fell from {rssBefore} to {rssAfter}. That memory was not in use.',
        'nothing-to-take':
          'LazyFree was about 0 and RSS stayed at {rssAfter} under pressure. The memory is in use.',
        'rss-stayed': 'There was pressure, but RSS stayed at {rssAfter} and LazyFree at {lazyFreeAfter}.',
        'no-pressure': 'The balloon stopped before the kernel had to look for memory. RSS says nothing yet.',
        partly:
          'LazyFree fell from {lazyFreeBefore} to {lazyFreeAfter}, not all of it, before the balloon stopped.',
        'heap-changed':
          'The process itself changed its memory meanwhile, so the change of RSS cannot be told apart.',
        'lazyfree-unknown': 'LazyFree cannot be read here. RSS went from {rssBefore} to {rssAfter}.',
        'target-gone': 'The process ended during the run.',
        'link-lost':
          'The link to the host was lost during the run. The host gives the memory back by itself within 15 s of the last heartbeat.',
        'no-process': 'No process was named: the host was under pressure for its own sake.',
        'missing-numbers': 'RSS could not be read before and after.',
      },
    },
  },
  'zh-CN': {
    phase: {
      idle: '无气球',
      ramp: '正在占用内存',
      hold: '保持中',
      deflating: '正在归还内存',
      done: '已完成',
    },
    domain: {
      host: '整台主机',
      cgroup: '内存 cgroup {path}（上限 {limit}）',
    },
    plan: {
      takes: '最多占用 {size}，约 {steps} 步：以每秒 {speed} 计，约 {duration}。',
      freeFirst: '空闲内存 {free} 会先被占用：在此之前内核不会处理 LazyFree。',
      lazyFree: '当前 LazyFree 为 {lazyFree}，预计占用到 {expected} 时清空。',
      nothing: '当前 LazyFree 约为 0：预计 RSS 不变。',
      evicts: '途中可能逐出最多 {cache} 页缓存。',
      stops:
        '出现以下任一情况即停止：LazyFree 已清空；达到 {limit}；可用内存将低于 {floor}；内存压力超过 {psi}；内核开始写入交换区；超过 {time}。',
      after: '保持 {hold} 后全部归还。',
    },
    risk: {
      'remote-host': '气球将在 {host} 上运行，而非本机：那里的进程会承受内存压力。',
      'floor-near': '距下限很近：气球可能在收回大部分 LazyFree 之前就被下限拦住，期间剩余内存很少。',
      'psi-already-up': '此主机上已有进程在等待内存，进一步加压会拖慢它们。',
      'swap-in-use': '此主机有交换区：加压时，在用内存可能先于 LazyFree 被换出。',
      'no-limit-in-cgroup': '该 cgroup 自身没有上限或无法加入：压力会施加到整台主机。',
      'lazyfree-unknown':
        '此处无法读取 LazyFree（内核低于 4.12，或属于其他用户）：只能依据 RSS 判断，气球也无法得知何时可以提前停止。',
      'dirty-cache-eviction': '会先逐出大量页缓存，之后的磁盘读取会变慢。',
      'group-oom': '已设置 memory.oom.group：内核若因内存不足终止气球，会一并终止该 cgroup 的所有进程。',
    },
    refusal: {
      'not-linux': '气球需要 Linux。',
      'no-shell': '目标上无法启动 POSIX shell。',
      'small-shell': '目标上的 shell 只支持 32 位运算，不足以表示内存大小。',
      'one-session': '主机只允许一个会话（sshd_config 中的 MaxSessions），且已用于读取。气球需要单独的会话。',
      'no-dd': '目标上缺少 dd 或 sleep。',
      'no-memavailable': '内核不报告 MemAvailable（低于 3.14）：无法保证下限。',
      'no-room': '下限之上已无余量。',
      'target-gone': '进程已结束。',
      'no-memory': '内核线程没有自己的内存：没有可收回的部分。',
      'already-running': '此目标上已有气球在运行。',
    },
    stop: {
      reclaimed: 'LazyFree 已清空',
      size: '已达最大值',
      floor: '已到下限',
      psi: '内存压力超过限值',
      'swap-out': '内核开始换出内存',
      time: '时间已到',
      person: '手动放气',
      watchdog: '心跳中断',
      'owner-gone': '窗口或其连接已关闭',
      'target-gone': '进程已结束',
      'link-lost': '与主机的连接已断开',
      'script-ended': '目标上的 shell 已结束',
      'out-of-memory': '内核终止了气球的一部分',
      error: '出错',
    },
    proof: {
      verdict: {
        confirmed: '已证实',
        refuted: '已否定',
        inconclusive: '无法判定',
      },
      reason: {
        'lazyfree-taken':
          '加压后内核收回了 {lazyFreed} 的 LazyFree，RSS 从 {rssBefore} 降至 {rssAfter}。这部分内存并未在用。',
        'nothing-to-take': 'LazyFree 约为 0，加压后 RSS 仍为 {rssAfter}。这些内存确实在用。',
        'rss-stayed': '压力已产生，但 RSS 仍为 {rssAfter}，LazyFree 仍为 {lazyFreeAfter}。',
        'no-pressure': '气球在内核需要回收内存之前就停止了，RSS 尚不能说明问题。',
        partly: '气球停止前，LazyFree 从 {lazyFreeBefore} 降至 {lazyFreeAfter}，未全部收回。',
        'heap-changed': '进程自身的内存在此期间发生了变化，无法区分 RSS 变化的来源。',
        'lazyfree-unknown': '此处无法读取 LazyFree。RSS 从 {rssBefore} 变为 {rssAfter}。',
        'target-gone': '进程在运行期间结束。',
        'link-lost': '运行期间与主机的连接断开。主机会在最后一次心跳后 15 秒内自行归还内存。',
        'no-process': '未指定进程：仅对主机施加了压力。',
        'missing-numbers': '未能读取前后的 RSS。',
      },
    },
  },
} as const
