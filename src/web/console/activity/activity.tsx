import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { call } from "../core/api.ts";
import { useLoad, Waiting } from "../core/load.tsx";
import { fully } from "../core/time.ts";
import "./activity.css";
import { Bars } from "./bars.tsx";

type Hour = {
	hour: string;
	messages: number;
	deliveriesSent: number;
	deliveriesFailed: number;
	deliveriesWaiting: number;
};
type Activity = { hours: Hour[]; waiting: { upToMinutes?: number | null; visitors: number }[] };

const periods = [
	{ hours: 24, name: "24 hours" },
	{ hours: 72, name: "3 days" },
	{ hours: 168, name: "7 days" },
];
const REFRESH_MS = 30_000;

/** What went on: messages and deliveries by the hour, and the visitors who wait. It draws itself anew every half minute. */
export function Activity(): JSX.Element {
	const hours = useSignal(24);
	const loaded = useLoad(String(hours.value), () => call<Activity>("GET", `/v1/activity?hours=${hours.value}`));
	useEffect(() => {
		const timer = setInterval(() => {
			if (document.visibilityState === "visible") loaded.reload();
		}, REFRESH_MS);
		return () => clearInterval(timer);
	}, []);
	return (
		<div class="page">
			<div class="page-body">
				<header class="page-head">
					<h1>Activity</h1>
					<div class="filters" role="group" aria-label="Period">
						{periods.map((period) => (
							<button
								key={period.hours}
								type="button"
								class="filter"
								aria-pressed={hours.value === period.hours}
								onClick={() => (hours.value = period.hours)}
							>
								{period.name}
							</button>
						))}
					</div>
				</header>
				<Waiting of={loaded}>{loaded.value && <Charts {...loaded.value} />}</Waiting>
			</div>
		</div>
	);
}

function Charts({ hours, waiting }: Activity): JSX.Element {
	const times = hours.map(({ hour }) => Date.parse(hour) / 1000);
	const sum = (pick: (hour: Hour) => number): number => hours.reduce((total, hour) => total + pick(hour), 0);
	const waitingNow = waiting.reduce((total, { visitors }) => total + visitors, 0);
	return (
		<>
			<ul class="figures">
				<Figure name="Messages" value={sum(({ messages }) => messages)} />
				<Figure name="Visitors waiting now" value={waitingNow} />
				<Figure name="E-mails and texts sent" value={sum(({ deliveriesSent }) => deliveriesSent)} />
				<Figure name="Deliveries failed" value={sum(({ deliveriesFailed }) => deliveriesFailed)} />
			</ul>
			<div class="charts">
				<Chart
					title="Messages an hour"
					table={<HourTable hours={hours} columns={["Messages"]} pick={(hour) => [hour.messages]} />}
				>
					<Bars
						times={times}
						series={[{ name: "Messages", values: hours.map(({ messages }) => messages), colour: "--accent" }]}
					/>
				</Chart>
				<Chart
					title="E-mails and text messages an hour"
					table={
						<HourTable
							hours={hours}
							columns={["Sent", "On their way", "Failed"]}
							pick={(hour) => [hour.deliveriesSent, hour.deliveriesWaiting, hour.deliveriesFailed]}
						/>
					}
				>
					<Bars
						times={times}
						series={[
							{ name: "Sent", values: hours.map(({ deliveriesSent }) => deliveriesSent), colour: "--accent" },
							{
								name: "On their way",
								values: hours.map(({ deliveriesWaiting }) => deliveriesWaiting),
								colour: "--line-strong",
							},
							{ name: "Failed", values: hours.map(({ deliveriesFailed }) => deliveriesFailed), colour: "--danger" },
						]}
					/>
				</Chart>
				<section class="card chart" aria-labelledby="waiting">
					<h2 id="waiting">Visitors who wait, by how long</h2>
					<ul class="waits">
						{waiting.map(({ upToMinutes, visitors }) => (
							<li key={upToMinutes ?? 0}>
								<span class="wait-name">{waitName(upToMinutes ?? undefined)}</span>
								<meter
									class="wait-bar"
									min={0}
									max={Math.max(1, waitingNow)}
									value={visitors}
									aria-label={waitName(upToMinutes ?? undefined)}
								/>
								<span class="numeric">{visitors}</span>
							</li>
						))}
					</ul>
					<p class="quiet small">Their rooms have messages, and nobody of your team has joined them.</p>
				</section>
			</div>
		</>
	);
}

function Figure({ name, value }: { name: string; value: number }): JSX.Element {
	return (
		<li class="card figure">
			<span class="figure-value">{value.toLocaleString()}</span>
			<span class="quiet small">{name}</span>
		</li>
	);
}

function Chart({ title, table, children }: { title: string; table: JSX.Element; children: JSX.Element }): JSX.Element {
	return (
		<section class="card chart" aria-label={title}>
			<h2>{title}</h2>
			<div aria-hidden="true">{children}</div>
			<details>
				<summary class="small">As a table</summary>
				{table}
			</details>
		</section>
	);
}

type HourTableProps = { hours: Hour[]; columns: string[]; pick: (hour: Hour) => number[] };

/** The same in figures; hours without any are left out. */
function HourTable({ hours, columns, pick }: HourTableProps): JSX.Element {
	const rows = hours.filter((hour) => pick(hour).some((count) => count > 0)).toReversed();
	return (
		// A region that scrolls is reached from the keyboard.
		// oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- see above
		<div class="scroll-y" tabIndex={0} role="region" aria-label="Table">
			<table>
				<thead>
					<tr>
						<th>Hour</th>
						{columns.map((name) => (
							<th key={name} class="numeric">
								{name}
							</th>
						))}
					</tr>
				</thead>
				<tbody>
					{rows.map((hour) => (
						<tr key={hour.hour}>
							<td>{fully(hour.hour)}</td>
							{pick(hour).map((count, index) => (
								<td key={columns[index]} class="numeric">
									{count.toLocaleString()}
								</td>
							))}
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

const waits: Record<number, string> = {
	5: "Under 5 minutes",
	15: "Under 15 minutes",
	60: "Under an hour",
	1440: "Under a day",
};

function waitName(upToMinutes: number | undefined): string {
	return upToMinutes === undefined ? "Longer" : (waits[upToMinutes] ?? `Under ${upToMinutes} minutes`);
}
