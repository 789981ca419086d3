import { app, Menu, type MenuItemConstructorOptions } from 'electron'
import type { LocaleChoice } from '#core/ipc/contract'
import { chooseLocale } from '#core/text/catalogue'
import { menuText } from '#core/text/menu'
import { sendAppEvent } from './ipc-server'

/** The application menu. Its entries are commands of the palette, so that each action has one place. */
export function setupMenu(locale: LocaleChoice): void {
  const text = menuText[chooseLocale(locale === 'system' ? app.getLocale() : locale)]
  const command = (label: string, id: string, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    click: () => sendAppEvent('command', id),
    // The page handles its own keys; the menu only shows them.
    ...(accelerator === undefined ? {} : { accelerator, registerAccelerator: false }),
  })
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      {
        label: text.file,
        submenu: [
          command(text.connect, 'target.connect', 'CommandOrControl+O'),
          command(text.openProfile, 'profile.open'),
          command(text.openSnapshot, 'snapshot.open'),
          command(text.exportSnapshot, 'snapshot.export'),
          { type: 'separator' },
          command(text.saveImage, 'chart.save-image'),
          { type: 'separator' },
          { role: 'quit', label: text.quit },
        ],
      },
      { role: 'editMenu', label: text.edit },
      {
        label: text.view,
        submenu: [
          command(text.palette, 'palette.open', 'CommandOrControl+K'),
          {
            label: text.theme,
            submenu: [
              command(text.system, 'theme.system'),
              command(text.light, 'theme.light'),
              command(text.dark, 'theme.dark'),
            ],
          },
          { type: 'separator' },
          { role: 'resetZoom' },
          { role: 'zoomIn' },
          { role: 'zoomOut' },
          { role: 'togglefullscreen' },
        ],
      },
    ]),
  )
}
