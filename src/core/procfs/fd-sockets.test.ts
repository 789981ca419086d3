import { expect, it } from 'vitest'
import { socketInodes } from './fd-sockets'

it('takes sockets only', () => {
  const links: [string, string][] = [
    ['0', '/dev/null'],
    ['3', 'socket:[23001]'],
    ['4', 'socket:[23001]'],
    ['5', 'pipe:[17]'],
    ['6', '/srv/socket:[9]'],
    ['7', 'anon_inode:[eventpoll]'],
    ['8', 'socket:[23002]'],
  ]
  expect([...socketInodes(links)]).toEqual([23001, 23002])
})
