import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A line to a server that can be cut. */
export class Proxy {
	readonly #server: Server;
	readonly #open = new Set<Socket>();
	#isCut = false;
	/** Where the line leads; a server that is started again may have another port. */
	target: string;

	private constructor(target: string, server: Server) {
		this.target = target;
		this.#server = server.on("connection", (socket) => this.#join(socket));
	}

	static async to(target: string): Promise<Proxy> {
		const server = createServer().listen(0, "127.0.0.1");
		await once(server, "listening");
		return new Proxy(target, server);
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** Ends every connection, and refuses new ones until it is mended. */
	cut(): void {
		this.#isCut = true;
		this.#drop();
	}

	mend(): void {
		this.#isCut = false;
	}

	close(): void {
		this.#server.close();
		this.#drop();
	}

	#drop(): void {
		for (const socket of this.#open) socket.destroy();
	}

	#join(near: Socket): void {
		if (this.#isCut) return void near.destroy();
		const { hostname, port } = new URL(this.target);
		const far = connect(Number(port), hostname);
		for (const [socket, other] of [
			[near, far],
			[far, near],
		] as const) {
			this.#open.add(socket);
			socket.on("error", () => other.destroy());
			socket.on("close", () => {
				this.#open.delete(socket);
				other.destroy();
			});
		}
		near.pipe(far).pipe(near);
	}
}
