import { env } from "cloudflare:workers";
import { SignJWT } from "jose";
import { expect, it, vi } from "vitest";
import { Person } from "./support/client.ts";
import { Socket } from "./support/socket.ts";

/** Somebody's headers with a token of theirs that is good for two seconds more: expired, but within what clocks may be off. */
async function lateHeaders(person: Person): Promise<Record<string, string>> {
	const token = await new SignJWT({ tenant: "acme", roles: ["Agent"], name: "Late Agent" })
		.setProtectedHeader({ alg: "HS256" })
		.setIssuer("foyer-development")
		.setAudience("foyer")
		.setSubject(person.userId)
		.setExpirationTime(Math.floor(Date.now() / 1000) - 3)
		.sign(new TextEncoder().encode(env.DEV_SECRET));
	return { Authorization: `Bearer ${token}` };
}

const expired = { code: 4009, reason: "the credential has expired" };

it("lets no socket of staff outlive its credential", async () => {
	const [ada, ben] = [await Person.invent("Ada Expiry"), await Person.invent("Ben Expiry")];
	const chatId = await ada.createChat([ben], "Short");
	const headers = await lateHeaders(ben);
	const paths = [`/v1/Chat/${chatId}/Socket`, `/v1/Chat/${chatId}/Socket`, "/v1/Chat/Lobby"];
	const sockets = await Promise.all(paths.map((path) => Socket.connect(path, headers)));
	const [listener, speaker, lobby] = sockets as [Socket, Socket, Socket];
	await Promise.all(sockets.map((socket) => socket.hello()));
	await ada.send(chatId, "in time");
	await listener.until((frame) => JSON.stringify(frame).includes("in time"), "the message");
	await lobby.until((frame) => JSON.stringify(frame).includes("in time"), "the news", 10_000);

	await new Promise((resolve) => setTimeout(resolve, 3000));
	speaker.send({ type: "message.send", clientMessageId: crypto.randomUUID(), body: "too late" });
	await vi.waitFor(() => expect(speaker.closed).toEqual(expired), 5000);
	await ada.send(chatId, "a secret of later");
	for (const socket of [listener, lobby]) {
		await vi.waitFor(() => expect(socket.closed).toEqual(expired), 10_000);
		expect(JSON.stringify(socket.frames)).not.toContain("a secret of later");
	}
	const { body } = await ada.call("GET", `/v1/Chat/${chatId}/Messages`);
	expect(body.messages.map((message: { body: string }) => message.body)).toEqual(["in time", "a secret of later"]);
	// With a credential that is good it goes on where it was.
	await (await Socket.join(ben, chatId)).say("back");
});
