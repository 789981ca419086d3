export const messages = {
  title: '主题与语言',
  theme: '主题',
  themes: { system: '跟随系统', light: '浅色', dark: '深色' },
  language: '语言',
  locales: { system: '跟随系统', en: 'English', 'zh-CN': '简体中文' },
}
