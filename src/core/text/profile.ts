/** Sentences about reading and comparing profiles. */
export const profileText = {
  en: {
    broken: 'The file is not a pprof profile, or it is damaged. Fetch it again.',
    tooLarge: 'The profile is larger than what is read. It may be damaged.',
    isText: 'This is the text form of a profile. Fetch it without debug=1.',
    incompatible: 'The two profiles count different things: {one} and {other}.',
    badPattern: 'The expression is not understood: {why}. It is a regular expression as in Go (RE2).',
    slowPattern: 'The expression takes too long on this profile. A simpler one may do.',
    noSampleType: 'The profile has no values of that kind.',
  },
  'zh-CN': {
    broken: '文件不是 pprof profile，或已损坏。请重新获取。',
    tooLarge: 'profile 超出可读取的大小，可能已损坏。',
    isText: '这是 profile 的文本形式。获取时请去掉 debug=1。',
    incompatible: '两个 profile 统计的内容不同：{one} 与 {other}。',
    badPattern: '无法理解该表达式：{why}。此处使用 Go 的正则表达式（RE2）。',
    slowPattern: '该表达式在此 profile 上耗时过长，请使用更简单的表达式。',
    noSampleType: 'profile 中没有这类数值。',
  },
} as const
