import { compareWork, type Session } from "../lib/compare.ts";
import { hammer } from "../lib/hammer.ts";
import { pool } from "../lib/load.ts";
import type { Outcome } from "../lib/outcome.ts";
import { credentials, startFoyer } from "../targets/foyer.ts";

const CHATS = 1000;

/** `GET /v1/Chat` of an agent with a thousand chats, beside an agent with one. */
export async function chats(rounds: number): Promise<Outcome> {
	const server = await startFoyer();
	try {
		// Members 0 and 1 are in every room; member 2, the agent with one chat, is in the last.
		await pool(CHATS, 8, async (index) => {
			await server.openRoom(index === CHATS - 1 ? 3 : 2);
		});
		const list = async (member: number, take: number): Promise<Session> =>
			hammer(new URL(`/v1/Chat?take=${take}`, server.url), 8, await credentials(member));
		const series = await compareWork({ rounds, slices: 3, seconds: 0.8 }, server.pid, {
			"agent with 1 chat": await list(2, 50),
			"first 50 of 1,000 chats": await list(1, 50),
			"first 200 of 1,000 chats": await list(1, 200),
		});
		const relative = { to: "agent with 1 chat", by: "answer p99 ms" };
		return { tables: [{ title: "GET /v1/Chat, 8 connections", series, relative }], checks: [] };
	} finally {
		await server.stop();
	}
}
