import { compareServers } from "../lib/compare.ts";
import { hammer } from "../lib/hammer.ts";
import type { Outcome } from "../lib/outcome.ts";
import { startFloor } from "../targets/floor.ts";
import { startFoyer } from "../targets/foyer.ts";
import type { Server } from "../targets/server.ts";

const paths: Record<string, string> = { "bare Worker": "/plain", "bare Hono": "/hono", foyer: "/health" };

/** What Foyer's middleware costs: `/health` beside the same answer of a bare Worker, and of Hono alone in one. */
export async function hello(rounds: number): Promise<Outcome> {
	const targets: Record<string, () => Promise<Server>> = {
		"bare Worker": startFloor,
		"bare Hono": startFloor,
		foyer: startFoyer,
	};
	const series = await compareServers({ rounds, slices: 3, seconds: 1 }, targets, (server, target) =>
		Promise.resolve(hammer(new URL(paths[target]!, server.url), 16)),
	);
	return {
		tables: [{ title: "HTTP hello, 16 connections", series, relative: { to: "bare Hono", by: "requests/s" } }],
		checks: [],
	};
}
