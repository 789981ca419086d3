export const messages = {
  name: 'Messages',
  settingsUnsaved: 'The setting holds until the window closes: it could not be kept.',
  demoStop: 'The demo could not be stopped.',
}
