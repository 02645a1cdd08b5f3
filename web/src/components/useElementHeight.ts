import { useLayoutEffect, useState, type RefObject } from "react";

/** Height of an element in CSS pixels, followed as it changes; 0 before the first layout. */
export function useElementHeight(element: RefObject<HTMLElement | null>): number {
  const [height, setHeight] = useState(0);
  useLayoutEffect(() => {
    const node = element.current;
    if (!node) return;
    const observer = new ResizeObserver(([entry]) => setHeight(Math.round(entry?.contentRect.height ?? 0)));
    observer.observe(node);
    return () => observer.disconnect();
  }, [element]);
  return height;
}
