/** Sentences of what happens to a target, and of the balloon's runs, for the Events tab. Under `event.*`. */
export const targetText = {
  en: {
    target: {
      connected: 'Connected to {label}',
      lost: 'The link to {label} was lost. It is tried again by itself',
      failed: 'The link to {label} was lost and is not tried again by itself',
      back: 'Connected to {label} again after {gapMs}; nothing was read meanwhile',
      rebooted: '{label} was started again: its processes of before are gone',
      elevated: 'Reading {label} as root from now on',
    },
    balloon: {
      started: 'A balloon run started; it may grow to {limitBytes}',
      ended: 'The balloon run ended; it had grown to {peakBytes}',
    },
    goneByReboot: 'Process {pid} ({comm}) is gone: the host was started again',
  },
  'zh-CN': {
    target: {
      connected: '已连接到 {label}',
      lost: '与 {label} 的连接已断开，将自动重试',
      failed: '与 {label} 的连接已断开，不会自动重试',
      back: '已重新连接 {label}，中断 {gapMs}，其间没有读数',
      rebooted: '{label} 已重新启动：先前的进程已不存在',
      elevated: '此后以 root 身份读取 {label}',
    },
    balloon: {
      started: '气球开始运行，最多占用 {limitBytes}',
      ended: '气球运行结束，最大曾达 {peakBytes}',
    },
    goneByReboot: '进程 {pid}（{comm}）已不存在：主机已重新启动',
  },
} as const
