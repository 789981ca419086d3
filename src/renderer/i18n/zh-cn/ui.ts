export const messages = {
  close: '关闭',
  done: '完成',
}
