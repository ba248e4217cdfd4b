import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { exists, migrate } from "../src/rooms/migrations.ts";
import { newGuid, newMessageId } from "../src/rooms/room-id.ts";
import { roomOf } from "../src/rooms/rooms.ts";
import { Person } from "./support/client.ts";
import { evict, fetchState } from "./support/room.ts";

/** Runs on the storage of a room's object, whether there is a room or not. */
function onDisk<T>(chatId: string, work: (sql: SqlStorage) => T): Promise<T> {
	return runInDurableObject(roomOf(env, chatId), (_, { storage }) => storage.transactionSync(() => work(storage.sql)));
}

/** How many steps there are. */
function countSteps(sql: SqlStorage): number {
	migrate(sql);
	return sql.exec<{ count: number }>("SELECT count(*) AS count FROM migration").one().count;
}

/** A room as the first step left it: one member, three messages (the second edited, the third deleted) and the events of that. */
function fill(sql: SqlStorage, chatId: string, userId: string): string[] {
	const ids = [1, 2, 3].map((index) => newMessageId(index, Date.now()));
	const actor = JSON.stringify({ userId, name: "Ada", kind: "Agent" });
	sql.exec(
		`INSERT INTO room (id, chat_id, tenant_id, kind, name, created_by, created_by_name, created_at, epoch)
		VALUES (1, ?, 'acme', 'Group', 'Old room', ?, 'Ada', 1000, 'an-old-epoch')`,
		chatId,
		userId,
	);
	sql.exec(
		`INSERT INTO member (user_id, member_id, name, kind, is_active, last_read_index, last_message_id, seq)
		VALUES (?, ?, 'Ada', 'Agent', 1, 3, ?, 4)`,
		userId,
		newGuid(),
		ids[2],
	);
	for (const [position, id] of ids.entries())
		sql.exec(
			`INSERT INTO message (idx, seq, message_id, client_message_id, user_id, author_name, author_kind, type, body, created_at,
				edited_at, is_deleted)
			VALUES (?, ?, ?, ?, ?, 'Ada', 'Agent', 'Text', ?, ?, ?, ?)`,
			position + 1,
			position + 2,
			id,
			`client-${position + 1}`,
			userId,
			position === 2 ? null : `text ${position + 1}`,
			2000 + position,
			position === 1 ? 3000 : null,
			position === 2 ? 1 : 0,
		);
	sql.exec(
		"INSERT INTO event (seq, at, kind, actor, data) VALUES (1, 1000, 'room.updated', ?, '{\"chatName\":\"Old room\"}')",
		actor,
	);
	sql.exec("INSERT INTO event (seq, at, kind, actor, message_idx) VALUES (5, 3000, 'message.updated', ?, 2)", actor);
	sql.exec("INSERT INTO event (seq, at, kind, actor, message_idx) VALUES (6, 4000, 'message.deleted', ?, 3)", actor);
	return ids;
}

it("keeps what an old room had, whichever step it stopped at", async () => {
	const ada = await Person.invent("Ada");
	const steps = await onDisk(newGuid(), countSteps);
	expect(steps).toBeGreaterThan(0);
	for (let upTo = 1; upTo <= steps; upTo += 1) {
		const chatId = newGuid();
		const ids = await onDisk(chatId, (sql) => {
			expect(exists(sql)).toBe(false);
			migrate(sql, upTo);
			expect(exists(sql)).toBe(true);
			return fill(sql, chatId, ada.userId);
		});
		// The object wakes up and brings its schema up to date by itself.
		await evict(chatId);
		const { messages, members, chatName, epoch, seq } = await fetchState(ada, chatId);
		expect(await onDisk(chatId, (sql) => sql.exec("SELECT * FROM migration").toArray().length)).toBe(steps);
		expect({ chatName, epoch, seq }).toEqual({ chatName: "Old room", epoch: "an-old-epoch", seq: 6 });
		expect(members).toMatchObject([
			{ userId: ada.userId, isActive: true, lastReadIndex: 3, lastChatMessageId: ids[2] },
		]);
		expect(messages.map(({ chatMessageId }) => chatMessageId)).toEqual(ids);
		expect(messages.map(({ body, isDeleted }) => [body, isDeleted])).toEqual([
			["text 1", false],
			["text 2", false],
			[null, true],
		]);
		expect(messages[1]?.dateEdited).toBe(new Date(3000).toISOString());
		const { body: feed } = await ada.call("GET", `/v1/Chat/${chatId}/Events`);
		expect(feed.events.map(({ seq, kind }: { seq: number; kind: string }) => `${seq} ${kind}`)).toEqual([
			"1 room.updated",
			"2 message.created",
			"3 message.created",
			"4 message.created",
			"5 message.updated",
			"6 message.deleted",
		]);
		// And it is as good as a new one.
		const again = await ada.call("POST", `/v1/Chat/${chatId}/Messages`, {
			clientMessageId: "client-1",
			body: "text 1",
		});
		expect(again.body).toMatchObject({ duplicate: true, message: { chatMessageId: ids[0] } });
		expect(await ada.send(chatId, "text 4")).toMatchObject({ index: 4, seq: 7 });
	}
});

it.each([
	["was changed after it was applied", "UPDATE migration SET id = '0001_other' WHERE position = 0"],
	["is not known to this version", "INSERT INTO migration (position, id) VALUES (9000, '9000_from_the_future')"],
])("does not open a room one of whose steps %s", async (_, damage) => {
	const ada = await Person.invent("Ada");
	const chatId = await ada.createChat();
	const messages = `/v1/Chat/${chatId}/Messages`;
	expect((await ada.call("GET", messages)).status).toBe(200);
	await onDisk(chatId, (sql) => {
		sql.exec(damage);
		expect(() => migrate(sql)).toThrow("append only");
	});
	await evict(chatId);
	for (const method of ["GET", "POST"]) {
		const refused = await ada.call(method, messages, method === "POST" ? { body: "text" } : undefined);
		expect(refused.status).toBe(500);
		expect(JSON.stringify(refused.body)).not.toContain("append only");
	}
});
