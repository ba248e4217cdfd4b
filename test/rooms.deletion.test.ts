import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it, vi } from "vitest";
import { roomOf } from "../src/rooms/rooms.ts";
import { Person, unique } from "./support/client.ts";
import { dowell, message as dowellMessage, messagesIn } from "./support/dowell.ts";
import { evict } from "./support/room.ts";
import { Socket } from "./support/socket.ts";
import { storedInD1, storedInRoom } from "./support/stored.ts";
import { openVisitorRoom } from "./support/visitor.ts";

/** Letters that nothing else here has: whatever keeps one of them, an index of trigrams too, keeps something of the text. */
const SECRETS = { said: "ꙮꙮꙮ", edited: "ꔅꔅꔅ", pictured: "ꗖꗖꗖ", posted: "ꘐꘐꘐ", changed: "ꘪꘪꘪ" };
const letters = Object.values(SECRETS).map((text) => text.charAt(0));

it("leaves nothing of a deleted text on disk, in D1, in the index, in events or in answers of either dialect", async () => {
	const ada = await Person.invent("Ada");
	const alma = await Person.invent("Alma", "Administrator");
	const { roomId, chatId } = await openVisitorRoom();
	const path = `/v1/Chat/${chatId}/Messages`;
	const visitor = await Socket.visit(roomId);
	const { epoch, seq } = visitor.frames[0] as unknown as { epoch: string; seq: number };

	// Messages with a text that must go: plain, edited away before, not text but JSON, replied to, and written by an edit.
	const said = await visitor.say(`a secret ${SECRETS.said}`);
	const edited = await ada.send(chatId, `first ${SECRETS.edited}`);
	await ada.call("PUT", `${path}/${edited.chatMessageId}`, { body: `then harmless` });
	const picture = { kind: "picture", caption: SECRETS.pictured };
	const pictured = await dowell.post("room-service", dowellMessage(roomId, { message_data: picture }));
	const clientMessageId = unique("posted");
	const posted = await ada.send(chatId, `the plan is ${SECRETS.posted}`, { clientMessageId });
	const changed = await ada.send(chatId, "a draft");
	await ada.call("PUT", `${path}/${changed.chatMessageId}`, { body: SECRETS.changed });
	await ada.send(chatId, "I agree", { replyToChatMessageId: posted.chatMessageId });
	// What shall go is there first, but for the text that an edit has replaced already.
	const present = (stored: string) => letters.map((letter) => stored.includes(letter));
	expect(present(await storedInRoom(chatId))).toEqual([true, false, true, true, true]);
	await vi.waitFor(async () => {
		expect(present(await storedInD1(env.SEARCH))).toEqual([true, false, true, true, true]);
	}, 5000);

	const ids = [
		said["chatMessageId"],
		`${pictured.body.response.inserted_id}00000000`,
		posted.chatMessageId,
		changed.chatMessageId,
	];
	for (const id of ids) expect((await alma.call("DELETE", `${path}/${id}`)).status).toBe(200);
	const before = visitor.frames.length;
	await ada.send(chatId, "after the deletion");
	await visitor.heard("after the deletion");

	const expectNothing = async () => {
		const resumed = await Socket.visit(roomId, { epoch, seq });
		await resumed.until(({ type }) => type === "resumed");
		await resumed.answerTo(resumed.send({ type: "history", take: 200 }));
		resumed.close();
		const answers = [
			resumed.frames,
			visitor.frames.slice(before),
			(await ada.call("GET", path)).body,
			(await ada.call("GET", `/v1/Chat/${chatId}/Events`)).body,
			(await ada.call("POST", path, { clientMessageId, body: `the plan is ${SECRETS.posted}` })).body,
			(await alma.call("DELETE", `${path}/${posted.chatMessageId}`)).body,
			(await ada.call("GET", `/v1/Chat?chatId=${chatId}`)).body,
			(await ada.call("PUT", `/v1/Chat/${chatId}`, { chat: {} })).body,
			await messagesIn(roomId),
			(await dowell.get("room-service", { type: "get_room_by_id", room_id: roomId })).body,
		];
		const everything = JSON.stringify(answers) + (await storedInRoom(chatId));
		for (const letter of letters) expect(everything, letter).not.toContain(letter);
	};
	await expectNothing();
	expect((await messagesIn(roomId)).map(({ message_data }) => message_data)).toEqual([
		"then harmless",
		"I agree",
		"after the deletion",
	]);
	await vi.waitFor(async () => {
		const stored = (await storedInD1(env.SEARCH)) + (await storedInD1(env.DB));
		for (const letter of letters) expect(stored, letter).not.toContain(letter);
		for (const text of Object.values(SECRETS))
			expect((await alma.call("GET", `/v1/Chat/Search?q=${encodeURIComponent(text)}`)).body.messages).toEqual([]);
	}, 5000);
	await evict(chatId);
	await expectNothing();
});

it("takes a text out of the search index also when that was away at the moment of its deletion", async () => {
	const ada = await Person.invent("Ada");
	const chatId = await ada.createChat();
	const text = "ꕥꕥꕥ";
	const search = async () => (await ada.call("GET", `/v1/Chat/Search?q=${encodeURIComponent(text)}`)).body.messages;
	const message = await ada.send(chatId, text);
	await vi.waitFor(async () => expect(await search()).toHaveLength(1), 5000);
	await env.SEARCH.exec("ALTER TABLE message RENAME TO message_away");
	try {
		await ada.call("DELETE", `/v1/Chat/${chatId}/Messages/${message.chatMessageId}`);
		expect(await runDurableObjectAlarm(roomOf(env, chatId))).toBe(true);
		const row = env.SEARCH.prepare("SELECT body FROM message_away WHERE chat_id = ?").bind(chatId);
		expect(await row.first("body")).toBe(text);
	} finally {
		await env.SEARCH.exec("ALTER TABLE message_away RENAME TO message");
	}
	await ada.send(chatId, "life goes on");
	await vi.waitFor(async () => expect(await search()).toEqual([]), 5000);
	expect(await storedInD1(env.SEARCH)).not.toContain(text.charAt(0));
});
