import { readFile } from 'node:fs/promises'
import { extname, join, normalize, sep } from 'node:path'
import { protocol, type Session } from 'electron'

export const appOrigin = 'app://bundle'

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
}

// No inline script or style, no connection anywhere: all data comes over the message ports.
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ])
}

/** Serves the built renderer under app://bundle/. file: is not used, so its privileges can be fused off. */
export function handleAppScheme(session: Session, rendererDir: string): void {
  session.protocol.handle('app', async (request) => {
    try {
      const url = new URL(request.url)
      // Throws for a path that is no UTF-8, which is not there either.
      const name = decodeURIComponent(url.pathname === '/' ? '/index.html' : url.pathname)
      const path = normalize(join(rendererDir, name))
      if (url.host !== 'bundle' || !path.startsWith(rendererDir + sep))
        return new Response(null, { status: 404 })
      return new Response(new Uint8Array(await readFile(path)), {
        headers: {
          'content-type': contentTypes[extname(path)] ?? 'application/octet-stream',
          'content-security-policy': contentSecurityPolicy,
          'x-content-type-options': 'nosniff',
        },
      })
    } catch {
      return new Response(null, { status: 404 })
    }
  })
}

/** Is this frame our own page? Asked before anything that a renderer sends is looked at. */
export function isAppUrl(url: string): boolean {
  return url === appOrigin || url.startsWith(`${appOrigin}/`)
}
