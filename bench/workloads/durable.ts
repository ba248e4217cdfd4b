import { compareServers, ratio, type Session } from "../lib/compare.ts";
import { closedLoop, textOf } from "../lib/load.ts";
import { atLeast, atMost, type Outcome, type Table } from "../lib/outcome.ts";
import { startFloor } from "../targets/floor.ts";
import { startFoyer } from "../targets/foyer.ts";
import type { Server } from "../targets/server.ts";

/** One room, one member, some sends outstanding: what a room takes, ack included. */
export async function durable(rounds: number): Promise<Outcome> {
	const one = await outstanding(1, rounds);
	const many = await outstanding(64, rounds);
	return {
		tables: [one, many],
		checks: [
			atLeast(0.85, "1 outstanding: acked/s to the floor's", ratio(one.series, "foyer", "floor", "acked/s")),
			atLeast(3, "64 outstanding: acked/s to the floor's", ratio(many.series, "foyer", "floor", "acked/s")),
			atMost(1, "64 outstanding: p99 to the floor's", ratio(many.series, "foyer", "floor", "ack p99 ms")),
		],
	};
}

async function outstanding(count: number, rounds: number): Promise<Table> {
	const targets = { floor: startFloor, foyer: startFoyer };
	const series = await compareServers({ rounds, slices: 5, seconds: 1 }, targets, (server) => sender(server, count));
	return { title: `Durable sends, 1 room, ${count} outstanding`, series, relative: { to: "floor", by: "acked/s" } };
}

async function sender(server: Server, count: number): Promise<Session> {
	const member = await server.join(await server.openRoom(1), 0);
	let next = 0;
	return {
		async work(seconds) {
			const startedAt = performance.now();
			const ack = await closedLoop(seconds, count, () => member.send(textOf(next++)));
			return { seconds: (performance.now() - startedAt) / 1000, counts: { acked: ack.length }, latencies: { ack } };
		},
		close: () => member.close(),
	};
}
