import { describe, expect, it } from 'vitest'
import { findHosts, withHost } from './find-hosts'

const hosts = ['db', 'web-01', 'old-web', 'Web-02'].map((name) => ({ name, source: 'config' }) as const)
const found = (typed: string): string[] => findHosts(hosts, typed).map(({ name }) => name)

describe('findHosts', () => {
  it('finds by letters, those that begin with them first', () => {
    expect(found('web')).toEqual(['web-01', 'Web-02', 'old-web'])
    expect(found('')).toHaveLength(4)
    expect(found('x')).toEqual([])
  })

  it('looks at the host, not at who', () => {
    expect(found('root@db')).toEqual(['db'])
  })
})

describe('withHost', () => {
  it('keeps who was typed', () => {
    expect(withHost('root@d', 'db')).toBe('root@db')
    expect(withHost('d', 'db')).toBe('db')
    expect(withHost('root@d', 'admin@db')).toBe('admin@db')
  })
})
