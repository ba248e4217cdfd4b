import { expect, it, vi } from "vitest";
import { Person } from "./support/client.ts";
import { Chance } from "./support/random.ts";
import { evict } from "./support/room.ts";
import { Socket } from "./support/socket.ts";
import { openVisitorRoom } from "./support/visitor.ts";

const STEPS = 40;
const WEIGHTS = {
	post: 4,
	say: 4,
	visit: 3,
	read: 3,
	readBySocket: 3,
	readByChange: 2,
	delete: 1,
	edit: 1,
	postAndEvict: 3,
};

/** What unread means, counted message by message: a marker a reader has moved to, and its own messages. */
class Oracle {
	readonly messages: { chatMessageId: string }[] = [];
	readonly #markers = new Map<string, number>();

	wrote(userId: string, message: { chatMessageId: string }): void {
		this.messages.push(message);
		this.read(userId, this.messages.length);
	}

	read(userId: string, index: number): void {
		this.#markers.set(userId, Math.max(this.marker(userId), Math.min(index, this.messages.length)));
	}

	marker(userId: string): number {
		return this.#markers.get(userId) ?? 0;
	}

	unread(userId: string): number {
		return this.messages.filter((_, position) => position + 1 > this.marker(userId)).length;
	}
}

it.each([
	["Group", 7],
	["Group", 8],
	["Visitor", 9],
	["Visitor", 10],
] as const)(
	"counts what is unread of a %s chat as a count by hand does, after each step (seed %i)",
	async (kind, seed) => {
		const chance = new Chance(seed);
		const people = [
			await Person.invent("Ada"),
			await Person.invent("Ben"),
			await Person.invent("Alma", "Administrator"),
		];
		const [ada] = people as [Person];
		const visitor = kind === "Visitor" ? await openVisitorRoom() : undefined;
		const chatId = visitor?.chatId ?? (await ada.createChat(people));
		const path = `/v1/Chat/${chatId}`;
		const oracle = new Oracle();
		const written = new Map<string, Person>();
		const someone = () => chance.of(people) as Person;

		const steps: Record<keyof typeof WEIGHTS, () => Promise<unknown>> = {
			post: async () => {
				const person = someone();
				const message = await person.send(chatId, "posted");
				written.set(message.chatMessageId, person);
				oracle.wrote(person.userId, message);
			},
			say: async () => {
				const person = someone();
				const socket = await Socket.join(person, chatId);
				const ack = await socket.say("said");
				socket.close();
				written.set(ack["chatMessageId"], person);
				oracle.wrote(person.userId, { chatMessageId: ack["chatMessageId"] });
			},
			visit: async () => {
				if (!visitor) return;
				const socket = await Socket.visit(visitor.roomId);
				const ack = await socket.say("visited");
				oracle.wrote(visitor.visitorId, { chatMessageId: ack["chatMessageId"] });
				socket.close();
			},
			read: async () => {
				const index = chance.below(oracle.messages.length + 1);
				if (index > 0) await readOverHttp(someone(), index);
			},
			readBySocket: async () => {
				const person = someone();
				const socket = await Socket.join(person, chatId);
				// Beyond the end is up to the end.
				const index = chance.below(oracle.messages.length + 3);
				socket.send({ type: "receipt.read", index });
				await socket.answerTo(socket.send({ type: "presence.get" }));
				oracle.read(person.userId, index);
				socket.close();
			},
			readByChange: async () => {
				const person = someone();
				const index = chance.below(oracle.messages.length) + 1;
				const lastChatMessageId = oracle.messages[index - 1]?.chatMessageId;
				if (lastChatMessageId === undefined) return;
				const chatMembers = [{ userId: person.userId, lastChatMessageId }];
				const { body } = await person.call("PUT", path, { chat: { chatMembers } });
				oracle.read(person.userId, index);
				expect(body.chat[0].unreadCount).toBe(oracle.unread(person.userId));
			},
			delete: async () => {
				const message = chance.of(oracle.messages);
				if (message) await people[2]?.call("DELETE", `${path}/Messages/${message.chatMessageId}`);
			},
			edit: async () => {
				const [chatMessageId, author] = chance.of([...written]) ?? [];
				await author?.call("PUT", `${path}/Messages/${chatMessageId}`, { body: "edited" });
			},
			// At a moment when D1 may not have been told, and the author's marker be nowhere but in memory.
			postAndEvict: async () => {
				await steps.post();
				await evict(chatId, chance.below(2) === 0 ? "hibernate" : "close");
			},
		};

		async function readOverHttp(person: Person, index: number): Promise<void> {
			const lastChatMessageId = oracle.messages[index - 1]?.chatMessageId;
			const { body } = await person.call("POST", `${path}/Read`, { lastChatMessageId });
			oracle.read(person.userId, index);
			expect(body).toEqual({ unreadCount: oracle.unread(person.userId), lastReadIndex: oracle.marker(person.userId) });
		}

		async function expectListed(person: Person): Promise<void> {
			const { body } = await person.call("GET", `/v1/Chat?chatId=${chatId}`);
			const { unreadCount, messageCount } = body.chat[0];
			expect({ unreadCount, messageCount }).toEqual({
				unreadCount: oracle.unread(person.userId),
				messageCount: oracle.messages.length,
			});
		}

		for (let step = 0; step < STEPS; step += 1) {
			const name = chance.weighted(WEIGHTS);
			await steps[name]();
			for (const person of people) {
				const socket = await Socket.join(person, chatId);
				const [ready] = socket.frames;
				expect(ready?.["me"], name).toMatchObject({ unreadCount: oracle.unread(person.userId) });
				socket.close();
			}
			// The list follows by itself; after a Read it has followed when that answers.
			if (step % 10 === 9) await vi.waitFor(() => expectListed(ada), { timeout: 5000, interval: 20 });
			for (const person of people) {
				const marker = oracle.marker(person.userId);
				if (marker > 0) await readOverHttp(person, marker);
			}
			if (people.some(({ userId }) => oracle.marker(userId) > 0))
				for (const person of people) await expectListed(person);
		}
		if (visitor) {
			const socket = await Socket.visit(visitor.roomId);
			expect(socket.frames[0]?.["me"]).toMatchObject({ unreadCount: oracle.unread(visitor.visitorId) });
		}
		expect(oracle.messages.length).toBeGreaterThan(5);
	},
);
