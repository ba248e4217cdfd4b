import { dateFormat } from "../../date-format.ts";

const DAY_MS = 86_400_000;
const clock = dateFormat({ hour: "2-digit", minute: "2-digit" });
const weekday = dateFormat({ weekday: "short" });
const day = dateFormat({ day: "numeric", month: "short" });
const dayOfYear = dateFormat({ day: "numeric", month: "short", year: "numeric" });
const longDay = dateFormat({ weekday: "long", day: "numeric", month: "long" });
const full = dateFormat({ dateStyle: "medium", timeStyle: "short" });

/** The time of day. */
export function timeOf(iso: string): string {
	return clock.format(new Date(iso));
}

/** As short as a list needs it: the time today, the day this week, else the date. */
export function shortly(iso: string, now: number = Date.now()): string {
	const date = new Date(iso);
	const days = daysBetween(date, new Date(now));
	if (days <= 0) return clock.format(date);
	if (days < 7) return weekday.format(date);
	return (date.getFullYear() === new Date(now).getFullYear() ? day : dayOfYear).format(date);
}

/** Date and time. */
export function fully(iso: string): string {
	return full.format(new Date(iso));
}

/** The heading of a day in a conversation. */
export function dayOf(iso: string, now: number = Date.now()): string {
	const date = new Date(iso);
	const days = daysBetween(date, new Date(now));
	if (days === 0) return "Today";
	if (days === 1) return "Yesterday";
	return (date.getFullYear() === new Date(now).getFullYear() ? longDay : dayOfYear).format(date);
}

export function isSameDay(a: string, b: string): boolean {
	return new Date(a).toDateString() === new Date(b).toDateString();
}

function daysBetween(earlier: Date, later: Date): number {
	return Math.round((midnight(later) - midnight(earlier)) / DAY_MS);
}

function midnight(date: Date): number {
	return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}
