import { openWindow } from './open-window'

const bridge = window.ballonet
if (bridge === undefined) throw new Error('the preload script did not run')
void openWindow(bridge)
