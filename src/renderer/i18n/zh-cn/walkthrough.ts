export const messages = {
  name: '事故演示',
  back: '上一步',
  next: '下一步',
  stop: '停止演示',
  player: {
    go: '由真实的 Go 服务演示。',
    python3: '未找到 go 命令：由 Python 编写的替身演示。它不是 Go 程序，因此没有在用堆。',
    perl: '未找到 go 命令：由 Perl 编写的替身演示。它不是 Go 程序，因此没有在用堆。',
  },
  limit: '它运行在 {bytes} 的内存 cgroup 中，不会挤占本机其他程序。',
  step: {
    look: { title: '观察。', text: 'RSS 居高不下，在用堆却很小。中间的差额正是难以解释之处。' },
    read: {
      title: '阅读结论。',
      text: '图表上方的一句话用数字说明 RSS 中有多少是 LazyFree：已归还，但内核尚未收回。',
    },
    balloon: { title: '按下“气球”。', text: '逐步占用内存，直到内核开始回收。随时可按 Esc 放气。' },
    proof: { title: '查看证明。', text: 'RSS 下降，在用堆不变：没有泄漏，这些内存一直可用。' },
  },
}
