export const messages = {
  title: '命令面板',
  hint: '搜索操作',
  none: '没有匹配的操作。',
}
