import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { call, Person, unique } from "./support/client.ts";
import { recorded, rowsRead, type Statement } from "./support/plans.ts";
import { askWith } from "./support/tokens.ts";

/** Chats of other people in the same tenant, each with two members and a message. */
const OTHERS = 3000;

it("reads of a tenant's chats what it shows of them", async () => {
	const tenant = unique("company");
	const [ada, ben, alma] = [
		await Person.signIn("Agent", tenant),
		await Person.signIn("Agent", tenant, 2),
		await Person.signIn("Administrator", tenant),
	];
	const chatId = await ada.createChat([ben], "shown");
	await ada.send(chatId, "a word that nobody else says");
	await crowd(tenant);
	const paths = [
		"/v1/Chat",
		"/v1/Chat?withLastMessage=true&take=20",
		"/v1/Chat?isArchived=true",
		"/v1/Chat?kind=Visitor",
		"/v1/Chat?kind=Group&skip=10&take=20",
		`/v1/Chat?chatId=${chatId}`,
		"/v1/Chat/Search?q=nobody",
	];
	const read: Record<string, number> = {};
	for (const [who, { headers }] of Object.entries({ agent: ada, administrator: alma }))
		for (const path of paths) {
			const statements: Statement[] = [];
			const { status } = await askWith({ DB: recorded(env.DB, statements) }, path, { headers });
			expect([who, path, status]).toEqual([who, path, 200]);
			const rows = await Promise.all(statements.map(rowsRead));
			read[`${who} ${path}`] = rows.reduce((sum, each) => sum + each, 0);
		}
	// A page of 50 with two members each, four index entries and rows to a chat.
	expect(Object.entries(read).filter(([, rows]) => rows > 600)).toEqual([]);
	expect((await call("GET", "/v1/Chat", { headers: alma.headers })).body.chat).toHaveLength(50);
});

async function crowd(tenant: string): Promise<void> {
	const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${OTHERS})`;
	const id = "lower(printf('%032x', i + 4096))";
	const member = (user: string, offset: number) =>
		env.DB.prepare(
			`INSERT INTO chat_member (tenant_id, chat_id, user_id, member_id, name, is_active, is_archived, last_read_index, seq)
			${numbers} SELECT ?1, ${id}, '${user}-' || i, lower(printf('%032x', i + ${offset})), 'Somebody', 1, 0, 0, 1 FROM n`,
		).bind(tenant);
	await env.DB.batch([
		env.DB.prepare(
			`INSERT INTO chat (tenant_id, chat_id, kind, name, created_by, created_by_name, created_at, is_archived, is_active, member_count,
				message_count, last_activity_at, seq)
			${numbers} SELECT ?1, ${id}, 'Group', 'Chat ' || i, 'other-' || i, 'Somebody', i, 0, 1, 2, 0, i, 1 FROM n`,
		).bind(tenant),
		member("other", 100_000),
		member("second", 200_000),
	]);
}
