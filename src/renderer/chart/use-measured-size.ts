import { onBeforeUnmount, onMounted, type ShallowRef } from 'vue'

/**
 * The size of an element, whole CSS pixels; 0 until it is laid out. It is measured when the layout is there anyway: to ask
 * for it while drawing would make a layout of its own. `onChange` follows each change.
 */
export function useMeasuredSize(
  element: Readonly<ShallowRef<HTMLElement | null>>,
  onChange: () => void,
): Readonly<{ width: number; height: number }> {
  const size = { width: 0, height: 0 }
  const observer = new ResizeObserver(([entry]) => {
    if (entry === undefined) return
    size.width = Math.floor(entry.contentRect.width)
    size.height = Math.floor(entry.contentRect.height)
    onChange()
  })
  onMounted(() => {
    if (element.value !== null) observer.observe(element.value)
  })
  onBeforeUnmount(() => observer.disconnect())
  return size
}
