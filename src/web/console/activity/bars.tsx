import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { fully, timeOf } from "../core/time.ts";
import "uplot/dist/uPlot.min.css";

/** `colour` is a token of design.css. */
type Series = { name: string; values: number[]; colour: string };

const HEIGHT = 200;

/** Bars over time, stacked in the order of the series. Drawn on a canvas; whoever does not see it has the table beside it. */
export function Bars({ times, series }: { times: number[]; series: Series[] }): JSX.Element {
	const box = useRef<HTMLDivElement>(null);
	useEffect(() => {
		const element = box.current;
		if (!element) return;
		const draw = (): uPlot => new uPlot(options(element, series), data(times, series), element);
		let chart = draw();
		const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
		resized.observe(element);
		// Colours on a canvas do not follow the theme by themselves.
		const redraw = (): void => {
			chart.destroy();
			chart = draw();
		};
		const themed = new MutationObserver(redraw);
		themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
		const scheme = matchMedia("(prefers-color-scheme: dark)");
		scheme.addEventListener("change", redraw);
		return () => {
			resized.disconnect();
			themed.disconnect();
			scheme.removeEventListener("change", redraw);
			chart.destroy();
		};
	}, [times.join(), JSON.stringify(series)]);
	return <div class="bars" ref={box} />;
}

function options(element: HTMLElement, series: readonly Series[]): uPlot.Options {
	const ink = colourOf(element, "--quiet");
	const axis = {
		stroke: ink,
		grid: { stroke: colourOf(element, "--line"), width: 1 },
		ticks: { show: false },
		font: "12px system-ui, sans-serif",
	};
	return {
		width: element.clientWidth,
		height: HEIGHT,
		cursor: { y: false, drag: { x: false, y: false } },
		legend: { live: true },
		scales: { y: { range: (_, __, most) => [0, Math.max(4, Math.ceil(most * 1.1))] } },
		axes: [
			{ ...axis, grid: { show: false }, space: 90, values: (_, ticks) => ticks.map(tickOf) },
			{
				...axis,
				size: 42,
				values: (_, ticks) => ticks.map((tick) => (Number.isInteger(tick) ? tick.toLocaleString() : "")),
			},
		],
		series: [
			{
				label: "Hour",
				value: (_: uPlot, seconds: number | null) =>
					seconds === null ? "" : fully(new Date(seconds * 1000).toISOString()),
			},
			...series.toReversed().map(({ name, colour }, index) => ({
				label: name,
				fill: colourOf(element, colour),
				stroke: colourOf(element, colour),
				width: 0,
				points: { show: false },
				...(uPlot.paths.bars ? { paths: uPlot.paths.bars({ size: [0.7, 40] }) } : {}),
				// What is drawn is the sum up to here; what is said is the own value.
				value: (_: uPlot, __: unknown, ___: unknown, at: number | null) =>
					at === null ? "" : String(series.toReversed()[index]?.values[at] ?? 0),
			})),
		],
	};
}

/** Each series on top of those before it, the highest first, so that none hides another. */
function data(times: number[], series: readonly Series[]): uPlot.AlignedData {
	const sums = times.map(() => 0);
	const stacked = series.map(({ values }) => values.map((value, at) => (sums[at] = (sums[at] ?? 0) + value)));
	return [times, ...stacked.toReversed()];
}

/** The hour, and at midnight the day. */
function tickOf(seconds: number): string {
	const date = new Date(seconds * 1000);
	if (date.getHours() !== 0) return timeOf(date.toISOString());
	return date.toLocaleDateString(undefined, { weekday: "short", day: "numeric" });
}

function colourOf(element: HTMLElement, token: string): string {
	const probe = document.createElement("span");
	probe.style.color = `var(${token})`;
	element.append(probe);
	const { color } = getComputedStyle(probe);
	probe.remove();
	return color;
}
