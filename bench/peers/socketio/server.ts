/**
 * Socket.IO 4 on Node with every message durable before its ack: WebSocket transport, rooms by the built-in adapter, node:sqlite with
 * synchronous=FULL. `node server.ts <database file>` prints its port.
 */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { DatabaseSync } from "node:sqlite";
import { Server } from "socket.io";

const database = new DatabaseSync(process.argv[2] ?? ":memory:");
database.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
	CREATE TABLE message (room TEXT NOT NULL, seq INTEGER NOT NULL, sender TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL,
		PRIMARY KEY (room, seq)) WITHOUT ROWID, STRICT`);
const insert = database.prepare("INSERT INTO message (room, seq, sender, text, at) VALUES (?, ?, ?, ?, ?)");
const seqs = new Map<string, number>();

const http = createServer();
const io = new Server(http, { transports: ["websocket"], perMessageDeflate: false, serveClient: false });
io.on("connection", (socket) => {
	const { room, user } = socket.handshake.query as { room: string; user: string };
	void socket.join(room);
	socket.on("send", (text: string, ack: (seq: number) => void) => {
		const [seq, at] = [(seqs.get(room) ?? 0) + 1, Date.now()];
		seqs.set(room, seq);
		insert.run(room, seq, user, text, at);
		ack(seq);
		io.to(room).emit("message", { seq, from: user, text, at });
	});
});
http.listen(0, "127.0.0.1", () => console.log((http.address() as AddressInfo).port));
