export const messages = {
  'not-read': '尚未读取。',
  'permission-denied': '无权读取：这是其他用户的进程，需要相同用户或 root。',
  'not-reported': '此内核不提供该数值。',
  'no-memory': '内核线程和僵尸进程没有自己的内存。',
  'too-expensive': '未读取：读取造成的停顿会超出预算。',
  timeout: '内核未能及时应答。',
  gone: '进程在读取过程中结束。',
  failed: '读取失败。',
}
