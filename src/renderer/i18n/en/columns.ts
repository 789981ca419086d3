export const messages = {
  title: 'Columns',
  description:
    'What the process table shows, from left to right. Numbers of smaps_rollup and cgroups are read less often than the rest.',
  earlier: '{name}: further left',
  later: '{name}: further right',
}
