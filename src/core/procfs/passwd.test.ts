import { expect, it } from 'vitest'
import { parsePasswd } from './passwd'

it('names users by id, the first of several, and passes over what is no user', () => {
  const text =
    'root:x:0:0::/root:/bin/sh\ntoor:x:0:0::/:\n# note:x:5:5\n+nis::7:7\nbroken\nbad:x:abc:1\n:x:3:3\napp:x:1000:1000\n'
  expect([...parsePasswd(text)]).toEqual([
    [0, 'root'],
    [1000, 'app'],
  ])
})
