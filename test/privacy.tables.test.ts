import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { roomOf } from "../src/rooms/rooms.ts";
import { Person } from "./support/client.ts";

const TABLES =
	"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'";

/** What an erasure does with each table. A new one must be thought of here, and in `src/privacy` if it says anything of a person. */
const treated = {
	record: {
		"rows of the person go": [
			...["contact", "sms_consent", "connection", "connection_event"],
			...["link_token", "portal_session", "otp_challenge", "link_request"],
		],
		"rows stay without the person": ["link", "link_event", "delivery", "visitor_room", "chat_member", "chat"],
		"rows of the company go": ["customer", "customer_unindexed"],
		"hashes that stay for a reason, or go by themselves": ["suppression", "throttle"],
		"nothing of a contact or a customer": [
			...["tenant", "api_key", "org", "master_link", "resource_type", "link_policy", "term"],
			...["account", "tag", "directory", "erasure", "d1_migrations"],
		],
	},
	search: {
		"rows stay without the person": ["message", "message_text"],
		"rows of the company go": ["customer_entry"],
		"nothing of a contact or a customer": ["d1_migrations"],
	},
	room: {
		"rows stay without the person": ["room", "message", "member", "event"],
		"rows of the person go": ["sent", "ticket"],
		"nothing of a contact or a customer": ["migration"],
	},
};

function named(groups: Record<string, readonly string[]>): string[] {
	return Object.values(groups).flat().sort();
}

/** Tables by name, but for those that a full-text index keeps its own in. */
function own(rows: readonly { name: string }[]): string[] {
	return rows
		.map(({ name }) => name)
		.filter((name) => !/^(message_text|customer_entry)_/.test(name))
		.sort();
}

it.each([
	["record", "DB"],
	["search", "SEARCH"],
] as const)("knows what an erasure does with every table of the %s", async (groups, binding) => {
	const { results } = await env[binding].prepare(TABLES).all<{ name: string }>();
	expect(own(results)).toEqual(named(treated[groups]));
});

it("knows what an erasure does with every table of a room", async () => {
	const chatId = await (await Person.signIn()).createChat();
	const rows = await runInDurableObject(roomOf(env, chatId), (_, { storage }) =>
		storage.sql.exec<{ name: string }>(TABLES).toArray(),
	);
	expect(own(rows)).toEqual(named(treated.room));
});
