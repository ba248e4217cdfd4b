import { meter, waitQuiet, type Usage } from "./machine.ts";
import { quantile, spread, type Spread } from "./stats.ts";
import type { Server } from "../targets/server.ts";

/** What some seconds of work came to: things counted, and how long each took in ms. */
export type Slice = {
	seconds: number;
	counts: Record<string, number>;
	latencies: Record<string, number[]>;
	totals?: Record<string, number>;
};

/** Work that can be done for some seconds, again and again. */
export type Session = { work(seconds: number): Promise<Slice>; close(): void };

/** What one round found, by name: `acked/s`, `p99 ms`, … */
export type Figures = Record<string, number>;

/** The figures of each target, by round. */
export type Series = Record<string, Figures[]>;

/** How long to measure: each target `slices` times for `seconds`, in turn, after `runIn` seconds that do not count. */
export type Effort = { rounds: number; slices: number; seconds: number; runIn?: number };

type Contestant = { pid: number; session: Session };

/**
 * Compares servers on one machine that others use too. Every round starts each target afresh; then they take turns, slice by slice, so
 * that a burst of somebody else's work hits all of them. Whoever has not the turn is stopped (SIGSTOP): nobody pays a debt, such as
 * Foyer's to D1, while another one is measured.
 */
export async function compareServers<Some extends Server>(
	effort: Effort,
	targets: Record<string, () => Promise<Some>>,
	open: (server: Some, target: string) => Promise<Session>,
): Promise<Series> {
	const series: Series = {};
	for (let round = 0; round < effort.rounds; round++) {
		const servers: Some[] = [];
		try {
			const contestants: Record<string, Contestant> = {};
			for (const [name, start] of Object.entries(targets)) {
				const server = await start();
				servers.push(server);
				contestants[name] = { pid: server.pid, session: await open(server, name) };
			}
			collect(series, await alternate(effort, contestants, true));
		} finally {
			for (const { pid } of servers) process.kill(pid, "SIGCONT");
			for (const server of servers) await server.stop();
		}
	}
	return series;
}

/** Compares several kinds of work on one server. */
export async function compareWork(effort: Effort, pid: number, sessions: Record<string, Session>): Promise<Series> {
	const series: Series = {};
	const contestants = Object.fromEntries(Object.entries(sessions).map(([name, session]) => [name, { pid, session }]));
	for (let round = 0; round < effort.rounds; round++) collect(series, await alternate(effort, contestants, false));
	for (const session of Object.values(sessions)) session.close();
	return series;
}

function collect(series: Series, round: Record<string, Figures>): void {
	for (const [name, figures] of Object.entries(round)) (series[name] ??= []).push(figures);
}

/** Long enough for code to be compiled, and for timers that were due while the server was stopped. */
const RUN_IN_SECONDS = 0.4;

async function alternate(
	effort: Effort,
	contestants: Record<string, Contestant>,
	freeze: boolean,
): Promise<Record<string, Figures>> {
	const slices: Record<string, (Slice & { usage: Usage })[]> = {};
	const signal = (pid: number, name: "SIGSTOP" | "SIGCONT"): void => void (freeze && process.kill(pid, name));
	for (const { session } of Object.values(contestants)) await session.work(1);
	for (const { pid } of Object.values(contestants)) signal(pid, "SIGSTOP");
	await waitQuiet();
	for (let slice = 0; slice < effort.slices; slice++) {
		for (const [name, { pid, session }] of Object.entries(contestants)) {
			signal(pid, "SIGCONT");
			await session.work(effort.runIn ?? RUN_IN_SECONDS);
			const stop = meter(pid);
			const done = await session.work(effort.seconds);
			(slices[name] ??= []).push({ ...done, usage: stop() });
			signal(pid, "SIGSTOP");
		}
	}
	return Object.fromEntries(Object.entries(slices).map(([name, some]) => [name, figuresOf(some)]));
}

/** Rates and CPU are medians over the slices, so that one disturbed slice does not count; latencies are taken together. */
function figuresOf(slices: readonly (Slice & { usage: Usage })[]): Figures {
	const figures: Figures = {};
	const medianOf = (value: (slice: Slice & { usage: Usage }) => number): number => spread(slices.map(value)).median;
	for (const name of Object.keys(slices[0]?.counts ?? {}))
		figures[`${name}/s`] = medianOf(({ counts, seconds }) => (counts[name] ?? 0) / seconds);
	for (const name of Object.keys(slices[0]?.latencies ?? {})) {
		const all = slices.flatMap(({ latencies }) => latencies[name] ?? []);
		figures[`${name} p50 ms`] = quantile(all, 0.5);
		figures[`${name} p99 ms`] = quantile(all, 0.99);
	}
	for (const name of Object.keys(slices[0]?.totals ?? {}))
		figures[name] = slices.reduce((sum, { totals }) => sum + (totals?.[name] ?? 0), 0);
	// Of all figures the one that moves least when the machine is busy with something else.
	const [first = ""] = Object.keys(slices[0]?.counts ?? {});
	figures["CPU µs each"] = medianOf(
		({ usage, counts }) => (usage.serverCores * usage.seconds * 1e6) / (counts[first] ?? 0),
	);
	figures["cores"] = medianOf(({ usage }) => usage.serverCores);
	figures["generator"] = medianOf(({ usage }) => usage.generatorCores);
	figures["others"] = medianOf(({ usage }) => usage.otherCores);
	return figures;
}

/** A figure of one target over the rounds. */
export function figure(series: Series, target: string, name: string): Spread {
	return spread((series[target] ?? []).map((figures) => figures[name] ?? NaN));
}

/** A figure of one target in units of another's, compared within each round. */
export function ratio(series: Series, target: string, reference: string, name: string): Spread {
	const references = series[reference] ?? [];
	return spread(
		(series[target] ?? []).map((figures, round) => (figures[name] ?? NaN) / (references[round]?.[name] ?? NaN)),
	);
}
