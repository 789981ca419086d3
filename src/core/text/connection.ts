/** What a person can do when a host is not reached: hints of connection errors, under `connection.*`. */
export const connectionText = {
  en: {
    shell: {
      none: 'No POSIX shell answered.',
      silent: 'No POSIX shell answered within {seconds} s.',
      printed: 'No POSIX shell answered. What came instead: {printed}',
    },
    collector: {
      awk: 'The host has no awk that can be used (mawk, gawk, busybox awk).',
      proc: 'The host has no /proc that can be read.',
      wrong: 'What answers there is not Ballonet’s collector, or the host sends wrong data..',
      ended: 'The awk of the host ended again and again. Its memory limit or a broken awk may be the cause.',
    },
    exec: {
      invalid: 'This is not a command: a quote is open, a backslash stands alone, or the program is missing.',
      notFound: 'There is no program {program} on this machine. Check its spelling and the PATH.',
      notRun: '{program} can not be run on this machine.',
      sudoPassword:
        'sudo asks for a password, and nobody can be asked here. Allow it with NOPASSWD in sudoers.',
      sudoRefused: 'sudo does not allow this user to run it.',
      noShellInside:
        'There is no such shell inside. Images without a shell can be reached from their host: sudo nsenter -t PID -a sh.',
      noContainer: 'No such container or pod runs: {printed}',
      refused: 'The server refused this user: {printed}',
      daemonDenied: 'This user may not talk to the container service: {printed}',
      daemonAway: 'The container service does not answer: {printed}',
      noTty: 'The command wants a terminal. Leave out -t.',
      ended: '{program} ended with status {code} and gave no reason.',
      endedBySignal: '{program} was ended by {signal}.',
      endedPrinted: '{program} ended with status {code}: {printed}',
    },
    connect: {
      noTool: 'To reach a port there, the target needs bash, nc, curl or wget.',
      noPassword: 'The target has only wget, which would show the password to other users there.',
      onlyGet: 'Only plain HTTP can be asked there, since the target has neither bash nor nc.',
    },
    elevate: {
      failed: 'sudo did not let this user read as root: {printed}',
    },
    host: {
      'too-long': 'The name of the host is too long.',
      'host-characters':
        'A host is a name or an address as for ssh, with a user before it or as an ssh:// URL, without spaces, quotes or shell characters.',
      'host-empty': 'The host or the user is missing.',
      option: 'A host or a user must not start with “-”.',
      port: 'A port is a number from 1 to 65535.',
    },
    'ssh-missing': 'The program ssh was not found. Install the OpenSSH client of this system.',
    'ssh-broken': 'The program ssh could not be started: {text}',
    'ssh-stuck': 'The program ssh did not answer when it was asked for its version or configuration.',
    'ssh-flood':
      'The program ssh printed far more than its version or configuration. Another program may stand under its name.',
    'unknown-host':
      'No address is known for this name. Check its spelling, the ssh configuration, DNS or the VPN.',
    'connection-refused':
      'The machine answered that nothing listens on this port. Check the port and that sshd runs.',
    'no-route': 'There is no way to this address from here. Check the network or the VPN.',
    'timed-out':
      'Nothing answered in time. A firewall, a machine that is down, or a wrong address look like this.',
    'banner-timeout':
      'The port is open, but no SSH server answered in time. The host may be overloaded, or this is another service.',
    'not-ssh': 'Another service than SSH answered at this port.',
    'closed-early':
      'The host closed the connection before the login. Too many connections at once, or this address is shut out there.',
    closed: 'The host closed the connection.',
    lost: 'The connection to the host broke.',
    'authentication-timeout': 'The login did not end in time.',
    'host-key-changed':
      'The host shows another key than the one on record: {keyType} {fingerprint}; on record in {file}, line {line}: {oldFingerprint}. Either the host was set up anew, or another machine answers in its place. Ask its owner for the fingerprint. Only if it is right, remove the old key with: ssh-keygen -f {file} -R {name}',
    'host-key-revoked': 'The key that the host shows was revoked in known_hosts.',
    'host-key-refused': 'The key of the host was not accepted, so nothing was sent to it.',
    'host-key-unknown':
      'The key of this host is not in known_hosts. Connect once with ssh in a terminal and compare its fingerprint.',
    'permission-denied': 'The host accepts none of the keys or passwords given. It takes: {methods}.',
    'permission-denied-unasked':
      'The login needs a password or passphrase, and nobody can be asked here. Load a key into an agent (ssh-add), or connect from a terminal or the window. The host takes: {methods}.',
    'too-many-failures':
      'The agent offered too many keys. Name one with IdentityFile and IdentitiesOnly in the ssh configuration.',
    'no-common-algorithm': 'This ssh and the host share no {what}. The host offers: {offer}.',
    'jump-failed': 'The host on the way (ProxyJump) did not lead to the target: {text}',
    'proxy-failed': 'The ProxyCommand of the ssh configuration ended without a connection: {text}',
    'config-error': 'The ssh configuration has an error: {text}',
    'login-refused': 'The login worked, but this account may not run commands there.',
    'no-shell': 'The login worked, but the host has no POSIX shell named sh.',
    'session-ended': 'The login worked, but the host ended the session: {text}',
    'session-limit':
      'The host allows no second session on this connection, and a new login would have to ask.',
    'forwarding-refused': 'The host does not let ssh forward connections.',
    'address-refused': 'Nothing listens there on the host.',
    other: 'ssh said: {text}',
    silent: 'ssh ended without a word.',
  },
  'zh-CN': {
    shell: {
      none: '没有 POSIX shell 应答。',
      silent: '{seconds} 秒内没有 POSIX shell 应答。',
      printed: '没有 POSIX shell 应答，收到的内容为：{printed}',
    },
    collector: {
      awk: '主机上没有可用的 awk（mawk、gawk 或 busybox awk）。',
      proc: '主机上没有可读的 /proc。',
      wrong: '应答方不是 Ballonet 的采集程序，或主机发来错误数据。',
      ended: '主机上的 awk 反复退出，可能是内存限制或 awk 损坏所致。',
    },
    exec: {
      invalid: '不是有效命令：引号未闭合、末尾为反斜杠，或缺少程序名。',
      notFound: '本机没有程序 {program}。请检查拼写和 PATH。',
      notRun: '本机无法运行 {program}。',
      sudoPassword: 'sudo 需要密码，而此处无法询问。可在 sudoers 中以 NOPASSWD 允许。',
      sudoRefused: 'sudo 不允许此用户运行该命令。',
      noShellInside: '容器内没有该 shell。不含 shell 的镜像可从其主机进入：sudo nsenter -t PID -a sh。',
      noContainer: '没有运行中的对应容器或 Pod：{printed}',
      refused: '服务器拒绝了此用户：{printed}',
      daemonDenied: '此用户无权访问容器服务：{printed}',
      daemonAway: '容器服务没有应答：{printed}',
      noTty: '该命令需要终端。请去掉 -t。',
      ended: '{program} 已结束，状态 {code}，未说明原因。',
      endedBySignal: '{program} 被 {signal} 终止。',
      endedPrinted: '{program} 已结束，状态 {code}：{printed}',
    },
    connect: {
      noTool: '要访问目标上的端口，目标需有 bash、nc、curl 或 wget。',
      noPassword: '目标上只有 wget，它会让那里的其他用户看到密码。',
      onlyGet: '目标上没有 bash 和 nc，只能请求普通 HTTP。',
    },
    elevate: {
      failed: 'sudo 未允许此用户以 root 读取：{printed}',
    },
    host: {
      'too-long': '主机名过长。',
      'host-characters':
        '主机写作名称或地址（与 ssh 相同，可带用户，或写成 ssh:// 网址），不含空格、引号或 shell 字符。',
      'host-empty': '缺少主机或用户。',
      option: '主机或用户不能以“-”开头。',
      port: '端口为 1 到 65535 的数字。',
    },
    'ssh-missing': '未找到 ssh 程序。请安装本系统的 OpenSSH 客户端。',
    'ssh-broken': '无法启动 ssh 程序：{text}',
    'ssh-stuck': '询问版本或配置时，ssh 程序没有应答。',
    'ssh-flood': 'ssh 程序输出的内容远多于版本或配置。可能有其他程序占用了此名称。',
    'unknown-host': '此名称没有对应地址。请检查拼写、ssh 配置、DNS 或 VPN。',
    'connection-refused': '对方应答：此端口无服务监听。请检查端口以及 sshd 是否运行。',
    'no-route': '此处无法到达该地址。请检查网络或 VPN。',
    'timed-out': '未能及时应答。可能是防火墙拦截、机器停机或地址有误。',
    'banner-timeout': '端口已打开，但 SSH 服务未及时应答。主机可能过载，或此端口为其他服务。',
    'not-ssh': '此端口应答的不是 SSH 服务。',
    'closed-early': '主机在登录前关闭了连接。可能是同时连接过多，或此地址已被对方屏蔽。',
    closed: '主机关闭了连接。',
    lost: '与主机的连接已中断。',
    'authentication-timeout': '登录未能及时完成。',
    'host-key-changed':
      '主机出示的密钥与记录不同：{keyType} {fingerprint}；记录于 {file} 第 {line} 行：{oldFingerprint}。可能主机已重新安装，也可能是另一台机器冒充。请向主机负责人核对指纹；仅在确认无误后，用此命令移除旧密钥：ssh-keygen -f {file} -R {name}',
    'host-key-revoked': '主机出示的密钥已在 known_hosts 中吊销。',
    'host-key-refused': '主机密钥未被接受，未向其发送任何内容。',
    'host-key-unknown': 'known_hosts 中没有此主机的密钥。请先在终端用 ssh 连接一次并核对指纹。',
    'permission-denied': '主机不接受所给的密钥或密码。可用方式：{methods}。',
    'permission-denied-unasked':
      '登录需要密码或口令，而此处无法询问。请将密钥载入代理（ssh-add），或从终端或窗口连接。主机可用方式：{methods}。',
    'too-many-failures': '代理提供的密钥过多。请在 ssh 配置中用 IdentityFile 和 IdentitiesOnly 指定一个。',
    'no-common-algorithm': '本机 ssh 与主机没有共同的{what}。主机提供：{offer}。',
    'jump-failed': '跳板主机（ProxyJump）未能通向目标：{text}',
    'proxy-failed': 'ssh 配置中的 ProxyCommand 未建立连接即结束：{text}',
    'config-error': 'ssh 配置有误：{text}',
    'login-refused': '登录成功，但此账户不允许在该主机上执行命令。',
    'no-shell': '登录成功，但主机上没有名为 sh 的 POSIX shell。',
    'session-ended': '登录成功，但主机结束了会话：{text}',
    'session-limit': '主机不允许在此连接上再开会话，而重新登录需要询问。',
    'forwarding-refused': '主机不允许 ssh 转发连接。',
    'address-refused': '主机上该处无服务监听。',
    other: 'ssh 报告：{text}',
    silent: 'ssh 未作说明即结束。',
  },
} as const
