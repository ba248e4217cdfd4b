import { createHash, randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from "jose";

const CLIENT = { id: "foyer-console", secret: "a secret between the provider and the Worker" };

/** Where people of an organisation sign in: authorization code with PKCE, as OpenID Connect Core 1.0 and RFC 7636 have it. It asks for no password. */
export class IdentityProvider {
	readonly #server = createServer((request, response) => void this.#answer(request, response));
	readonly #key: CryptoKey;
	readonly #jwk: JWK;
	/** What each code was given for. */
	readonly #codes = new Map<string, { challenge: string; redirectUri: string }>();
	/** What the Worker brought to have tokens for. */
	readonly trades: URLSearchParams[] = [];

	private constructor(key: CryptoKey, jwk: JWK) {
		[this.#key, this.#jwk] = [key, jwk];
	}

	static async listen(): Promise<IdentityProvider> {
		const { privateKey, publicKey } = await generateKeyPair("RS256");
		const provider = new IdentityProvider(privateKey, { ...(await exportJWK(publicKey)), kid: "1", alg: "RS256" });
		provider.#server.listen(0, "127.0.0.1");
		await once(provider.#server, "listening");
		return provider;
	}

	async close(): Promise<void> {
		this.#server.closeAllConnections();
		this.#server.close();
		await once(this.#server, "close");
	}

	get url(): string {
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	/** What a deployment is told, so that its staff sign in here. */
	get vars(): Record<string, string> {
		const issuer = {
			issuer: this.url,
			audience: CLIENT.id,
			jwksUrl: `${this.url}/keys`,
			algorithms: ["RS256"],
		};
		const console = { name: "Acme accounts", issuer: this.url, clientId: CLIENT.id, clientSecret: CLIENT.secret };
		return { JWT_ISSUERS: JSON.stringify([issuer]), CONSOLE_OIDC: JSON.stringify(console) };
	}

	async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { pathname, searchParams } = new URL(request.url ?? "", this.url);
		const sendJson = (body: object, status = 200) =>
			response.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
		switch (pathname) {
			case "/.well-known/openid-configuration":
				return void sendJson({
					issuer: this.url,
					authorization_endpoint: `${this.url}/sign-in`,
					token_endpoint: `${this.url}/token`,
					jwks_uri: `${this.url}/keys`,
				});
			case "/keys":
				return void sendJson({ keys: [this.#jwk] });
			case "/sign-in":
				return void response.writeHead(200, { "Content-Type": "text/html" }).end(this.#page(searchParams));
			case "/token": {
				const trade = new URLSearchParams(await text(request));
				this.trades.push(trade);
				const token = await this.#tokenFor(trade);
				return void (token ? sendJson(token) : sendJson({ error: "invalid_grant" }, 400));
			}
			default:
				response.writeHead(404).end();
		}
	}

	/** Asks who it is; either answer leads back. */
	#page(asked: URLSearchParams): string {
		const redirectUri = asked.get("redirect_uri") ?? "";
		const isAsked = asked.get("client_id") === CLIENT.id && asked.get("code_challenge_method") === "S256";
		if (!isAsked || asked.get("response_type") !== "code") return "<!doctype html><p>This is no request.</p>";
		const code = randomUUID();
		this.#codes.set(code, { challenge: asked.get("code_challenge") ?? "", redirectUri });
		const back = (members: Record<string, string>) =>
			`${redirectUri}?${new URLSearchParams({ ...members, state: asked.get("state") ?? "" }).toString()}`.replaceAll(
				"&",
				"&amp;",
			);
		const refusal = back({ error: "access_denied", error_description: "Olga has no account here." });
		return `<!doctype html><title>Acme accounts</title><a href="${back({ code })}">I am Olga</a> <a href="${refusal}">Nobody</a>`;
	}

	/** Each code once, and only for who has the secret that its hash was sent of. */
	async #tokenFor(trade: URLSearchParams): Promise<object | undefined> {
		const given = this.#codes.get(trade.get("code") ?? "");
		this.#codes.delete(trade.get("code") ?? "");
		const challenge = createHash("sha256")
			.update(trade.get("code_verifier") ?? "")
			.digest("base64url");
		const isClient = trade.get("client_id") === CLIENT.id && trade.get("client_secret") === CLIENT.secret;
		if (!given || given.challenge !== challenge || given.redirectUri !== trade.get("redirect_uri") || !isClient)
			return undefined;
		const token = await new SignJWT({ tenant: "acme", roles: ["Agent"], name: "Olga Ohm" })
			.setProtectedHeader({ alg: "RS256", kid: "1" })
			.setIssuer(this.url)
			.setAudience(CLIENT.id)
			.setSubject("olga")
			.setIssuedAt()
			.setExpirationTime("1h")
			.sign(this.#key);
		// For whom the access token is nobody but the provider knows; the other says who signed in.
		return { access_token: randomUUID(), token_type: "Bearer", id_token: token };
	}
}
