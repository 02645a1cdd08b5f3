import { useRef, type ReactNode } from "react";

interface SplitterProps {
  label: string;
  orientation: "vertical" | "horizontal";
  /** Present size in pixels of the pane that the handle resizes. */
  value: number;
  min: number;
  max: number;
  /** +1 when dragging right or down grows the pane, -1 when it shrinks it. */
  direction: 1 | -1;
  onChange: (pixels: number) => void;
}

const KEY_STEP = 16;

/** The shared edge of two panes: drag it, or focus it and use the arrow keys. */
export function Splitter({ label, orientation, value, min, max, direction, onChange }: SplitterProps): ReactNode {
  const origin = useRef<{ at: number; value: number } | null>(null);
  const clamp = (pixels: number): number => Math.min(max, Math.max(min, Math.round(pixels)));
  const vertical = orientation === "vertical";
  return (
    <div
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation={orientation}
      aria-valuenow={value}
      aria-valuemin={min}
      aria-valuemax={max}
      className={`relative z-10 shrink-0 touch-none bg-line transition-colors duration-100 hover:bg-accent active:bg-accent ${vertical ? "w-px cursor-col-resize before:absolute before:inset-y-0 before:-inset-x-1" : "h-px cursor-row-resize before:absolute before:inset-x-0 before:-inset-y-1"}`}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        origin.current = { at: vertical ? event.clientX : event.clientY, value };
      }}
      onPointerMove={(event) => {
        if (!origin.current) return;
        const moved = (vertical ? event.clientX : event.clientY) - origin.current.at;
        onChange(clamp(origin.current.value + moved * direction));
      }}
      onPointerUp={() => (origin.current = null)}
      onPointerCancel={() => (origin.current = null)}
      onKeyDown={(event) => {
        const forward = vertical ? "ArrowRight" : "ArrowDown";
        const backward = vertical ? "ArrowLeft" : "ArrowUp";
        if (event.key !== forward && event.key !== backward) return;
        event.preventDefault();
        onChange(clamp(value + (event.key === forward ? KEY_STEP : -KEY_STEP) * direction));
      }}
    />
  );
}
