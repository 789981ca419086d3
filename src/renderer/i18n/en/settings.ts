export const messages = {
  title: 'Theme and language',
  theme: 'Theme',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  language: 'Language',
  locales: { system: 'As the system', en: 'English', 'zh-CN': '简体中文' },
}
