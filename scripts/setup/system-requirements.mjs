/**
 * What the system must have. A requirement is met by what it is needed for, a shared library, a command or a font, not
 * by a package's name, so that the check is right on every distribution; `debian` names the packages that have it, the
 * newest name first (Debian 13 and Ubuntu 24.04 renamed some to …t64).
 * @typedef {{ library?: string, command?: string, file?: string, fontLanguage?: string, debian: string[] }} Requirement
 */

/** What the Electron executable and its GTK, portal and audio back ends load. @type {Requirement[]} */
const windowLibraries = [
  { library: 'libgtk-3.so.0', debian: ['libgtk-3-0t64', 'libgtk-3-0'] },
  { library: 'libnss3.so', debian: ['libnss3'] },
  { library: 'libasound.so.2', debian: ['libasound2t64', 'libasound2'] },
  { library: 'libgbm.so.1', debian: ['libgbm1'] },
  { library: 'libatk-bridge-2.0.so.0', debian: ['libatk-bridge2.0-0t64', 'libatk-bridge2.0-0'] },
  { library: 'libatspi.so.0', debian: ['libatspi2.0-0t64', 'libatspi2.0-0'] },
  { library: 'libcups.so.2', debian: ['libcups2t64', 'libcups2'] },
  { library: 'libdrm.so.2', debian: ['libdrm2'] },
  { library: 'libdbus-1.so.3', debian: ['libdbus-1-3'] },
  { library: 'libexpat.so.1', debian: ['libexpat1'] },
  { library: 'libxkbcommon.so.0', debian: ['libxkbcommon0'] },
  { library: 'libX11.so.6', debian: ['libx11-6'] },
  { library: 'libXcomposite.so.1', debian: ['libxcomposite1'] },
  { library: 'libXdamage.so.1', debian: ['libxdamage1'] },
  { library: 'libXext.so.6', debian: ['libxext6'] },
  { library: 'libXfixes.so.3', debian: ['libxfixes3'] },
  { library: 'libXrandr.so.2', debian: ['libxrandr2'] },
]

/** Hosts are reached by the system's own ssh. @type {Requirement} */
const ssh = { command: 'ssh', debian: ['openssh-client'] }

/** The demo builds a Go service where Go is there. @type {Requirement} */
const go = { command: 'go', debian: ['golang-go'] }

/** @type {Record<'window' | 'demo' | 'test' | 'bench', Requirement[]>} */
export const systemRequirements = {
  window: [...windowLibraries, ssh],
  demo: [go],
  test: [
    ...windowLibraries,
    go,
    ssh,
    { command: 'sshd', debian: ['openssh-server'] },
    // Login shells and awks that a host may have, and what makes networks of their own.
    { command: 'ksh93', debian: ['ksh93u+m', 'ksh'] },
    { command: 'mksh', debian: ['mksh'] },
    { command: 'yash', debian: ['yash'] },
    { command: 'fish', debian: ['fish'] },
    { command: 'tcsh', debian: ['tcsh'] },
    { command: 'zsh', debian: ['zsh'] },
    { command: 'mawk', debian: ['mawk'] },
    { command: 'gawk', debian: ['gawk'] },
    { command: 'original-awk', debian: ['original-awk'] },
    { command: 'ip', debian: ['iproute2'] },
    { command: 'Xvfb', debian: ['xvfb'] },
    { command: 'xauth', debian: ['xauth'] },
    { command: 'ps', debian: ['procps'] },
    { command: 'curl', debian: ['curl'] },
    { command: 'busybox', debian: ['busybox'] },
    { command: 'python3', debian: ['python3-minimal'] },
    { command: 'gcc', debian: ['gcc'] },
    { file: '/usr/include/stdio.h', debian: ['libc6-dev'] },
    { command: 'fc-list', debian: ['fontconfig'] },
    { fontLanguage: 'zh', debian: ['fonts-wqy-microhei'] },
    { fontLanguage: 'en', debian: ['fonts-dejavu-core'] },
  ],
  bench: [
    ...windowLibraries,
    ssh,
    { command: 'sshd', debian: ['openssh-server'] },
    { command: 'mawk', debian: ['mawk'] },
    { command: 'gawk', debian: ['gawk'] },
    { command: 'busybox', debian: ['busybox'] },
    { command: 'Xvfb', debian: ['xvfb'] },
    { command: 'ps', debian: ['procps'] },
    { command: 'gcc', debian: ['gcc'] },
    { file: '/usr/include/stdio.h', debian: ['libc6-dev'] },
  ],
}
