// The globals that every JavaScript runtime has, and the only ones that core may use.
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean })
  decode(input?: ArrayBufferView | ArrayBuffer): string
}
declare class TextEncoder {
  encode(input?: string): Uint8Array
}

interface ByteReader {
  read(): Promise<{ done: boolean; value?: Uint8Array }>
  cancel(): Promise<void>
}
interface ByteWriter {
  write(chunk: Uint8Array): Promise<void>
  close(): Promise<void>
}
declare class DecompressionStream {
  constructor(format: 'gzip')
  readonly readable: { getReader(): ByteReader }
  readonly writable: { getWriter(): ByteWriter }
}
