import { join as joinPath } from "node:path";
import { root, startLocal } from "../../scripts/local.ts";
import { WsClient } from "../lib/ws-client.ts";
import { rememberingParser, temporaryDirectory, Waiting, type Member, type Server } from "./server.ts";

type Frame = { ack: string; seq: number } | { seq: number; from: string; text: string; at: number };

let rooms = 0;

/** The naive durable floor, see ../floor/worker.ts. */
export async function startFloor(): Promise<Server> {
	const directory = temporaryDirectory();
	const config = joinPath(root, "bench/floor/wrangler.toml");
	const local = await startLocal({ port: 0, stateDir: directory.path, quiet: true, config });
	return {
		url: local.url,
		pid: local.pid,
		openRoom: () => Promise.resolve(`room-${rooms++}`),
		join: (room, member) => join(new URL(`/${room}?user=agent-${member}`, local.url)),
		stop: async () => {
			await local.dispose();
			directory.remove();
		},
	};
}

const parse = rememberingParser<Frame>();

async function join(url: URL): Promise<Member> {
	const client = new WsClient(url);
	const acks = new Waiting();
	const member: Member = {
		send(text) {
			const { id, answer } = acks.add();
			client.send(`{"id":"${id}","text":"${text}"}`);
			return answer;
		},
		onText: () => {},
		onClose: () => {},
		close: () => client.close(),
	};
	client.onText = (raw) => {
		const frame = parse(raw);
		if ("ack" in frame) acks.settle(frame.ack);
		else member.onText(frame.text);
	};
	client.onClose = (code) => member.onClose(code);
	await client.connect();
	return member;
}
