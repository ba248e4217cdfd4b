import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { activityOf } from "../src/activity/activity.ts";
import { Person } from "./support/client.ts";
import { openVisitorRoom } from "./support/visitor.ts";
import { Socket } from "./support/socket.ts";

type Hour = { hour: string; messages: number; deliveriesSent: number };

it("counts messages and deliveries by the hour, and visitors who wait until somebody joins them", async () => {
	const [ada, alma] = await Promise.all([Person.signIn(), Person.signIn("Administrator")]);
	const read = async () => (await alma.call("GET", "/v1/activity?hours=3")).body;
	const before = await read();
	expect(before.hours).toHaveLength(3);
	expect(before.hours.map(({ hour }: Hour) => Date.parse(hour) % 3_600_000)).toEqual([0, 0, 0]);
	const messagesOf = ({ hours }: { hours: Hour[] }) => hours.reduce((sum, { messages }) => sum + messages, 0);
	const waitingOf = ({ waiting }: { waiting: { visitors: number }[] }) =>
		waiting.reduce((sum, { visitors }) => sum + visitors, 0);

	const chatId = await ada.createChat();
	for (const body of ["one", "two", "three"]) await ada.send(chatId, body);
	const { roomId, chatId: room } = await openVisitorRoom();
	const visitor = await Socket.visit(roomId);
	await visitor.say("Hello?");
	visitor.close();
	await vi.waitFor(async () => {
		const now = await read();
		expect([messagesOf(now) - messagesOf(before), waitingOf(now) - waitingOf(before)]).toEqual([4, 1]);
		expect(now.waiting[0].visitors).toBeGreaterThan(0);
	}, 10_000);
	await ada.send(room, "Hello!");
	await vi.waitFor(async () => expect(waitingOf(await read())).toBe(waitingOf(before)), 10_000);

	// Nobody else's: another tenant's administrator sees none of it.
	const gus = await Person.signIn("Administrator", "globex");
	expect(messagesOf((await gus.call("GET", "/v1/activity?hours=3")).body)).toBe(0);
});

it("knows what was sent to people and what was not", async () => {
	const now = Date.parse("2026-11-22T10:30:00Z");
	const insert = env.DB.prepare(
		"INSERT INTO delivery (tenant_id, id, kind, channel, masked, status, next_at, created_at) VALUES ('busy', ?, 'Link', 'Email', 'a', ?, 0, ?)",
	);
	const rows: [string, number][] = [
		["Sent", now - 60_000],
		["Sent", now - 3_600_000],
		["Failed", now - 60_000],
		["Abandoned", now - 61_000],
		["Queued", now],
		["Sent", now - 26 * 3_600_000],
	];
	await env.DB.batch(rows.map(([status, at], index) => insert.bind(String(index), status, at)));
	const { hours } = await activityOf(env, "busy", 24, now);
	expect(hours).toHaveLength(24);
	expect(hours.slice(-2)).toEqual([
		{ hour: "2026-11-22T09:00:00.000Z", messages: 0, deliveriesSent: 1, deliveriesFailed: 0, deliveriesWaiting: 0 },
		{ hour: "2026-11-22T10:00:00.000Z", messages: 0, deliveriesSent: 1, deliveriesFailed: 2, deliveriesWaiting: 1 },
	]);
});

it("refuses what is no number of hours", async () => {
	const alma = await Person.signIn("Administrator");
	for (const hours of ["169", "x", "-1"])
		expect((await alma.call("GET", `/v1/activity?hours=${hours}`)).status).toBe(400);
});
