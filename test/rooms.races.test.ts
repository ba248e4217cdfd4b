import { expect, it } from "vitest";
import { newGuid } from "../src/rooms/room-id.ts";
import { type Answer, Person, unique } from "./support/client.ts";
import { Replica } from "./support/replica.ts";
import { evict, fetchState, whole } from "./support/room.ts";
import { Socket } from "./support/socket.ts";

/** Fifty at once: with fewer, code that looks first and writes later passes too often. */
const CROWD = 50;
const crowd = <T>(each: (index: number) => Promise<T>): Promise<T[]> =>
	Promise.all(Array.from({ length: CROWD }, (_, index) => each(index)));
const codesOf = (answers: Answer[]) => answers.map(({ body }) => body.responseStatus?.errorCode);

it("takes a message once that comes fifty times at once, by HTTP and by sockets", async () => {
	const [ada, ben] = [await Person.invent("Ada"), await Person.invent("Ben")];
	const chatId = await ada.createChat([ben]);
	const watcher = await Socket.join(ben, chatId);
	const sockets = await Promise.all(Array.from({ length: 5 }, () => Socket.join(ada, chatId)));
	const clientMessageId = unique("once");
	const send = async (index: number, body: string) => {
		const socket = sockets[index % 10];
		if (socket) return socket.say(body, clientMessageId);
		const answer = await ada.call("POST", `/v1/Chat/${chatId}/Messages`, { clientMessageId, body });
		return answer.status === 200
			? { ...answer.body.message, duplicate: answer.body.duplicate }
			: { code: answer.body.responseStatus.errorCode };
	};
	const acks = await crowd((index) => send(index, "only once"));
	const essence = acks.map(({ chatMessageId, index, seq, dateCreated }) => ({
		chatMessageId,
		index,
		seq,
		dateCreated,
	}));
	expect(new Set(essence.map((ack) => JSON.stringify(ack))).size).toBe(1);
	expect(essence[0]).toMatchObject({ index: 1, chatMessageId: expect.stringMatching(/^[0-9a-f]{32}$/) });
	expect(acks.filter(({ duplicate }) => duplicate === true)).toHaveLength(CROWD - 1);

	// The index that decides is on disk: it holds in the object's next life.
	await evict(chatId);
	const again = await crowd((index) => send(index, index % 2 === 0 ? "only once" : "another text"));
	expect(again.map(({ code, duplicate }) => code ?? duplicate)).toEqual(
		again.map((_, index) => (index % 2 === 0 ? true : "IdempotencyMismatch")),
	);
	const { messages } = await fetchState(ada, chatId);
	expect(messages.map(({ body }) => body)).toEqual(["only once"]);
	await ada.send(chatId, "the last");
	await watcher.heard("the last");
	expect(watcher.events.filter(({ kind }) => kind === "message.created")).toHaveLength(2);
});

it("gives fifty who speak at once an index each, in one order for all", async () => {
	const people = await Promise.all(Array.from({ length: 10 }, (_, index) => Person.invent(`Speaker ${index}`)));
	const [ada] = people as [Person];
	const chatId = await ada.createChat(people.slice(1));
	const sockets = await Promise.all(people.map((person) => Socket.join(person, chatId)));
	const acks = await crowd((index) =>
		index % 2 === 0
			? (sockets[index % 10] as Socket).say(`text ${index}`)
			: (people[index % 10] as Person).send(chatId, `text ${index}`),
	);
	const order = Array.from({ length: CROWD }, (_, index) => index + 1);
	expect(acks.map((ack) => ack["index"]).toSorted((a, b) => a - b)).toEqual(order);
	const { messages } = await fetchState(ada, chatId);
	for (const [index, ack] of acks.entries())
		expect(messages[ack["index"] - 1]).toMatchObject({ body: `text ${index}`, chatMessageId: ack["chatMessageId"] });
	for (const socket of sockets) {
		await socket.until((frame) => frame["data"]?.message?.index === CROWD);
		const heard = socket.events.filter(({ kind }) => kind === "message.created");
		expect(heard.map((event) => event["data"].message.index)).toEqual(order);
	}
});

it("creates one chat for three who want its id fifty times, and tells two that it is taken", async () => {
	const people = [await Person.invent("Ada"), await Person.invent("Ben"), await Person.invent("Cem")];
	const chatId = newGuid();
	const ask = (index: number) => people[index % 3] as Person;
	const answers = await crowd((index) =>
		ask(index).call("POST", "/v1/Chat", { chatId, chat: { chatName: `n${index}` } }),
	);
	const winner = people.find(
		({ userId }) => userId === answers.find(({ status }) => status === 200)?.body.chat[0].createdBy,
	);
	expect(answers.map(({ status }) => status)).toEqual(answers.map((_, index) => (ask(index) === winner ? 200 : 409)));
	expect(new Set(codesOf(answers))).toEqual(new Set([undefined, "ChatExists"]));
	const chats = answers.flatMap(({ body }) => body.chat ?? []);
	expect(new Set(chats.map((chat) => JSON.stringify(chat))).size).toBe(1);
	expect(chats[0].chatMembers).toHaveLength(1);
});

it("lets as many in as there were tickets, however many come with them", async () => {
	const ada = await Person.invent("Ada");
	const chatId = await ada.createChat();
	const issue = async (): Promise<string> => (await ada.call("POST", `/v1/Chat/${chatId}/Ticket`)).body.ticket;
	for (const count of [1, 3]) {
		const tickets = await Promise.all(Array.from({ length: count }, issue));
		const outcomes = await crowd(async (index) => {
			const protocols = `foyer.v1, ticket.${tickets[index % count]}`;
			const socket = await Socket.connect(`/v1/Chat/${chatId}/Socket`, {}, protocols);
			const outcome = socket.hello().then(({ type }) => type);
			return outcome.catch(() => socket.closed?.code);
		});
		expect(outcomes.filter((outcome) => outcome === "ready")).toHaveLength(count);
		expect(outcomes.filter((outcome) => outcome === 4500)).toHaveLength(CROWD - count);
	}
});

it("lets fifty changes of one chat through one after the other, each once and each in the log", async () => {
	const [ada, alma] = [await Person.invent("Ada"), await Person.invent("Alma", "Administrator")];
	const chatId = await ada.createChat([], "first");
	const before = await fetchState(ada, chatId);
	const newcomers = Array.from({ length: CROWD / 2 }, (_, index) => `newcomer-${index}`);
	const answers = await crowd((index) =>
		(index % 2 === 0 ? ada : alma).call("PUT", `/v1/Chat/${chatId}`, {
			// Each newcomer is added twice, by two who do not know of each other.
			chat: { chatName: `name ${index}`, chatMembers: [{ userId: newcomers[Math.floor(index / 2)] }] },
		}),
	);
	expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
	const { epoch, seq, ...state } = await fetchState(ada, chatId);
	expect(epoch).toBe(before.epoch);
	expect(seq - before.seq).toBe(CROWD + newcomers.length);
	expect(state.members.map(({ userId }) => userId).toSorted()).toEqual([ada.userId, ...newcomers].toSorted());
	expect(new Set(state.members.map(({ chatMemberId }) => chatMemberId)).size).toBe(newcomers.length + 1);
	const { body: feed } = await ada.call("GET", `/v1/Chat/${chatId}/Events?afterSeq=${before.seq}`);
	const replica = new Replica(before, before.seq);
	for (const event of feed.events) replica.apply(event);
	expect(replica.state).toEqual(state);
	// When a change is answered, the list knows of it.
	const { body: listed } = await ada.call("GET", `/v1/Chat?chatId=${chatId}`);
	expect(listed.chat[0]).toMatchObject({ chatName: state.chatName, memberCount: newcomers.length + 1 });
});

it("accepts of someone who is being removed what came before, and nothing after", async () => {
	const [ada, ben] = [await Person.invent("Ada"), await Person.invent("Ben")];
	const chatId = await ada.createChat([ben]);
	const [socket, watcher] = [await Socket.join(ben, chatId), await Socket.join(ada, chatId)];
	const chatMembers = [{ userId: ben.userId, isActive: false }];
	const answers = await crowd((index) => {
		if (index === 20) return ada.call("PUT", `/v1/Chat/${chatId}`, { chat: { chatMembers } });
		return ben.call("POST", `/v1/Chat/${chatId}/Messages`, { body: `text ${index}` });
	});
	const sends = answers.filter((_, index) => index !== 20);
	const accepted = sends.filter(({ status }) => status === 200).map(({ body }) => whole(body.message));
	const late = await ben.call("POST", `/v1/Chat/${chatId}/Messages`, { body: "too late" });
	const refused = [...sends.filter(({ status }) => status !== 200), late];
	expect(new Set(codesOf(refused))).toEqual(new Set(["Forbidden"]));
	expect(await socket.closeCode()).toBe(4507);
	await watcher.until((frame) => frame.type === "presence" && frame["left"]?.[0]?.userId === ben.userId);
	const { messages } = await fetchState(ada, chatId);
	expect(messages).toEqual(accepted.toSorted((a, b) => a.index - b.index));
	const { body: feed } = await ada.call("GET", `/v1/Chat/${chatId}/Events`);
	const kinds = feed.events.map(({ kind }: { kind: string }) => kind);
	expect(kinds.at(-1)).toBe("member.left");
	expect(kinds.filter((kind: string) => kind === "member.left")).toHaveLength(1);
});
