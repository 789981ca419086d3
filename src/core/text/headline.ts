import type { HeadlineId } from '../verdict/headline'

/** What is said of a process while there is no verdict on it. */
export const headlineText = {
  en: {
    waiting: 'Waiting for the first reading.',
    ended: 'The process has ended; these are its last numbers.',
    noMemory: 'A kernel thread or a zombie: it has no memory of its own.',
  },
  'zh-CN': {
    waiting: '等待第一次读数。',
    ended: '进程已结束，以下是它最后的读数。',
    noMemory: '内核线程或僵尸进程，没有自己的内存。',
  },
} as const satisfies Record<'en' | 'zh-CN', Record<HeadlineId, string>>
