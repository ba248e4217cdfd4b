/** What a fresh start shows: two tenants, two orgs, a group chat, a visitor room, customers, a link of each tier. Seeding twice changes nothing. */
import type { D1Database } from "@cloudflare/workers-types";
import { demoCustomerId, demoOrgId } from "../src/auth/demo.ts";
import { chatIdOf } from "../src/rooms/room-id.ts";

/** A way into the Worker: `dispatchFetch` of Miniflare, or `fetch` of a server that runs. */
export type Ask = (
	path: string,
	init: { method: string; headers: Record<string, string>; body?: string },
) => Promise<{
	ok: boolean;
	status: number;
	text(): Promise<string>;
}>;

export const demo = {
	tenants: [
		{ id: "acme", name: "Acme Support" },
		{ id: "globex", name: "Globex" },
	],
	/** Their staff need no credential in the visitor dialect, so that existing DowellChat clients can be tried. */
	orgs: [demoOrgId, "6385c0f18eca0fb652c94558"],
	chatId: "66f0a1c0d3e4f5a6b7c8d9e000000000",
	// Not WIFIQRCODE: that product of the demo org is what the published examples play with.
	visitor: { user_id: "visitor-1042", org_id: demoOrgId, product_name: "LOGOSCAN", portfolio_name: "Mira" },
} as const;

type Line = { by: "ada" | "ben" | "visitor"; body: string };

const returnsDesk: readonly Line[] = [
	{ by: "ada", body: "Morning Ben. Three returns came in overnight, all the blue kettle, all with a cracked lid." },
	{ by: "ben", body: "Morning. Same batch? The number is on the sticker under the base." },
	{ by: "ada", body: "Two say 24-31. The third customer is looking for the sticker." },
	{ by: "ben", body: "Then we should stop telling people it was the courier." },
	{
		by: "ada",
		body: "Agreed. I'll change the saved reply: a new kettle leaves today, keep the old one until we ask for it.",
	},
	{ by: "ben", body: "Good. Do we want photos?" },
	{ by: "ada", body: "One of the lid, one of the sticker. Quality asked for both." },
	{ by: "ada", body: "Third one just answered: 24-31 as well." },
	{ by: "ben", body: "So it is the batch. I'm telling Alma, she can take it off the shop page." },
	{ by: "ada", body: "Thanks. There is a visitor waiting with the same kettle, I'll take that one." },
	{ by: "ben", body: "Then I'm on the phone until lunch." },
	{ by: "ada", body: "Deal. Swap at one." },
];

const storefront: readonly Line[] = [
	{ by: "visitor", body: "Hello, my kettle arrived today and the lid is cracked. What do I do?" },
	{ by: "ada", body: "Hello, I'm sorry about that. Is there a number on the sticker under the base?" },
	{ by: "visitor", body: "24-31 / B" },
	{
		by: "ada",
		body: "Thank you. That is a fault on our side: a new one leaves the warehouse today. Please keep the old one for now.",
	},
	{ by: "visitor", body: "That was quick, thanks! Do I have to pay for the shipping?" },
	{ by: "ada", body: "No, nothing. You'll get the tracking number by e-mail this afternoon." },
];

const customerId = (number: number) => `66f0a1c0d3e4f5a6b7c8d9f${number}00000000`;

const customers = [
	{
		id: customerId(1),
		name: "Brightwater Hotels",
		referenceId: "BW",
		schedule: {
			timeZoneId: "Europe/Lisbon",
			defaultState: "Closed",
			rules: [
				{
					name: "Reception",
					state: "Open",
					simpleRuleType: "Time",
					startDate: "2026-01-05",
					startTime: "08:00",
					endTime: "20:00",
					frequency: "Daily",
					interval: 1,
				},
			],
		},
	},
	{ id: demoCustomerId, name: "Brightwater Porto", referenceId: "BW-1", parentCustomerId: customerId(1) },
	{ id: customerId(2), name: "Porto, Café", referenceId: "BW-1a", parentCustomerId: demoCustomerId },
	{ id: customerId(3), name: "Brightwater Évora", referenceId: "BW-2", parentCustomerId: customerId(1) },
	{ id: customerId(4), name: "Quince & Daughters", referenceId: "QD" },
];

/** A link of each tier: to the group chat, to Carl's customer, to a page of the tenant's own. */
const links = [
	{ resourceType: "Chat", resourceUid: demo.chatId, recipientEmail: "mira@example.com" },
	{ resourceType: "Customer", resourceUid: demoCustomerId, recipientEmail: "reception@example.com" },
	{ resourceType: "Contract", resourceUid: customerId(7), recipientEmail: "legal@example.com" },
];
const contractType = {
	title: "Contract",
	sensitivityTier: "Restricted",
	urlTemplate: "https://example.com/contracts/{resourceUid}",
};

/** Puts the demo into a Worker in development and its database. */
export async function seedDemo(ask: Ask, database: D1Database): Promise<void> {
	await seedTenants(database);
	const ada = await tokenOf(ask, "acme", "Agent", 1);
	const ben = await tokenOf(ask, "acme", "Agent", 2);
	await seedGroupChat(ask, { ada, ben });
	await seedVisitorRoom(ask, ada);
	await seedCustomers(ask);
}

/** A token of a demo identity; `number` picks one of several people of the role. */
export async function tokenOf(ask: Ask, tenant: string, role: string, number = 1): Promise<string> {
	const { token } = await call<{ token: string }>(ask, "POST", "/auth/dev", { body: { tenant, role, number } });
	return token;
}

async function seedTenants(database: D1Database): Promise<void> {
	const tenant = database.prepare("INSERT OR IGNORE INTO tenant (id, name, created_at) VALUES (?, ?, ?)");
	const org = database.prepare(
		"INSERT OR IGNORE INTO org (id, tenant_id, allow_unauthenticated_staff, customer_id, created_at) VALUES (?, 'acme', 1, ?, ?)",
	);
	const now = Date.now();
	await database.batch([
		...demo.tenants.map(({ id, name }) => tenant.bind(id, name, now)),
		// Whose visitors see when the reception is open.
		...demo.orgs.map((id) => org.bind(id, id === demoOrgId ? customerId(1) : null, now)),
	]);
}

async function seedGroupChat(ask: Ask, tokens: Record<"ada" | "ben", string>): Promise<void> {
	const chatMembers = [
		{ userId: "acme-agent-2", chatMemberName: "Ben Agent", isActive: true },
		{ userId: "acme-admin", chatMemberName: "Alma Administrator", isActive: true },
	];
	const chat = { chatId: demo.chatId, chatName: "Returns desk", chatMembers };
	await call(ask, "POST", "/v1/Chat", { token: tokens.ada, body: { chat } });
	const said = await countMessages(ask, demo.chatId, tokens.ada);
	for (const [index, { by, body }] of returnsDesk.entries()) {
		if (index >= said) await send(ask, demo.chatId, by === "ben" ? tokens.ben : tokens.ada, index, body);
	}
}

/** A small tree; Carl, the customer of the demo, speaks for its second. Ids are fixed, so that what is there is not made again. */
async function seedCustomers(ask: Ask): Promise<void> {
	const token = await tokenOf(ask, "acme", "Manager");
	const ids = customers.map(({ id }) => id).join();
	const { items } = await call<{ items: { id: string }[] }>(ask, "GET", `/customers?specificIds=${ids}`, { token });
	const made = new Set(items.map(({ id }) => id));
	for (const body of customers) if (!made.has(body.id)) await call(ask, "POST", "/customers", { token, body });
}

/**
 * Makes the demo's links, by a server that runs: what is on the queue of one that starts anew is gone. `deliverEmail` says that mails stay in
 * the outbox and may be sent. Whoever starts again when a link has expired gets a new one.
 */
export async function seedLinks(ask: Ask, deliverEmail: boolean): Promise<void> {
	const ada = await tokenOf(ask, "acme", "Agent", 1);
	const alma = await tokenOf(ask, "acme", "Administrator");
	await call(ask, "PUT", "/v1/resourcetype/Contract", { token: alma, body: contractType });
	for (const body of links) {
		const path = `/v1/customerlink/resource/${body.resourceType}/${body.resourceUid}?status=Active&createdByUserId=acme-agent-1`;
		const { links: known } = await call<{ links: unknown[] }>(ask, "GET", path, { token: ada });
		if (known.length === 0)
			await call(ask, "POST", "/v1/customerlink", { token: ada, body: { ...body, deliverEmail } });
	}
}

async function seedVisitorRoom(ask: Ask, ada: string): Promise<void> {
	const { inserted_id: room } = await call<{ inserted_id: string }>(ask, "POST", "/api/v2/room-control/", {
		body: demo.visitor,
	});
	const chatId = chatIdOf(room);
	const said = await countMessages(ask, chatId, ada);
	for (const [index, { by, body }] of storefront.entries()) {
		if (index < said) continue;
		if (by === "visitor") await sendAsVisitor(ask, room, body);
		else await send(ask, chatId, ada, index, body);
	}
}

/** How far an earlier start came, so that one that was cut short goes on where it stopped. */
async function countMessages(ask: Ask, chatId: string, token: string): Promise<number> {
	const { messages } = await call<{ messages: unknown[] }>(ask, "GET", `/v1/Chat/${chatId}/Messages?take=50`, {
		token,
	});
	return messages.length;
}

async function send(ask: Ask, chatId: string, token: string, index: number, body: string): Promise<void> {
	const message = { clientMessageId: `demo-${index}`, body };
	await call(ask, "POST", `/v1/Chat/${chatId}/Messages`, { token, body: message });
}

async function sendAsVisitor(ask: Ask, room: string, text: string): Promise<void> {
	const message = { room_id: room, message_data: text, side: false, author: "client", message_type: "text" };
	await call(ask, "POST", "/api/v2/room-service/", { body: { type: "create_message", ...message } });
}

async function call<T>(
	ask: Ask,
	method: string,
	path: string,
	{ token, body }: { token?: string; body?: unknown },
): Promise<T> {
	const response = await ask(path, {
		method,
		headers: { "Content-Type": "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) },
		...(body === undefined ? {} : { body: JSON.stringify(body) }),
	});
	const text = await response.text();
	if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 500)}`);
	return JSON.parse(text) as T;
}
