/** Views that lie in files of their own, since the first page does without them. Loaded once, however often asked for. */
export const loadWorkView = () => import('./WorkView.vue').then((module) => module.default)
export const loadFocusPane = () => import('./FocusPane.vue').then((module) => module.default)
export const loadConnectDialog = () =>
  import('./features/connect/ConnectDialog.vue').then((module) => module.default)
export const loadCommandPalette = () =>
  import('./features/palette/CommandPalette.vue').then((module) => module.default)
export const loadAlertsDialog = () =>
  import('./features/alerts/AlertsDialog.vue').then((module) => module.default)
export const loadProfilesDialog = () =>
  import('./features/profile/ProfilesDialog.vue').then((module) => module.default)
export const loadProfileTab = () =>
  import('./features/profile/ProfileTab.vue').then((module) => module.default)
export const loadHistoryView = () =>
  import('./features/history/HistoryView.vue').then((module) => module.default)
export const loadCompareView = () =>
  import('./features/compare/CompareView.vue').then((module) => module.default)
export const loadExportDialog = () =>
  import('./features/snapshot/ExportDialog.vue').then((module) => module.default)
