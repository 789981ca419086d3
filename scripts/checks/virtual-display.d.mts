export function withVirtualDisplay<T>(job: (env: NodeJS.ProcessEnv) => Promise<T>): Promise<T>
