import js from '@eslint/js'
import prettier from 'eslint-config-prettier'
import vue from 'eslint-plugin-vue'
import globals from 'globals'
import tseslint from 'typescript-eslint'
import vueParser from 'vue-eslint-parser'

/** Forbids imports that would run against the one way of the layers (docs/architecture.md). */
const layer = (files, patterns) => ({
  files,
  ignores: ['**/*.test.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      { patterns: patterns.map(([regex, message]) => ({ regex, message, caseSensitive: true })) },
    ],
  },
})

const noElectron = ['^electron(/|$)', 'only src/main/electron and src/preload import electron']

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      'out',
      'release',
      '.cache',
      'test/fixtures',
      '**/*.d.ts',
      'playwright-report',
      'test-results',
    ],
  },
  js.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    files: ['**/*.ts', '**/*.vue'],
    extends: [...tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: {
        parser: tseslint.parser,
        projectService: { allowDefaultProject: ['*.ts'] },
        extraFileExtensions: ['.vue'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-import-type-side-effects': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'No default exports: a name is found by its name.' },
        { selector: 'TSEnumDeclaration', message: 'No enums: a union of strings.' },
      ],
      'no-undef': 'off',
      'vue/multi-word-component-names': 'off',
      'vue/require-default-prop': 'off',
      'vue/no-v-html': 'error',
    },
  },
  // The typed presets above bring a parser of their own, which knows no templates.
  { files: ['**/*.vue'], languageOptions: { parser: vueParser } },
  // `const { t } = useI18n()` is how vue-i18n is used; its methods need no `this`.
  { files: ['src/renderer/**'], rules: { '@typescript-eslint/unbound-method': 'off' } },
  { files: ['**/*.vue', '**/*.d.ts', '**/*.config.ts'], rules: { 'no-restricted-syntax': 'off' } },
  { files: ['**/*.{js,mjs,cjs}'], languageOptions: { globals: globals.node } },
  layer(
    ['src/core/**'],
    [
      ['^node:', 'core is pure'],
      ['^(vue|pinia|systeminformation)(/|$)', 'core is pure'],
      ['^#main/|/(main|renderer|cli|preload)/', 'core imports only core'],
      noElectron,
    ],
  ),
  layer(
    ['src/main/**'],
    [
      ['/(renderer|cli|preload)/', 'main imports only core and main'],
      ['^vue|^pinia', 'no user interface in main'],
      noElectron,
    ],
  ),
  layer(['src/main/electron/**'], [['/(renderer|cli)/', 'main and renderer never import each other']]),
  layer(['src/cli/**'], [['/(renderer|preload|electron)/', 'the command line has no Electron'], noElectron]),
  layer(
    ['src/renderer/**'],
    [
      ['^node:', 'the renderer is sandboxed'],
      ['^#main/|/(main|cli|preload)/', 'renderer imports only core and renderer'],
      noElectron,
    ],
  ),
  layer(
    ['src/renderer/features/**'],
    [
      ['^node:', 'the renderer is sandboxed'],
      ['^#main/|/(main|cli|preload)/', 'renderer imports only core and renderer'],
      ['^(\\.\\./)+features/|^\\.\\./(?!\\.\\.)[a-z-]+/', 'a feature never imports another feature'],
      noElectron,
    ],
  ),
  prettier,
)
