export const messages = {
  title: '列',
  description: '进程表从左到右显示的内容。smaps_rollup 与 cgroup 的数值读取频率低于其他列。',
  earlier: '将 {name} 左移',
  later: '将 {name} 右移',
}
