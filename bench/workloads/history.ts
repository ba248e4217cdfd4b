import { compareWork, ratio } from "../lib/compare.ts";
import { hammer } from "../lib/hammer.ts";
import { atMost, type Outcome, type Table } from "../lib/outcome.ts";
import { credentials, startFoyer, type Foyer } from "../targets/foyer.ts";
import { fillRoom } from "../targets/long-room.ts";
import { temporaryDirectory } from "../targets/server.ts";

/** How many messages each room holds. */
const rooms: Record<string, number> = { "empty room": 0, "room of 50": 50, "room of 100,000": 100_000 };

/** The last 50 messages by HTTP: what a long past costs. */
export async function history(rounds: number): Promise<Outcome> {
	const directory = temporaryDirectory();
	try {
		const ids = await prepare(directory.path);
		const server = await startFoyer(directory.path);
		try {
			const one = await ask(server, ids, 1, rounds);
			const many = await ask(server, ids, 16, rounds);
			return { tables: [one, many], checks: [check(one, "1 connection"), check(many, "16 connections")] };
		} finally {
			await server.stop();
		}
	} finally {
		directory.remove();
	}
}

function check({ series }: Table, how: string) {
	return atMost(
		2,
		`last 50 of 100,000, ${how}: p99 to the empty room's`,
		ratio(series, "room of 100,000", "empty room", "answer p99 ms"),
	);
}

async function prepare(stateDir: string): Promise<Map<string, string>> {
	const ids = new Map<string, string>();
	const server = await startFoyer(stateDir);
	for (const name of Object.keys(rooms)) ids.set(name, await server.openRoom(2));
	await server.stop();
	for (const [name, id] of ids) if (rooms[name]! > 0) fillRoom(stateDir, id, rooms[name]!);
	return ids;
}

async function ask(server: Foyer, ids: Map<string, string>, concurrency: number, rounds: number): Promise<Table> {
	const headers = await credentials(0);
	const sessions = Array.from(ids, ([name, id]) => {
		const url = new URL(`/v1/Chat/${id}/Messages?take=50`, server.url);
		return [name, hammer(url, concurrency, headers)] as const;
	});
	const series = await compareWork({ rounds, slices: 10, seconds: 0.5 }, server.pid, Object.fromEntries(sessions));
	const title = `History, last 50 messages by HTTP, ${concurrency} connection${concurrency > 1 ? "s" : ""}`;
	return { title, series, relative: { to: "empty room", by: "answer p99 ms" } };
}
