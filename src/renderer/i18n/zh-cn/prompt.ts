export const messages = {
  title: {
    'host-key': '未知的主机密钥',
    secret: '密码或口令',
    text: '主机的提问',
    confirm: '确认',
  },
  for: '连接 {target} 时的提问。',
  more: '其后还有 {count} 个提问。',
  host: '主机',
  keyType: '密钥类型',
  fingerprint: '指纹',
  compare:
    '此前从未从本机连接过该主机。请将指纹与主机管理者提供的比对，或与在该主机上运行以下命令的输出比对：',
  trust: '信任并连接',
  giveUp: '取消',
  send: '继续',
  yes: '是',
  no: '否',
  notKept: '仅交给 ssh，不在任何地方保存。',
}
