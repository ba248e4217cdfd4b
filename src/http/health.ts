import { Hono } from "hono";
import { open } from "../auth/authenticate.ts";
import { roomOf } from "../rooms/rooms.ts";
import type { FoyerEnv } from "./foyer-env.ts";

/** The id of a room that is never created: asking it shows that objects answer, and costs no storage. */
const NO_ROOM = "0".repeat(32);
const DEADLINE_MS = 5000;

/** Liveness says that this Worker serves; readiness that what it stands on answers too. */
export const health = new Hono<FoyerEnv>()
	.get("/", open("liveness"), (c) => c.json({ status: "ok" }))
	.get("/ready", open("readiness"), async (c) => {
		const checks = {
			database: async () => c.env.DB.prepare("SELECT 1 FROM tenant LIMIT 1").all(),
			search: async () => c.env.SEARCH.prepare("SELECT 1 FROM message LIMIT 1").all(),
			tokens: async () => c.env.TOKENS.get("readiness"),
			rooms: async () => roomOf(c.env, NO_ROOM).ready(),
		};
		const answers = await Promise.all(
			Object.entries(checks).map(async ([name, check]) => [name, await answersInTime(check())] as const),
		);
		const isReady = answers.every(([, ok]) => ok);
		const parts = Object.fromEntries(answers.map(([name, ok]) => [name, ok ? "ok" : "failing"]));
		return c.json({ status: isReady ? "ok" : "failing", parts }, isReady ? 200 : 503);
	});

function answersInTime(check: Promise<unknown>): Promise<boolean> {
	const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), DEADLINE_MS));
	return Promise.race([
		check.then(
			() => true,
			() => false,
		),
		late,
	]);
}
