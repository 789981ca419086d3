export const messages = {
  name: '目标',
  local: '本机',
  doors: '打开其他目标…',
  retry: '重试',
  available: '可用 {available} / {total}',
  usedByAvailable: '按 MemAvailable 计已用：{percent}',
  usedByFree: '按 free 计已用：{percent}',
  usedLessLazyFree: '按 free 计已用，扣除 LazyFree：{percent}',
  lazyFreeKnown: '已读取进程的 LazyFree 合计：{bytes}',
  state: {
    connecting: '连接中',
    lost: '已断开',
    failed: '失败',
  },
}
