/** Labels of the application menu, which the main process draws. */
export const menuText = {
  en: {
    file: 'File',
    quit: 'Quit',
    edit: 'Edit',
    view: 'View',
    palette: 'Command Palette…',
    theme: 'Theme',
    light: 'Light',
    dark: 'Dark',
    system: 'System',
    help: 'Help',
    saveImage: 'Save chart as image',
  },
  'zh-CN': {
    file: '文件',
    quit: '退出',
    edit: '编辑',
    view: '视图',
    palette: '命令面板…',
    theme: '主题',
    light: '浅色',
    dark: '深色',
    system: '跟随系统',
    help: '帮助',
    saveImage: '将图表存为图片',
  },
} as const
