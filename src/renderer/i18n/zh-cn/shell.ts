export const messages = {
  name: 'Ballonet',
  heading: '{target} 的进程',
  home: 'Ballonet：返回首页',
  titleProcess: 'PID {pid} – {name}',
  titleTarget: '{target} – {name}',
  railBar: '目标栏宽度',
  tableBar: '进程表宽度',
  backToTable: '进程列表',
  nothingFocused: '未选中进程',
  nothingFocusedText: '在表中选择一个进程，或用方向键移动后按 Enter：RSS、在用堆和 LazyFree 将在此并列显示。',
  lost: '读取本机的后台进程已结束，正在重新启动；在此期间数值不会更新。',
  back: '已恢复读取。中断期间在图表中显示为空白。',
}
