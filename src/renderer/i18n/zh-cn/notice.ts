export const messages = {
  name: '消息',
  settingsUnsaved: '设置未能保存，仅在窗口关闭前有效。',
  demoStop: '无法停止演示。',
}
