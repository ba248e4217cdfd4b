import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join as joinPath } from "node:path";
import { root } from "../../scripts/local.ts";
import { WsClient } from "../lib/ws-client.ts";
import { rememberingParser, temporaryDirectory, type Member, type Server } from "./server.ts";

let rooms = 0;

/** Socket.IO with SQLite in FULL mode, in its own process; see ../peers/socketio/server.ts. */
export async function startSocketio(): Promise<Server> {
	const directory = temporaryDirectory();
	const script = joinPath(root, "bench/peers/socketio/server.ts");
	const child = spawn(process.execPath, [script, joinPath(directory.path, "chat.db")], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	const url = new URL(`http://127.0.0.1:${await portOf(child)}`);
	return {
		url,
		pid: child.pid ?? 0,
		openRoom: () => Promise.resolve(`room-${rooms++}`),
		join: (room, member) => join(url, room, `agent-${member}`),
		stop: async () => {
			child.kill();
			if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
			directory.remove();
		},
	};
}

async function portOf(child: ChildProcess): Promise<number> {
	const [line] = (await Promise.race([
		once(child.stdout!, "data"),
		once(child, "exit").then(() => Promise.reject(new Error("the socket.io server ended before it listened"))),
	])) as [Buffer];
	return Number(line.toString());
}

const parse = rememberingParser<[string, { text: string }]>();

/** Engine.IO 4 spoken directly, so that every server is driven by the same client. */
async function join(base: URL, room: string, user: string): Promise<Member> {
	const client = new WsClient(new URL(`/socket.io/?EIO=4&transport=websocket&room=${room}&user=${user}`, base));
	const acks = new Map<string, () => void>();
	let next = 0;
	const ready = Promise.withResolvers<void>();
	const member: Member = {
		send: (text) =>
			new Promise((resolve) => {
				const id = String(next++);
				acks.set(id, resolve);
				client.send(`42${id}["send","${text}"]`);
			}),
		onText: () => {},
		onClose: () => {},
		close: () => client.close(),
	};
	client.onText = (packet) => {
		if (packet.startsWith("42")) member.onText(parse(packet.slice(2))[1].text);
		else if (packet.startsWith("43")) {
			const id = packet.slice(2, packet.indexOf("["));
			acks.get(id)?.();
			acks.delete(id);
		} else if (packet.startsWith("40")) ready.resolve();
		else if (packet.startsWith("0")) client.send("40");
		else if (packet === "2") client.send("3");
	};
	client.onClose = (code) => {
		ready.reject(new Error(`closed with ${code}`));
		member.onClose(code);
	};
	ready.promise.catch(() => {});
	await client.connect();
	await ready.promise;
	return member;
}
