/** The canvas; loaded lazily, because the chart library is the terminal's largest part. Floats here are pixels. */
import {
  CandlestickSeries,
  ColorType,
  createChart,
  CrosshairMode,
  HistogramSeries,
  LineStyle,
  TickMarkType,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type Time,
  type UTCTimestamp,
} from "lightweight-charts";
import { useEffect, useRef, type ReactNode } from "react";
import type { Candle } from "@/lib/api/models";
import { clock, dateAndClock } from "@/lib/decimal/format";

export interface ChartLine {
  readonly id: string;
  readonly price: string;
  readonly title: string;
  readonly tone: "buy" | "sell" | "accent" | "warn";
  readonly dashed: boolean;
}

interface ChartCanvasProps {
  bars: readonly Candle[];
  /** Another key is another series: the view starts anew. */
  seriesKey: string;
  /** Only trades have a volume. */
  hasVolume: boolean;
  priceDecimals: number;
  lines: readonly ChartLine[];
  theme: string;
  onHover: (bar: Candle | null) => void;
  onReachStart: () => void;
}

interface Handles {
  chart: IChartApi;
  price: ISeriesApi<"Candlestick">;
  volume: ISeriesApi<"Histogram">;
}

const seconds = (ms: number): UTCTimestamp => (ms / 1000) as UTCTimestamp;
const milliseconds = (time: Time): number => (typeof time === "number" ? time * 1000 : 0);
const token = (name: string): string => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const MOST_VISIBLE = 120;
const LEAST_VISIBLE = 60;
const NEAR_START = 20;

const pricePoint = (bar: Candle) => ({ time: seconds(bar.t_ms), open: Number(bar.o), high: Number(bar.h), low: Number(bar.l), close: Number(bar.c) });
const volumePoint = (bar: Candle) => ({ time: seconds(bar.t_ms), value: Number(bar.v), color: `${token(Number(bar.c) >= Number(bar.o) ? "buy" : "sell")}55` });

function tickMark(time: Time, type: TickMarkType): string {
  const date = new Date(milliseconds(time));
  if (type === TickMarkType.Year) return date.getFullYear().toString();
  if (type === TickMarkType.Month || type === TickMarkType.DayOfMonth) return dateAndClock(date.getTime()).split(" ").slice(0, 2).join(" ");
  return type === TickMarkType.TimeWithSeconds ? clock(date.getTime()) : clock(date.getTime()).slice(0, 5);
}

function applyTheme({ chart, price }: Handles): void {
  chart.applyOptions({
    layout: { background: { type: ColorType.Solid, color: token("surface-1") }, textColor: token("text-3") },
    grid: { vertLines: { color: `${token("line")}80` }, horzLines: { color: `${token("line")}80` } },
    rightPriceScale: { borderColor: token("line") },
    timeScale: { borderColor: token("line") },
    crosshair: {
      vertLine: { color: token("line-strong"), labelBackgroundColor: token("surface-3") },
      horzLine: { color: token("line-strong"), labelBackgroundColor: token("surface-3") },
    },
  });
  const up = token("buy");
  const down = token("sell");
  price.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down, borderVisible: false, priceLineColor: token("text-3") });
}

function create(container: HTMLElement): Handles {
  const chart = createChart(container, {
    autoSize: true,
    layout: { attributionLogo: false, fontFamily: "JetBrains Mono, monospace", fontSize: 11 },
    crosshair: { mode: CrosshairMode.Normal },
    timeScale: { timeVisible: true, secondsVisible: true, rightOffset: 6, minBarSpacing: 2, tickMarkFormatter: tickMark },
    localization: { timeFormatter: (time: Time) => dateAndClock(milliseconds(time)) },
  });
  const price = chart.addSeries(CandlestickSeries);
  const volume = chart.addSeries(HistogramSeries, { priceScaleId: "volume", priceFormat: { type: "volume" }, lastValueVisible: false, priceLineVisible: false });
  price.priceScale().applyOptions({ scaleMargins: { top: 0.12, bottom: 0.24 } });
  chart.priceScale("volume").applyOptions({ scaleMargins: { top: 0.84, bottom: 0 } });
  return { chart, price, volume };
}

/** Puts bars into the series: only the changed tail when the rest is what is already drawn. */
function draw({ price, volume }: Handles, drawn: readonly Candle[], bars: readonly Candle[]): void {
  const lastDrawn = drawn.at(-1);
  const sameStart = lastDrawn !== undefined && drawn[0]?.t_ms === bars[0]?.t_ms && bars.length >= drawn.length;
  const from = drawn.length - 1;
  if (sameStart && bars[from]?.t_ms === lastDrawn.t_ms) {
    for (const bar of bars.slice(from)) {
      price.update(pricePoint(bar));
      volume.update(volumePoint(bar));
    }
    return;
  }
  price.setData(bars.map(pricePoint));
  volume.setData(bars.map(volumePoint));
}

export default function ChartCanvas({ bars, seriesKey, hasVolume, priceDecimals, lines, theme, onHover, onReachStart }: ChartCanvasProps): ReactNode {
  const container = useRef<HTMLDivElement>(null);
  const handles = useRef<Handles | null>(null);
  const drawn = useRef<{ key: string; bars: readonly Candle[] }>({ key: "", bars: [] });
  const callbacks = useRef({ onHover, onReachStart });

  useEffect(() => {
    callbacks.current = { onHover, onReachStart };
  });

  useEffect(() => {
    if (!container.current) return;
    const made = create(container.current);
    handles.current = made;
    made.chart.subscribeCrosshairMove(({ time }) => {
      const at = time === undefined ? null : milliseconds(time);
      callbacks.current.onHover(at === null ? null : (drawn.current.bars.find((bar) => bar.t_ms === at) ?? null));
    });
    made.chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
      if (range && drawn.current.bars.length && range.from < NEAR_START) callbacks.current.onReachStart();
    });
    return () => {
      made.chart.remove();
      handles.current = null;
      drawn.current = { key: "", bars: [] };
    };
  }, []);

  useEffect(() => {
    if (!handles.current) return;
    applyTheme(handles.current);
    handles.current.volume.setData(drawn.current.bars.map(volumePoint));
  }, [theme]);

  useEffect(() => {
    handles.current?.price.applyOptions({ priceFormat: { type: "price", precision: priceDecimals, minMove: 10 ** -priceDecimals } });
  }, [priceDecimals]);

  useEffect(() => {
    handles.current?.volume.applyOptions({ visible: hasVolume });
  }, [hasVolume]);

  useEffect(() => {
    const made = handles.current;
    if (!made) return;
    const anew = drawn.current.key !== seriesKey;
    draw(made, anew ? [] : drawn.current.bars, bars);
    if (anew && bars.length) {
      const visible = Math.min(Math.max(bars.length, LEAST_VISIBLE), MOST_VISIBLE);
      made.chart.timeScale().setVisibleLogicalRange({ from: bars.length - visible, to: bars.length + 6 });
      made.price.priceScale().applyOptions({ autoScale: true });
    }
    drawn.current = { key: bars.length ? seriesKey : "", bars };
  }, [bars, seriesKey]);

  useEffect(() => {
    const price = handles.current?.price;
    if (!price) return;
    const made: IPriceLine[] = lines.map((line) =>
      price.createPriceLine({
        price: Number(line.price),
        title: line.title,
        color: token(line.tone),
        lineWidth: 1,
        lineStyle: line.dashed ? LineStyle.Dashed : LineStyle.Solid,
        axisLabelVisible: true,
      }),
    );
    return () => {
      if (handles.current?.price === price) for (const line of made) price.removePriceLine(line);
    };
  }, [lines, theme]);

  return <div ref={container} className="absolute inset-0" />;
}
