/** A file's text, put in by the build. */
declare module '*.sh?raw' {
  const text: string
  export default text
}
