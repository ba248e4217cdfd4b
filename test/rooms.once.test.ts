import { expect, it } from "vitest";
import { Person } from "./support/client.ts";
import { evict, fetchState } from "./support/room.ts";

/** Ids go to their table by blocks of 256, before the first message of the next one. */
const EDGES = [1, 255, 256, 257, 511, 512, 513, 520];

it("takes each id once, however many came after it and whenever the object was evicted", async () => {
	const [ada, ben] = [await Person.invent("Ada"), await Person.invent("Ben")];
	const chatId = await ada.createChat([ben]);
	const post = (person: Person, number: number, body = `text ${number}`) =>
		person.call("POST", `/v1/Chat/${chatId}/Messages`, { clientMessageId: `id-${number}`, body });
	let sent = 0;
	for (const edge of EDGES) {
		for (; sent < edge; sent += 1) expect((await post(ada, sent + 1)).body.message.index).toBe(sent + 1);
		for (const isEvicted of [false, true]) {
			if (isEvicted) await evict(chatId);
			// At once, so that they share a transaction; the last one may come when the next block is about to begin.
			const numbers = EDGES.filter((number) => number <= sent);
			const again = await Promise.all(numbers.map((number) => post(ada, number)));
			expect(again.map(({ body }) => [body.duplicate, body.message.index])).toEqual(
				numbers.map((number) => [true, number]),
			);
			expect((await post(ada, sent, "something else")).body.responseStatus.errorCode).toBe("IdempotencyMismatch");
		}
	}
	// An id is its author's own.
	expect((await post(ben, 1)).body).toMatchObject({ duplicate: false, message: { index: sent + 1 } });
	const { messages } = await fetchState(ada, chatId);
	expect(messages.map(({ index }) => index)).toEqual(Array.from({ length: sent + 1 }, (_, position) => position + 1));
});
