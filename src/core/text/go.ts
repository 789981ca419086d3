/** Sentences about Go endpoints, the runtime's madvise and the demo. Parameters arrive formatted. */
export const goText = {
  en: {
    endpoint: {
      unreachable: 'Nothing accepts connections there.',
      closed: 'The service closed the connection before the answer was complete.',
      timeoutConnect: 'The connection was not accepted in time.',
      timeoutFirstByte: 'No answer within {seconds} s.',
      timeoutStalled: 'The answer stalled: nothing came for {seconds} s.',
      timeoutTotal: 'The answer did not end within {seconds} s.',
      tls: 'The TLS connection was refused: the certificate is not trusted, or the port does not speak TLS.',
      notHttp: 'The port does not speak HTTP.',
      headerTooLarge: 'The header of the answer is too large.',
      tooLarge: 'The answer is larger than {limitBytes}; reading stopped there.',
      badEncoding: 'The answer is compressed in a way that cannot be read.',
      redirect:
        'The address redirects elsewhere ({status}). Redirects are not followed: enter the final address.',
      denied: 'The service refuses access ({status}).',
      notFound: 'There is nothing at this path ({status}).',
      status: 'The service answered with an error ({status}).',
      html: 'The answer is a web page, not Go’s numbers.',
      empty: 'The answer is empty.',
      notGo: 'The answer holds no memory numbers of a Go service.',
      manyProcesses: 'The answer is about several processes, so no number can be taken as this one’s.',
      tooDear:
        'One answer took {costMs} and {bytes}: too much to ask for again and again. It can be asked for once more.',
      noneAtUrl: 'Neither /debug/vars nor /metrics nor /debug/pprof/ gives Go’s numbers at this address.',
      otherNetns:
        'The process is in another network namespace, such as a container: its ports cannot be reached by number from here. Enter an address that leads to it.',
      socketsDenied:
        'The sockets of another user’s process can only be listed by that user or root. Enter the address of its endpoint.',
      exeUnreadable:
        'Whether this is a Go process is not known: its executable is not readable. An address can be entered.',
      urlInvalid: 'Enter an address such as http://127.0.0.1:6060/debug/vars.',
      urlScheme: 'Only http and https addresses can be asked.',
      urlGc:
        'gc forces a garbage collection and would change what is being looked at. Remove it from the address.',
      urlNotHeap: 'Of the pprof pages only the heap is asked for: enter …/debug/pprof/heap.',
    },
    madvise: {
      kernelWithout:
        'This kernel has no MADV_FREE (/proc/vmstat counts no pglazyfreed): the runtime uses MADV_DONTNEED.',
      kernelBefore45:
        'Kernel {kernelRelease} has no MADV_FREE, which came with Linux 4.5: the runtime uses MADV_DONTNEED. Judged by the release: /proc/vmstat does not tell.',
      before112: '{goVersion} returns memory with MADV_DONTNEED; MADV_FREE came with Go 1.12.',
      godebugDontneed: 'GODEBUG=madvdontneed=1 makes the runtime use MADV_DONTNEED.',
      godebugFree: 'GODEBUG=madvdontneed=0 makes the runtime use MADV_FREE.',
      godebugFreeByRelease:
        'GODEBUG=madvdontneed=0 makes the runtime use MADV_FREE. That the kernel has it is judged by its release, {kernelRelease}.',
      godebugFreeKernelUnknown:
        'GODEBUG=madvdontneed=0 makes the runtime use MADV_FREE, if the kernel has it, which is not known.',
      builtInDontneed: 'madvdontneed=1, built into the executable, makes the runtime use MADV_DONTNEED.',
      builtInFree: 'madvdontneed=0, built into the executable, makes the runtime use MADV_FREE.',
      builtInFreeByRelease:
        'madvdontneed=0, built into the executable, makes the runtime use MADV_FREE. That the kernel has it is judged by its release, {kernelRelease}.',
      builtInFreeKernelUnknown:
        'madvdontneed=0, built into the executable, makes the runtime use MADV_FREE, if the kernel has it, which is not known.',
      free: '{goVersion} returns memory with MADV_FREE, the default of Go 1.12 to 1.15.',
      freeByRelease:
        '{goVersion} returns memory with MADV_FREE, the default of Go 1.12 to 1.15. That the kernel has it is judged by its release, {kernelRelease}.',
      freeKernelUnknown:
        '{goVersion} returns memory with MADV_FREE, the default of Go 1.12 to 1.15, if the kernel has it, which is not known.',
      freeUnlessGodebug:
        '{goVersion} returns memory with MADV_FREE, the default of Go 1.12 to 1.15, unless GODEBUG says otherwise: the environment is not readable.',
      freeUnlessGodebugByRelease:
        '{goVersion} returns memory with MADV_FREE, the default of Go 1.12 to 1.15, unless GODEBUG says otherwise: the environment is not readable. That the kernel has MADV_FREE is judged by its release, {kernelRelease}.',
      freeUnlessGodebugKernelUnknown:
        '{goVersion} returns memory with MADV_FREE, the default of Go 1.12 to 1.15, unless GODEBUG or the kernel prevents it: neither can be read.',
      dontneed: '{goVersion} returns memory with MADV_DONTNEED, the default since Go 1.16.',
      dontneedUnlessGodebug:
        '{goVersion} returns memory with MADV_DONTNEED, the default since Go 1.16, unless GODEBUG says otherwise: the environment is not readable.',
      versionUnknown: 'The Go version is not known, so neither is the runtime’s choice of madvise.',
    },
    race: {
      badge: 'race build',
      notice:
        'This is a race build (-race): the race detector takes five to ten times the memory, most of it outside of the Go heap. It is not meant for production.',
    },
  },
  'zh-CN': {
    endpoint: {
      unreachable: '该地址没有服务在监听。',
      closed: '应答尚未完整，服务就关闭了连接。',
      timeoutConnect: '连接未能及时建立。',
      timeoutFirstByte: '{seconds} 秒内没有应答。',
      timeoutStalled: '应答中断：{seconds} 秒内没有新数据。',
      timeoutTotal: '应答在 {seconds} 秒内没有结束。',
      tls: 'TLS 连接被拒绝：证书不受信任，或该端口不是 TLS。',
      notHttp: '该端口不是 HTTP 服务。',
      headerTooLarge: '应答头过大。',
      tooLarge: '应答超过 {limitBytes}，已停止读取。',
      badEncoding: '应答的压缩格式无法读取。',
      redirect: '该地址重定向到别处（{status}）。不会跟随重定向，请输入最终地址。',
      denied: '服务拒绝访问（{status}）。',
      notFound: '该路径下没有内容（{status}）。',
      status: '服务返回错误（{status}）。',
      html: '应答是网页，而不是 Go 的内存数值。',
      empty: '应答为空。',
      notGo: '应答中没有 Go 服务的内存数值。',
      manyProcesses: '应答涉及多个进程，无法确定哪些数值属于本进程。',
      tooDear: '一次应答耗时 {costMs}，大小 {bytes}，开销过大，不再自动轮询。可以手动再取一次。',
      noneAtUrl: '该地址的 /debug/vars、/metrics 和 /debug/pprof/ 都没有给出 Go 的内存数值。',
      otherNetns: '该进程位于另一个网络命名空间（例如容器），无法从这里按端口号访问。请输入能到达它的地址。',
      socketsDenied: '只有该用户或 root 才能列出此进程的套接字。请输入其端点地址。',
      exeUnreadable: '可执行文件不可读，无法判断是否为 Go 进程。可以手动输入地址。',
      urlInvalid: '请输入地址，例如 http://127.0.0.1:6060/debug/vars。',
      urlScheme: '只支持 http 和 https 地址。',
      urlGc: 'gc 会强制执行垃圾回收，改变正在观察的对象。请从地址中去掉它。',
      urlNotHeap: 'pprof 页面中只读取 heap：请输入 …/debug/pprof/heap。',
    },
    madvise: {
      kernelWithout: '此内核没有 MADV_FREE（/proc/vmstat 没有 pglazyfreed 计数）：运行时使用 MADV_DONTNEED。',
      kernelBefore45:
        '内核 {kernelRelease} 没有 MADV_FREE（Linux 4.5 起才有）：运行时使用 MADV_DONTNEED。/proc/vmstat 无法确认，仅据版本号判断。',
      before112: '{goVersion} 以 MADV_DONTNEED 归还内存；MADV_FREE 自 Go 1.12 起才有。',
      godebugDontneed: 'GODEBUG=madvdontneed=1 使运行时改用 MADV_DONTNEED。',
      godebugFree: 'GODEBUG=madvdontneed=0 使运行时改用 MADV_FREE。',
      godebugFreeByRelease:
        'GODEBUG=madvdontneed=0 使运行时改用 MADV_FREE。内核是否支持，仅据其版本号 {kernelRelease} 判断。',
      godebugFreeKernelUnknown:
        'GODEBUG=madvdontneed=0 使运行时改用 MADV_FREE，前提是内核支持，而这一点未知。',
      builtInDontneed: '可执行文件内置的 madvdontneed=1 使运行时使用 MADV_DONTNEED。',
      builtInFree: '可执行文件内置的 madvdontneed=0 使运行时使用 MADV_FREE。',
      builtInFreeByRelease:
        '可执行文件内置的 madvdontneed=0 使运行时使用 MADV_FREE。内核是否支持，仅据其版本号 {kernelRelease} 判断。',
      builtInFreeKernelUnknown:
        '可执行文件内置的 madvdontneed=0 使运行时使用 MADV_FREE，前提是内核支持，而这一点未知。',
      free: '{goVersion} 以 MADV_FREE 归还内存，这是 Go 1.12 至 1.15 的默认方式。',
      freeByRelease:
        '{goVersion} 以 MADV_FREE 归还内存，这是 Go 1.12 至 1.15 的默认方式。内核是否支持，仅据其版本号 {kernelRelease} 判断。',
      freeKernelUnknown:
        '{goVersion} 以 MADV_FREE 归还内存，这是 Go 1.12 至 1.15 的默认方式；前提是内核支持，而这一点未知。',
      freeUnlessGodebug:
        '{goVersion} 以 MADV_FREE 归还内存，这是 Go 1.12 至 1.15 的默认方式；环境变量不可读，GODEBUG 可能另有设置。',
      freeUnlessGodebugByRelease:
        '{goVersion} 以 MADV_FREE 归还内存，这是 Go 1.12 至 1.15 的默认方式；环境变量不可读，GODEBUG 可能另有设置。内核是否支持，仅据其版本号 {kernelRelease} 判断。',
      freeUnlessGodebugKernelUnknown:
        '{goVersion} 以 MADV_FREE 归还内存，这是 Go 1.12 至 1.15 的默认方式；环境变量与内核能力均不可读，实际可能不同。',
      dontneed: '{goVersion} 以 MADV_DONTNEED 归还内存，这是 Go 1.16 起的默认方式。',
      dontneedUnlessGodebug:
        '{goVersion} 以 MADV_DONTNEED 归还内存，这是 Go 1.16 起的默认方式；环境变量不可读，GODEBUG 可能另有设置。',
      versionUnknown: 'Go 版本未知，因此也不知道运行时使用哪种 madvise。',
    },
    race: {
      badge: '竞态检测构建',
      notice:
        '这是竞态检测构建（-race）：检测器会占用五到十倍的内存，大部分在 Go 堆之外。不适合用于生产环境。',
    },
  },
} as const

export const demoText = {
  en: {
    building: 'Building the Go service of the demo. The first time takes up to a minute.',
    starting: 'Starting the service and giving its memory back to the kernel.',
    running: 'The demo service is running.',
    standIn:
      'There is no Go here: a {kind} program stands in. It shows LazyFree, but has no heap in use of Go’s own.',
    goKind: 'A real Go service, with GODEBUG=madvdontneed=0.',
    inCgroup:
      'It runs in a memory cgroup of {cgroupLimitBytes}, so that the balloon squeezes only this service.',
    noCgroup: 'No memory cgroup can be made here, so the balloon would squeeze the whole host.',
    notLinux: 'The demo needs Linux: LazyFree is a matter of its kernel.',
    noMemory: 'Too little memory is available for the demo ({availableBytes}).',
    noPlayer: 'The demo needs go, python3 or perl, and none of them works here.',
    startFailed: 'The demo service did not start.',
    ended: 'The demo service has ended by itself.',
  },
  'zh-CN': {
    building: '正在构建演示用的 Go 服务，首次最多需要一分钟。',
    starting: '正在启动服务，并将其内存归还内核。',
    running: '演示服务正在运行。',
    standIn: '此处没有 Go，由 {kind} 程序代替。它能展示 LazyFree，但没有 Go 自己的堆数值。',
    goKind: '真实的 Go 服务，GODEBUG=madvdontneed=0。',
    inCgroup: '它运行在上限为 {cgroupLimitBytes} 的内存 cgroup 中，气球只会挤压这个服务。',
    noCgroup: '此处无法创建内存 cgroup，气球会挤压整台主机。',
    notLinux: '演示需要 Linux：LazyFree 是 Linux 内核的机制。',
    noMemory: '可用内存过少，无法运行演示（{availableBytes}）。',
    noPlayer: '演示需要 go、python3 或 perl，此处均不可用。',
    startFailed: '演示服务未能启动。',
    ended: '演示服务已自行结束。',
  },
} as const
