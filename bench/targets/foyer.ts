import { SignJWT } from "jose";
import { startLocal, type Local } from "../../scripts/local.ts";
import type { ServerFrame } from "../../src/rooms/frames.ts";
import { WsClient } from "../lib/ws-client.ts";
import { rememberingParser, temporaryDirectory, Waiting, type Member, type Server } from "./server.ts";

const SECRET = "a secret that is worth nothing outside of the bench";
const TENANT = "bench";
/** Well under the 25 s that rooms suggest: a socket that gets 32 MiB without a sign of life is taken for stuck. */
const PING_MS = 5000;

const vars = {
	ENVIRONMENT: "development",
	PRODUCTION: "",
	REQUEST_LOG: "off",
	// A generator sends what a thousand people do through one socket.
	SEND_BURST: "1000000000",
	SEND_RATE: "1000000000",
	JWT_ISSUERS: JSON.stringify([{ issuer: "bench", audience: "foyer", secret: SECRET, algorithms: ["HS256"] }]),
};

/** A member whose pings are counted. */
export type FoyerMember = Member & { pings: { sent: number; answered: number }; stopPings(): void };

export type Foyer = Omit<Server, "join"> & { join(room: string, member: number): Promise<FoyerMember> };

/** Foyer as built for deployment, without its rate limit and its log line a request. `stateDir` is removed at the end unless given. */
export async function startFoyer(stateDir?: string): Promise<Foyer> {
	const directory = stateDir === undefined ? temporaryDirectory() : { path: stateDir, remove: () => {} };
	const local = await startLocal({ port: 0, stateDir: directory.path, quiet: true, vars });
	return {
		url: local.url,
		pid: local.pid,
		openRoom: (members) => openRoom(local, members),
		join: (room, member) => join(local, room, member),
		stop: async () => {
			await local.dispose();
			directory.remove();
		},
	};
}

/** Headers of an agent of the bench's tenant. */
export async function credentials(member: number): Promise<Record<string, string>> {
	tokens[member] ??= await new SignJWT({ tenant: TENANT, roles: ["Agent"], name: `Agent ${member}` })
		.setProtectedHeader({ alg: "HS256" })
		.setIssuer("bench")
		.setAudience("foyer")
		.setSubject(`agent-${member}`)
		.setExpirationTime("1d")
		.sign(new TextEncoder().encode(SECRET));
	return { Authorization: `Bearer ${tokens[member]}` };
}

const tokens: string[] = [];

async function openRoom(local: Local, members: number): Promise<string> {
	const chatMembers = Array.from({ length: members }, (_, member) => ({
		userId: `agent-${member}`,
		chatMemberName: `Agent ${member}`,
		isActive: true,
	}));
	const response = await fetch(new URL("/v1/Chat", local.url), {
		method: "POST",
		headers: { ...(await credentials(0)), "Content-Type": "application/json" },
		body: JSON.stringify({ chat: { chatName: "bench", chatMembers } }),
	});
	if (!response.ok) throw new Error(`POST /v1/Chat answered ${response.status}: ${await response.text()}`);
	const { chat } = (await response.json()) as { chat: { chatId: string }[] };
	return chat[0]!.chatId;
}

const parse = rememberingParser<ServerFrame>();

async function join(local: Local, room: string, number: number): Promise<FoyerMember> {
	const url = new URL(`/v1/Chat/${room}/Socket`, local.url);
	const client = new WsClient(url, { protocol: "foyer.v1", headers: await credentials(number) });
	const acks = new Waiting();
	const ready = Promise.withResolvers<void>();
	const pings = { sent: 0, answered: 0 };
	const clientId = `${Math.random().toString(36).slice(2)}-`;
	const timer = setInterval(() => {
		pings.sent += 1;
		client.send("ping");
	}, PING_MS);
	const member: FoyerMember = {
		pings,
		stopPings: () => clearInterval(timer),
		send(body) {
			const { id, answer } = acks.add();
			client.send(`{"type":"message.send","id":"${id}","clientMessageId":"${clientId}${id}","body":"${body}"}`);
			return answer;
		},
		onText: () => {},
		onClose: () => {},
		close() {
			clearInterval(timer);
			client.close();
		},
	};
	const receive = (frame: ServerFrame): void => {
		if (frame.type === "batch") for (const inner of frame.frames) receive(inner);
		else if (frame.type === "event") receiveEvent(frame, member);
		else if (frame.type === "ack") acks.settle(String(frame.re));
		else if (frame.type === "error") acks.settle(String(frame.re), new Error(frame.message));
		else if (frame.type === "ready") ready.resolve();
	};
	client.onText = (text) => {
		if (text === "pong") pings.answered += 1;
		else receive(parse(text));
	};
	client.onClose = (code) => {
		clearInterval(timer);
		ready.reject(new Error(`closed with ${code}`));
		member.onClose(code);
	};
	// Heard where it is awaited; a failed upgrade never gets there.
	ready.promise.catch(() => {});
	await client.connect();
	client.send('{"type":"hello","id":0,"v":1}');
	await ready.promise;
	return member;
}

function receiveEvent(event: Extract<ServerFrame, { type: "event" }>, member: Member): void {
	if (event.kind === "message.created") member.onText((event.data["message"] as { body: string }).body);
}
