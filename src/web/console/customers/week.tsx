import { useSignal } from "@preact/signals";
import { Fragment, type ComponentChildren, type JSX } from "preact";
import { useEffect } from "preact/hooks";
import { call, query } from "../core/api.ts";
import { Icon } from "../core/icons.tsx";
import { useLoad, Waiting } from "../core/load.tsx";
import type { CustomerState, Schedule } from "./types.ts";
import { civilMinute, mondayOf, weekOf, zoneOf, type Day, type Span } from "./week-spans.ts";

const HOURS = [0, 6, 12, 18, 24];
const DAY_MS = 86_400_000;
/** Dates of the customer's clock are shown as they are, whatever the reader's clock says. */
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "short", timeZone: "UTC" });
const dayAndMonth = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", timeZone: "UTC" });

type Props = { customerId: string; schedule: Schedule | undefined; source: ComponentChildren };

/** A week of a customer: in which state the server says that it is, drawn, and in words beside it. */
export function Week({ customerId, schedule, source }: Props): JSX.Element {
	const zone = zoneOf(schedule?.timeZoneId);
	const offset = useSignal(0);
	const now = useNow();
	const monday = mondayOf(zone, now) + 7 * offset.value;
	const ask = (at: Date) =>
		call<CustomerState>("GET", `/customers/${customerId}/state${query({ at: at.toISOString() })}`);
	const week = useLoad(`${customerId} ${monday}`, async () => ({ monday, days: await weekOf(ask, zone, monday) }));
	const days = week.value?.days ?? [];
	const here = civilMinute(zone, now);
	return (
		<figure class="week" aria-label="The week's hours">
			<figcaption class="week-head">
				<span class="quiet small">
					Hours of <b>{schedule?.timeZoneId ?? "UTC"}</b>
					{schedule?.timeZoneId ? "" : ", since no time zone is set"}. {source}
				</span>
				<span class="week-steps">
					<button
						type="button"
						class="button plain icon"
						aria-label="The week before"
						onClick={() => (offset.value -= 1)}
					>
						<Icon name="back" size={16} />
					</button>
					<button type="button" class="button plain" disabled={offset.value === 0} onClick={() => (offset.value = 0)}>
						{offset.value === 0 ? "This week" : `${dateOf(monday)} to ${dateOf(monday + 6)}`}
					</button>
					<button
						type="button"
						class="button plain icon"
						aria-label="The week after"
						onClick={() => (offset.value += 1)}
					>
						<Icon name="right" size={16} />
					</button>
				</span>
			</figcaption>
			<Waiting of={week}>
				<div class="week-hours quiet" aria-hidden="true">
					{HOURS.map((hour) => (
						<span key={hour} style={{ left: `${(hour / 24) * 100}%` }}>
							{hour}
						</span>
					))}
				</div>
				<ol class="week-days" aria-busy={week.isLoading}>
					{days.map((day, index) => (
						<Row
							key={day.date}
							day={day}
							before={days[index - 1]}
							after={days[index + 1]}
							now={day.date === here.date ? here.minute : undefined}
						/>
					))}
				</ol>
			</Waiting>
		</figure>
	);
}

type RowProps = { day: Day; before: Day | undefined; after: Day | undefined; now: number | undefined };

function Row({ day, before, after, now }: RowProps): JSX.Element {
	return (
		<li class={`week-row${now === undefined ? "" : " today"}`} aria-current={now === undefined ? undefined : "date"}>
			<span class="week-day">
				{weekday.format(day.date * DAY_MS)} <span class="quiet">{dateOf(day.date)}</span>
			</span>
			<span class="week-bar" aria-hidden="true">
				{day.spans.map((span) => (
					<span
						key={span.from}
						class={`span ${toneOf(span.state)}`}
						style={{ left: `${(span.from / 1440) * 100}%`, width: `${((span.to - span.from) / 1440) * 100}%` }}
					/>
				))}
				{now !== undefined && <span class="week-now" style={{ left: `${(now / 1440) * 100}%` }} />}
			</span>
			<span class="week-text">
				{inWords(day, before, after).map((part, index, { length }) => (
					<Fragment key={part}>
						<span>
							{part}
							{index < length - 1 ? "," : ""}
						</span>{" "}
					</Fragment>
				))}
			</span>
		</li>
	);
}

function toneOf(state: string | null): string {
	if (state === null) return "is-unknown";
	if (isState(state, "Closed")) return "is-closed";
	return isState(state, "Open") ? "is-open" : "is-other";
}

function isState(state: string | null, name: string): boolean {
	return state?.toLowerCase() === name.toLowerCase();
}

/** What a day is, without the hours when nobody is there; what goes over midnight is said once from when and once until when. */
function inWords({ spans }: Day, before: Day | undefined, after: Day | undefined): string[] {
	const said = spans.filter(({ state }) => !isState(state, "Closed"));
	if (said.length === 0) return ["Closed"];
	return said.map((span) => {
		if (span.state === null) return `more changes after ${clock(span.from)} than are drawn`;
		const name = isState(span.state, "Open") ? "" : `${span.state} `;
		return `${name}${timesOf(span, goesOn(before?.spans.at(-1), span), goesOn(span, after?.spans[0]))}`;
	});
}

function goesOn(span: Span | undefined, next: Span | undefined): boolean {
	return span?.to === 1440 && next?.from === 0 && span.state === next.state;
}

function timesOf({ from, to }: Span, isFromBefore: boolean, goesOn: boolean): string {
	if (from === 0 && to === 1440) return "all day";
	if (isFromBefore) return `until ${clock(to)}`;
	return goesOn ? `from ${clock(from)}` : `${clock(from)}–${clock(to)}`;
}

function clock(minute: number): string {
	return `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;
}

function dateOf(date: number): string {
	return dayAndMonth.format(date * DAY_MS);
}

/** The time, renewed each minute. */
function useNow(): Date {
	const now = useSignal(new Date());
	useEffect(() => {
		const timer = setInterval(() => (now.value = new Date()), 60_000);
		return () => clearInterval(timer);
	}, []);
	return now.value;
}
