import { mkdtemp, readdir, rm } from "node:fs/promises";
import { DatabaseSync } from "node:sqlite";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { HttpDouble } from "./http-double.ts";
import { Server } from "./server.ts";

/** Links that are asked for before the server dies; the queue brings ten messages at a time. */
const LINKS = 60;
/** After this a try whose machine died is taken over: the lease of `src/delivery/consumer.ts`, and a little. */
const LEASE_MS = 22_000;

type Delivery = { status: string };
type Event = { type: string };

const provider = new HttpDouble();
let stateDir = "";
let server: Server;

beforeAll(async () => {
	stateDir = await mkdtemp(join(tmpdir(), "foyer-delivery-"));
	vi.stubEnv("EMAIL_PROVIDER", "webhook");
	vi.stubEnv("WEBHOOK_SECRET", `whsec_${btoa("0123456789abcdef01234567")}`);
	vi.stubEnv("WEBHOOK_URL", `${await provider.listen()}/mails`);
	server = await Server.start(stateDir);
});

afterAll(async () => {
	vi.unstubAllEnvs();
	await server.stop();
	await provider.close();
	await rm(stateDir, { recursive: true, force: true });
});

/** The ids of messages that reached the provider, one for each time. */
const arrived = () => provider.received("mails").map(({ headers }) => String(headers["webhook-id"]));

/** Rows of D1 as they lie on the disk. */
async function stored<Row>(query: string): Promise<Row[]> {
	const folder = join(stateDir, "v3/d1/miniflare-D1DatabaseObject");
	for (const name of await readdir(folder)) {
		if (!name.endsWith(".sqlite")) continue;
		const file = new DatabaseSync(join(folder, name), { readOnly: true });
		try {
			if (file.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'delivery'").get())
				return file.prepare(query).all() as Row[];
		} finally {
			file.close();
		}
	}
	throw new Error("there is no database with deliveries");
}

it("sends every message that was committed when it is killed before the queue has it and in the middle of sending", async () => {
	const signIn = { tenant: "acme", role: "Agent" };
	const { token } = await server.ask<{ token: string }>("POST", "/auth/dev", undefined, signIn);
	const { chat } = await server.ask<{ chat: [{ chatId: string }] }>("POST", "/v1/Chat", token, {
		chat: { chatName: "Delivery" },
	});
	provider.script("mails", [{ hangs: true }]);
	const uids: string[] = [];
	const asking = Array.from({ length: LINKS }, async (_, index) => {
		const { link } = await server.ask<{ link: { customerLinkUID: string } }>("POST", "/v1/customerlink", token, {
			resourceType: "Chat",
			resourceUid: chat[0].chatId,
			recipientEmail: `recipient-${index}@example.com`,
			deliverEmail: true,
		});
		uids.push(link.customerLinkUID);
	});
	const asked = Promise.allSettled(asking);
	// Ten hang in the middle of their delivery, the others have not come to the queue's consumer.
	await vi.waitUntil(() => arrived().length >= 5 && uids.length > 20, { timeout: 30_000, interval: 5 });
	await server.kill();
	await asked;
	const hanging = new Set(arrived());
	const committed = await stored<{ id: string; status: string }>("SELECT id, status FROM delivery");
	expect(committed.length).toBeGreaterThanOrEqual(uids.length);
	expect(committed.every(({ status }) => status === "Queued" || status === "Sending")).toBe(true);
	expect(committed.some(({ id }) => !hanging.has(id))).toBe(true);

	provider.script("mails", [{ status: 200 }]);
	await setTimeout(LEASE_MS);
	server = await Server.start(stateDir);
	await vi.waitFor(
		async () => {
			const states = await stored<{ status: string }>("SELECT DISTINCT status FROM delivery");
			expect(states).toEqual([{ status: "Sent" }]);
		},
		{ timeout: 80_000, interval: 250 },
	);
	// At least once: those that hung a second time, the others once. Nothing of what they carried is left.
	const counts = new Map<string, number>();
	for (const id of arrived()) counts.set(id, (counts.get(id) ?? 0) + 1);
	expect(counts.size).toBe(committed.length);
	for (const { id } of committed)
		if (hanging.has(id)) expect(counts.get(id)).toBeGreaterThanOrEqual(2);
		else expect([id, counts.get(id)]).toEqual([id, 1]);
	expect(await stored("SELECT id FROM delivery WHERE payload IS NOT NULL")).toEqual([]);

	for (const uid of uids) {
		// oxlint-disable-next-line no-await-in-loop -- one after the other, so that the server is not in a hurry
		const [{ deliveries }, { events, isIntact }] = await Promise.all([
			server.ask<{ deliveries: Delivery[] }>("GET", `/v1/customerlink/${uid}/deliveries`, token),
			server.ask<{ events: Event[]; isIntact: boolean }>("GET", `/v1/customerlink/${uid}/events`, token),
		]);
		expect(deliveries.map(({ status }) => status)).toEqual(["Sent"]);
		expect(events.map(({ type }) => type)).toEqual(["Created", "DeliveryQueued", "DeliverySent"]);
		expect(isIntact).toBe(true);
	}
});
