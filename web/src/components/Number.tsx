import { useEffect, useRef, type ReactNode } from "react";
import { splitInsignificant } from "@/lib/decimal/format";

interface DigitsProps {
  text: string;
  className?: string;
}

/** Figures on a fixed width, with the zeros that say nothing dimmed. */
export function Digits({ text, className = "" }: DigitsProps): ReactNode {
  const [head, zeros] = splitInsignificant(text);
  return (
    <span className={`num ${className}`}>
      {head}
      {zeros && <span className="text-text-3">{zeros}</span>}
    </span>
  );
}

/** Text that flashes for 200 ms when it changes, in the colour of the change. */
export function Flashing({ text, className = "", tone }: DigitsProps & { tone?: "buy" | "sell" | undefined }): ReactNode {
  const element = useRef<HTMLSpanElement>(null);
  const previous = useRef(text);
  useEffect(() => {
    const node = element.current;
    if (!node || previous.current === text) return;
    previous.current = text;
    node.classList.remove("flash");
    node.getBoundingClientRect();
    node.classList.add("flash");
  }, [text]);
  const changed = tone === "buy" ? "[--changed:var(--buy-soft)]" : tone === "sell" ? "[--changed:var(--sell-soft)]" : "";
  return (
    <span ref={element} className={`num rounded-[2px] ${changed} ${className}`}>
      {text}
    </span>
  );
}

export const toneOf = (sign: number): string => (sign > 0 ? "text-buy" : sign < 0 ? "text-sell" : "text-text-1");
