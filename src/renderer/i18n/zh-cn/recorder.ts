export const messages = {
  full: '当前未记录：磁盘已满。有空间后会自动继续。',
  'read-only': '当前未记录：记录文件只读。',
  busy: '当前未记录：记录文件被其他程序占用。',
  failed: '当前未记录：记录失败，将会重试。',
  'set-aside': '无法读取原有记录，已保留在 {path}，并新建了记录。',
}
